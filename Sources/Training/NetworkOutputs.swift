import Features
import Geometry
import Kernels
import Networks
import Tensor
import Tracking

/// What a network says of a whole recording, before any gate: the bidirectional form sees it at once, and a gate can be
/// tried many times on it.
struct NetworkOutputs: Sendable {
    private let slots: Int
    private let lookAhead: Int
    private let blocks: Int
    /// [blocks, slots, 3].
    private let directions: [Float]
    /// [blocks, slots].
    private let probabilities: [Float]

    /// - Parameter features: unscaled, from the cache.
    init(of features: FeatureCache, parameters: DOAnetParameters<Float>, scaler: FeatureScaler) {
        let architecture = parameters.architecture
        slots = architecture.maximumTracks
        lookAhead = architecture.lookAhead
        blocks = features.blocks
        guard blocks > 0 else {
            (directions, probabilities) = ([], [])
            return
        }
        let frames = blocks * FrameTiming.framesPerBlock
        let shape = Shape(1, frames, architecture.bands, architecture.channels)
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(shape))
        let input = arena.take(shape)
        input.copy(from: features.frames.rows(0..<frames))
        scaler.apply(input)
        let network = DOAnetBatch<Float>(architecture, sequences: 1, blocks: blocks, team: WorkerTeam(count: 1))
        network.forward(input.readOnly, parameters, training: false)
        directions = network.directions.array
        probabilities = network.activityLogits.array.map { 1 / (1 + Float(exponential(-Double($0)))) }
    }

    /// - Parameters: `directions` [blocks, slots, 3] and `probabilities` [blocks, slots], as a network would give them.
    init(slots: Int, lookAhead: Int, directions: [Float], probabilities: [Float]) {
        precondition(directions.count == 3 * probabilities.count && probabilities.count % slots == 0, "one direction each")
        self.slots = slots
        self.lookAhead = lookAhead
        blocks = probabilities.count / slots
        self.directions = directions
        self.probabilities = probabilities
    }

    /// The tracks of each block, look-ahead taken off.
    func tracks(_ selection: TrackSelection) -> [[LabelledDirection]] {
        switch selection {
        case .gated(let settings): tracks(through: settings)
        case .everyOutput: everyOutput
        }
    }

    /// All outputs in all blocks, each one identity.
    private var everyOutput: [[LabelledDirection]] {
        (0..<blocks).map { block in
            let output = block + lookAhead
            guard output < blocks else { return [] }
            return (0..<slots).map { slot in
                let at = (output * slots + slot) * 3
                return LabelledDirection(
                    identity: slot,
                    direction: Direction(towards: directions[at], directions[at + 1], directions[at + 2]))
            }
        }
    }

    /// The gated tracks of each block, look-ahead taken off.
    func tracks(through settings: GateSettings) -> [[LabelledDirection]] {
        var gate = TrackGate(settings, maximumTracks: slots)
        var tracks = [[LabelledDirection]](repeating: [], count: blocks)
        for output in lookAhead..<max(blocks, lookAhead) {
            gate.step(
                directions: directions.span.extracting(output * slots * 3..<(output + 1) * slots * 3),
                probabilities: probabilities.span.extracting(output * slots..<(output + 1) * slots))
            tracks[output - lookAhead] = (0..<slots).compactMap { gate.track($0) }.map {
                LabelledDirection(identity: $0.id, direction: $0.direction)
            }
        }
        return tracks
    }
}
