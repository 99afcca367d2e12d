/// A setting of the gate, by the name that configuration files and model files give it.
///
/// The one table of names, limits and meanings: the reader of configuration files, that of model files and
/// `GateSettings.validate` go by it.
public enum GateKey: String, Sendable, Hashable, CaseIterable {
    case openThreshold = "open_threshold"
    case openBlocks = "open_blocks"
    case stayThreshold = "stay_threshold"
    case coastBlocks = "coast_blocks"
    case recallBlocks = "recall_blocks"
    case jumpDegrees = "jump_degrees"
    case duplicateDegrees = "duplicate_degrees"
    case smoothing = "smoothing"
    case refinement = "refinement"

    /// The values that it takes; `stayThreshold` is also at most `openThreshold`.
    public var limits: ClosedRange<Float> {
        switch self {
        case .openThreshold, .stayThreshold, .refinement: 0...1
        case .openBlocks: 1...1000
        case .coastBlocks, .recallBlocks: 0...1000
        case .jumpDegrees, .duplicateDegrees: 0...180
        // A track that only follows its own heading would never turn.
        case .smoothing: 0...0.95
        }
    }

    /// Whether it counts blocks.
    public var isInteger: Bool {
        if case .blocks = property { true } else { false }
    }

    /// What it does, for people who set it.
    public var explanation: String {
        switch self {
        case .openThreshold: "A track opens once its activity has been at least this for `open_blocks` blocks."
        case .openBlocks: "Blocks of 100 ms with an activity of at least `open_threshold` until a track opens."
        case .stayThreshold: "An open track stays while its activity is at least this; at most `open_threshold`."
        case .coastBlocks: "Blocks below `stay_threshold` in which a track is still reported, at its last direction."
        case .recallBlocks: "Blocks after those in which the track is not reported, but keeps its id if its source is active again."
        case .jumpDegrees: "A direction further than this from the track's predicted direction, in degrees, starts a new track."
        case .duplicateDegrees: "Of two tracks nearer to each other than this, in degrees, only the likelier is reported."
        case .smoothing:
            "Weight of the track's predicted direction beside the network's: steadier directions, which lag behind in a turn."
        case .refinement:
            """
            Weight of the directions of single frequency bands beside the network's: 0.1 to 0.3 are usual, 0 takes the network's
            alone. Only models on foa-covariance and mic-coherence use it.
            """
        }
    }

    /// Blocks as a number; exact, as no limit is near 2^24.
    public func value(in gate: GateSettings) -> Float {
        switch property {
        case .number(let path): gate[keyPath: path]
        case .blocks(let path): Float(gate[keyPath: path])
        }
    }

    /// - Parameter value: within `limits`; rounded where blocks are counted.
    public func set(_ value: Float, in gate: inout GateSettings) {
        switch property {
        case .number(let path): gate[keyPath: path] = value
        case .blocks(let path): gate[keyPath: path] = Int(value.rounded())
        }
    }

    private enum Property {
        case number(WritableKeyPath<GateSettings, Float>)
        case blocks(WritableKeyPath<GateSettings, Int>)
    }

    private var property: Property {
        switch self {
        case .openThreshold: .number(\.openThreshold)
        case .openBlocks: .blocks(\.openBlocks)
        case .stayThreshold: .number(\.stayThreshold)
        case .coastBlocks: .blocks(\.coastBlocks)
        case .recallBlocks: .blocks(\.recallBlocks)
        case .jumpDegrees: .number(\.jumpDegrees)
        case .duplicateDegrees: .number(\.duplicateDegrees)
        case .smoothing: .number(\.smoothing)
        case .refinement: .number(\.refinement)
        }
    }
}

extension GateKey {
    /// The value as files write it: blocks without decimals.
    public func text(in gate: GateSettings) -> String {
        switch property {
        case .number(let path): "\(gate[keyPath: path])"
        case .blocks(let path): "\(gate[keyPath: path])"
        }
    }

    /// The limits as errors name them.
    public var expected: String {
        isInteger
            ? "a whole number from \(Int(limits.lowerBound)) to \(Int(limits.upperBound))"
            : "a number from \(limits.lowerBound) to \(limits.upperBound)"
    }
}
