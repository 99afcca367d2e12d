package import Dataset
package import Features
import Geometry
import Kernels
package import Networks
package import Pipeline
import Platform
import Signal
import Tensor
package import Tracking

/// The outputs of a network for a whole recording, before any gate. The bidirectional form needs the whole recording, and gate
/// tuning uses the outputs many times.
package struct NetworkOutputs: Sendable {
    private let slots: Int
    private let lookAhead: Int
    private let blocks: Int
    /// [blocks, slots, 3].
    private let directions: [Float]
    /// [blocks, slots].
    private let probabilities: [Float]
    /// [blocks, 5, 64] directions of bands, for refinement; empty if the features have none.
    private let bands: [SIMD4<Float>]
    private let architecture: DOAnetArchitecture?
    /// The meaning of its tracks' elevations.
    private let elevation: ElevationSense

    /// - Parameters:
    ///   - features: unscaled, from the cache.
    ///   - array: values computed from the array's geometry.
    package init(
        of features: FeatureCache, parameters: DOAnetParameters<Float>, scaler: FeatureScaler, array: ArrayTables = .none
    ) {
        let architecture = parameters.architecture
        slots = architecture.maximumTracks
        lookAhead = architecture.lookAhead
        blocks = features.blocks
        self.architecture = architecture
        elevation = array.elevation
        guard blocks > 0 else {
            (directions, probabilities, bands) = ([], [], [])
            return
        }
        bands = Self.bands(of: features, kind: scaler.kind, array.steering)
        let frames = blocks * FrameLayout.framesPerBlock
        let shape = Shape(frames, architecture.bands, architecture.channels)
        var arena = Arena<Float>(holding: shape)
        let input = arena.take(shape)
        if let map = array.map {
            for frame in 0..<frames { map.apply(features.frames.rows(frame..<frame + 1), into: input.rows(frame..<frame + 1)) }
        } else {
            input.copy(from: features.frames.rows(0..<frames))
        }
        scaler.apply(input)
        let network = DOAnetSequence(parameters, capacity: blocks)
        network.run(input.readOnly)
        directions = network.directions.array
        probabilities = network.activityLogits.array.map { 1 / (1 + Float(exponential(-Double($0)))) }
    }

    /// - Parameters: `directions` [blocks, slots, 3] and `probabilities` [blocks, slots], as from a network.
    package init(slots: Int, lookAhead: Int, directions: [Float], probabilities: [Float]) {
        precondition(directions.count == 3 * probabilities.count && probabilities.count % slots == 0, "one direction each")
        self.slots = slots
        self.lookAhead = lookAhead
        blocks = probabilities.count / slots
        self.directions = directions
        self.probabilities = probabilities
        (bands, architecture, elevation) = ([], nil, .signed)
    }

    private init(_ outputs: NetworkOutputs, directions: [Float]) {
        (slots, lookAhead, blocks) = (outputs.slots, outputs.lookAhead, outputs.blocks)
        (bands, architecture, elevation) = (outputs.bands, outputs.architecture, outputs.elevation)
        (self.directions, probabilities) = (directions, outputs.probabilities)
    }

    private static func bands(
        of features: FeatureCache, kind: FeatureKind, _ steering: SteeringVectors?
    ) -> [SIMD4<Float>] {
        guard var directions = BandDirections(kind, steering: steering) else { return [] }
        let shape = Shape(BandDirections.perBlock)
        var arena = Arena<SIMD4<Float>>(holding: shape)
        let block = arena.take(shape)
        var bands: [SIMD4<Float>] = []
        bands.reserveCapacity(features.blocks * shape.count)
        for frame in 0..<features.blocks * FrameLayout.framesPerBlock {
            directions.add(features.frames.rows(frame..<frame + 1))
            guard (frame + 1) % FrameLayout.framesPerBlock == 0 else { continue }
            directions.finishBlock(into: block)
            bands += block.array
        }
        return bands
    }

    /// The same outputs with directions refined by those of the bands.
    func refined(_ weight: Float) -> NetworkOutputs {
        guard weight > 0, !bands.isEmpty, let architecture else { return self }
        var stage = TrackingStage(GateSettings(refinement: weight), for: architecture, refines: true, elevation: elevation)
        var refined = directions
        for output in 0..<blocks where stage.nextBlock() != nil {
            stage.push(bandsOfAll: bands.span)
            let (vectors, numbers) = places(of: output)
            let values = stage.refined(
                directions.span.extracting(vectors), probabilities: probabilities.span.extracting(numbers))
            refined.replaceSubrange(vectors, with: values)
        }
        return NetworkOutputs(self, directions: refined)
    }

    /// The tracks of each block, without the delay of the look-ahead.
    package func tracks(_ selection: TrackSelection) -> [[LabelledDirection]] {
        switch selection {
        case .gated(let settings): refined(settings.refinement).tracks(through: settings)
        case .everyOutput: everyOutput
        }
    }

    /// The positions of an output's directions and probabilities.
    private func places(of output: Int) -> (Range<Int>, Range<Int>) {
        (output * slots * 3..<(output + 1) * slots * 3, output * slots..<(output + 1) * slots)
    }

    /// All outputs in all blocks, each with one identity.
    private var everyOutput: [[LabelledDirection]] {
        (0..<blocks).map { block in
            let output = block + lookAhead
            guard output < blocks else { return [] }
            return (0..<slots).map { slot in
                let at = (output * slots + slot) * 3
                let direction = Direction(towards: directions[at], directions[at + 1], directions[at + 2])
                return LabelledDirection(identity: slot, direction: elevation.reported(direction))
            }
        }
    }

    /// The gated tracks of each block, without the delay of the look-ahead; these outputs are already refined, or not at all.
    func tracks(through settings: GateSettings) -> [[LabelledDirection]] {
        var stage = TrackingStage(settings, slots: slots, lookAhead: lookAhead, elevation: elevation)
        var tracks = [[LabelledDirection]](repeating: [], count: blocks)
        for output in 0..<blocks {
            guard let block = stage.nextBlock() else { continue }
            let (vectors, numbers) = places(of: output)
            stage.step(directions: directions.span.extracting(vectors), probabilities: probabilities.span.extracting(numbers))
            tracks[block] = stage.tracks.array.map { LabelledDirection(identity: $0.id, direction: $0.direction) }
        }
        return tracks
    }
}
