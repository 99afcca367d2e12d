public import Audio
public import Features
import Geometry
import Glibc
public import Kernels
public import Networks
import Platform
import Tensor
public import Tracking

/// Audio in, tracks out at the end: for networks of the `paper` form, which hear a recording forwards and backwards.
///
/// Up to 70 s are heard as a whole. Longer recordings are heard in windows of 70 s, of which the middle 60 s are told, so that
/// memory has a bound; the gate goes through all of it, so tracks keep their ids from window to window.
public final class RecordingPipeline {
    /// Blocks that a window hears before and after those that it tells.
    static let context = 50
    /// Blocks of a window.
    static let window = 700

    private let parameters: DOAnetParameters<Float>
    private let scaler: FeatureScaler
    private let encoder: FilterMatrix?
    private let viewpoint: Viewpoint
    private var extractor: FeatureExtractor
    /// What the network's directions are refined by; nil where they are not.
    private let bandDirections: BandDirections?
    /// [64]: of the latest block.
    private let bands: MutableTensorRef<SIMD4<Float>>
    private let bandArena: Arena<SIMD4<Float>>
    /// [blocks, 64].
    private var heardBands: [SIMD4<Float>] = []
    private var refiner: DirectionRefiner
    private var gate: TrackGate
    /// Frames out of the encoder that are still to come before the first that was pushed.
    private var early: Int
    private var samplesPushed = 0
    /// [frames, 64, C], unscaled.
    private var features: [Float] = []
    /// Whether each block is anything but zeros.
    private var hasSound: [Bool] = []
    /// Whether features of each block were not finite.
    private var isBroken: [Bool] = []
    private var framesExtracted = 0
    /// Blocks of which a feature, or what the network said, was not finite, and which were taken for silence.
    public private(set) var brokenBlocks = 0

    private var slots: Int { parameters.architecture.maximumTracks }
    private var frameSize: Int { FrameTiming.melBands * scaler.kind.channels }

    /// - Parameters: as those of `LocalizationPipeline`, of any form of the network.
    public init(
        parameters: DOAnetParameters<Float>, scaler: FeatureScaler, gate settings: GateSettings,
        steering: SteeringVectors? = nil, encoding: EncodingFilters? = nil, viewpoint: Viewpoint = Viewpoint()
    ) {
        self.parameters = parameters
        self.scaler = scaler
        self.viewpoint = viewpoint
        encoder = encoding.map { FilterMatrix($0) }
        early = encoding?.delay ?? 0
        extractor = FeatureExtractor(scaler.kind)
        bandDirections = settings.refinement > 0 ? BandDirections(scaler.kind, steering: steering) : nil
        let shape = Shape(FrameTiming.melBands)
        var arena = Arena<SIMD4<Float>>(capacity: Arena<SIMD4<Float>>.footprint(shape))
        bands = arena.take(shape)
        bandArena = arena
        refiner = DirectionRefiner(weight: settings.refinement, for: parameters.architecture)
        gate = TrackGate(settings, maximumTracks: parameters.architecture.maximumTracks)
    }

    /// Pushes audio: interleaved frames of 4 channels at 24 kHz in -1...1, any number of them.
    public func push(_ samples: Span<Float>) {
        samplesPushed += samples.count / FrameTiming.microphones
        encode(samples)
    }

    private func encode(_ samples: Span<Float>) {
        guard let encoder else { return extractor.push(samples) { keep($0) } }
        var encoded = [Float](repeating: 0, count: samples.count)
        var target = encoded.mutableSpan
        encoder.process(samples, into: &target)
        let skipped = min(early, samples.count / FrameTiming.microphones)
        early -= skipped
        extractor.push(encoded.span.extracting((skipped * FrameTiming.microphones)...)) { keep($0) }
    }

    private func keep(_ frame: TensorRef<Float>) {
        if framesExtracted % FrameTiming.framesPerBlock == 0 {
            hasSound.append(false)
            isBroken.append(false)
        }
        if frame.isFinite {
            take(frame)
        } else {
            var silence = [Float](repeating: 0, count: frame.count)
            unsafe silence.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                let row = unsafe MutableTensorRef(unsafeBase: base, shape: frame.shape)
                LocalizationPipeline.silence(row, channels: scaler.kind.channels)
                take(row.readOnly)
            }
            isBroken[isBroken.count - 1] = true
        }
    }

    private func take(_ frame: TensorRef<Float>) {
        if LocalizationPipeline.hasSound(frame, channels: scaler.kind.channels) { hasSound[hasSound.count - 1] = true }
        framesExtracted += 1
        for index in 0..<frame.count { features.append(frame[index]) }
        guard bandDirections != nil else { return }
        bandDirections?.add(frame)
        guard framesExtracted % FrameTiming.framesPerBlock == 0 else { return }
        bandDirections?.finishBlock(into: bands)
        if !bands.lanes.readOnly.isFinite { bands.fill(.zero) }
        heardBands += bands.array
    }

    /// Hears what was pushed and hands out the tracks of every whole block; then the pipeline is as it was made, ids going on.
    public func finish(_ emit: (borrowing BlockTracks) -> Void) {
        let blocks = samplesPushed / FrameTiming.samplesPerBlock
        if let delay = encoder?.filters.delay {
            let silence = [Float](repeating: 0, count: delay * FrameTiming.microphones)
            encode(silence.span)
        }
        if blocks > 0 { hear(blocks, emit) }
        encoder?.reset()
        early = encoder?.filters.delay ?? 0
        extractor.reset()
        bandDirections?.reset()
        refiner.reset()
        gate.reset()
        (samplesPushed, framesExtracted) = (0, 0)
        features.removeAll()
        heardBands.removeAll()
        hasSound.removeAll()
        isBroken.removeAll()
    }

    private func hear(_ blocks: Int, _ emit: (borrowing BlockTracks) -> Void) {
        let length = min(blocks, Self.window)
        let frames = length * FrameTiming.framesPerBlock
        let shape = Shape(1, frames, FrameTiming.melBands, scaler.kind.channels)
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(shape))
        let input = arena.take(shape)
        func makeNetwork() -> DOAnetBatch<Float> {
            DOAnetBatch(parameters.architecture, sequences: 1, blocks: length, team: WorkerTeam(count: 1))
        }
        var network = makeNetwork()
        var tracks = BlockTracks()
        var told = 0
        while told < blocks {
            // The first window begins with the recording and the last ends with it.
            let start = min(max(0, told - Self.context), blocks - length)
            let end = start + length == blocks ? blocks : start + length - Self.context
            let first = start * FrameTiming.framesPerBlock * frameSize
            for index in 0..<input.count { input[index] = features[first + index] }
            scaler.apply(input)
            network.forward(input.readOnly, parameters, training: false)
            let (outputs, logits) = (network.directions.array, network.activityLogits.array)
            let isFinite = network.directions.readOnly.isFinite && network.activityLogits.readOnly.isFinite
            // What is not finite would stay in its memory.
            if !isFinite { network = makeNetwork() }
            for block in told..<end {
                let row = (block - start) * slots
                var probabilities = (0..<slots).map { hasSound[block] ? 1 / (1 + expf(-logits[row + $0])) : 0 }
                var directions = Array(outputs[3 * row..<3 * (row + slots)])
                if !isFinite, !(logits[row..<row + slots] + directions).allSatisfy(\.isFinite) {
                    isBroken[block] = true
                    (probabilities, directions) = (Array(repeating: 0, count: slots), Array(repeating: 0, count: 3 * slots))
                }
                if isBroken[block] { brokenBlocks += 1 }
                gate.step(
                    directions: refined(directions, probabilities, block, of: blocks).span, probabilities: probabilities.span)
                tracks.removeAll()
                tracks.block = block
                for slot in 0..<slots {
                    guard var track = gate.track(slot), let direction = viewpoint.told(track.direction) else { continue }
                    track.direction = direction
                    tracks.append(track)
                }
                emit(tracks)
            }
            told = end
        }
    }

    /// A block's directions; blocks come one after another.
    private func refined(_ directions: [Float], _ probabilities: [Float], _ block: Int, of blocks: Int) -> [Float] {
        guard bandDirections != nil else { return directions }
        let known = min(blocks, block + refiner.lookAhead + 1)
        while refiner.blocks < known {
            let first = refiner.blocks * FrameTiming.melBands
            refiner.push(heardBands.span.extracting(first..<first + FrameTiming.melBands))
        }
        refiner.refine(block: block, directions: directions.span, probabilities: probabilities.span)
        return refiner.refined
    }
}
