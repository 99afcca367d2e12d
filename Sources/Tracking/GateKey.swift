/// A setting of the gate, with its name in configuration files and model files.
///
/// The only table of names, limits and meanings: the readers of configuration files and model files and `GateSettings.validate`
/// use it.
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

    /// The allowed values; `stayThreshold` is also at most `openThreshold`.
    public var limits: ClosedRange<Float> {
        switch self {
        case .openThreshold, .stayThreshold, .refinement: 0...1
        case .openBlocks: 1...1000
        case .coastBlocks, .recallBlocks: 0...1000
        case .jumpDegrees, .duplicateDegrees: 0...180
        // A track that only follows its own prediction would never change direction.
        case .smoothing: 0...0.95
        }
    }

    /// Whether it is a number of blocks.
    public var isInteger: Bool {
        if case .blocks = property { true } else { false }
    }

    /// Its meaning, for users.
    public var explanation: String {
        switch self {
        case .openThreshold: "A track opens once its activity has been at least this for `open_blocks` blocks."
        case .openBlocks: "Blocks of 100 ms with an activity of at least `open_threshold` before a track opens."
        case .stayThreshold: "An open track continues while its activity is at least this; at most `open_threshold`."
        case .coastBlocks: "Blocks below `stay_threshold` during which a track is still reported, at its last direction."
        case .recallBlocks: "Further blocks during which the track is not reported, but keeps its id if its source becomes active again."
        case .jumpDegrees: "A direction farther than this from the track's predicted direction, in degrees, starts a new track."
        case .duplicateDegrees: "Of two tracks closer than this, in degrees, only the more probable one is reported."
        case .smoothing:
            "Weight of the track's predicted direction relative to the network's: steadier directions, which lag behind moving sources."
        case .refinement:
            """
            Weight of the directions of single frequency bands relative to the network's: 0.1 to 0.3 are usual, 0 uses the
            network's only. Only models on foa-covariance, mic-coherence and mic-harmonics use it.
            """
        }
    }

    /// A number of blocks as a Float, which is exact since all limits are below 2^24.
    public func value(in gate: GateSettings) -> Float {
        switch property {
        case .number(let path): gate[keyPath: path]
        case .blocks(let path): Float(gate[keyPath: path])
        }
    }

    /// - Parameter value: within `limits`; rounded for numbers of blocks.
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
    /// The value as written in files: blocks without decimals.
    public func text(in gate: GateSettings) -> String {
        switch property {
        case .number(let path): "\(gate[keyPath: path])"
        case .blocks(let path): "\(gate[keyPath: path])"
        }
    }

    /// The limits as written in errors.
    public var expected: String {
        isInteger
            ? "a whole number from \(Int(limits.lowerBound)) to \(Int(limits.upperBound))"
            : "a number from \(limits.lowerBound) to \(limits.upperBound)"
    }
}
