public import Audio
public import Features
import Geometry
import Glibc
public import Kernels
public import Networks
import Platform
import Signal
import Tensor
public import Tracking

/// From audio to tracks, at the end of a recording: for networks of the `paper` form, which are bidirectional.
///
/// Up to 70 s are processed as a whole. Longer recordings are processed in windows of 70 s, of which the middle 60 s are
/// reported, which limits the memory. One gate runs over all windows, so tracks keep their ids.
public final class RecordingPipeline {
    /// Context blocks of a window before and after the reported ones.
    static let context = 50
    /// Blocks of a window.
    static let window = 700

    private let parameters: DOAnetParameters<Float>
    private let scaler: FeatureScaler
    private let encoder: FilterMatrix?
    private var extractor: FeatureExtractor
    /// Map of array-independent features; nil for others.
    private let map: HarmonicMap?
    /// Directions of bands for refinement; nil without refinement.
    private let bandDirections: BandDirections?
    /// [64]: of the latest block.
    private let bands: MutableTensorRef<SIMD4<Float>>
    private let bandArena: Arena<SIMD4<Float>>
    /// [blocks, 64].
    private var heardBands: [SIMD4<Float>] = []
    private var tracking: TrackingStage
    /// Processes one block at a time, when the directions of its tracks are known.
    private var levels: TrackLevels
    /// Frames of the encoder's output that precede the first pushed one and are still to come.
    private var early: Int
    private var samplesPushed = 0
    /// [frames, 64, C], unscaled.
    private var features: [Float] = []
    /// Whether each block contains sound.
    private var hasSound: [Bool] = []
    /// Whether features of each block were not finite.
    private var isBroken: [Bool] = []
    private var framesExtracted = 0
    /// Blocks with a feature or output that was not finite, which count as silence.
    public private(set) var brokenBlocks = 0

    private var slots: Int { parameters.architecture.maximumTracks }

    /// - Parameters: as those of `LocalizationPipeline`, of any form of the network.
    public init(
        parameters: DOAnetParameters<Float>, scaler: FeatureScaler, gate settings: GateSettings,
        array: ArrayTables = .none, encoding: EncodingFilters? = nil, viewpoint: Viewpoint = Viewpoint()
    ) {
        self.parameters = parameters
        self.scaler = scaler
        encoder = encoding.map { FilterMatrix($0) }
        early = encoding?.delay ?? 0
        extractor = FeatureExtractor(scaler.kind)
        map = array.map
        bandDirections = settings.refinement > 0 ? BandDirections(scaler.kind, steering: array.steering) : nil
        let shape = Shape(FrameTiming.melBands)
        var arena = Arena<SIMD4<Float>>(holding: shape)
        bands = arena.take(shape)
        bandArena = arena
        tracking = TrackingStage(
            settings, for: parameters.architecture, refines: bandDirections != nil, elevation: array.elevation, viewpoint: viewpoint)
        levels = TrackLevels(scaler.kind, steering: array.steering, lookAhead: 0)
    }

    /// Pushes audio: interleaved frames of 4 channels at 24 kHz in -1...1, any number of them.
    public func push(_ samples: Span<Float>) {
        samplesPushed += samples.count / FrameLayout.channels
        encode(samples)
    }

    private func encode(_ samples: Span<Float>) {
        guard let encoder else { return extractor.push(samples) { keep($0) } }
        var encoded = [Float](repeating: 0, count: samples.count)
        var target = encoded.mutableSpan
        encoder.process(samples, into: &target)
        let skipped = min(early, samples.count / FrameLayout.channels)
        early -= skipped
        extractor.push(encoded.span.extracting((skipped * FrameLayout.channels)...)) { keep($0) }
    }

    private func keep(_ frame: TensorRef<Float>) {
        if framesExtracted % FrameLayout.framesPerBlock == 0 {
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
        guard framesExtracted % FrameLayout.framesPerBlock == 0 else { return }
        bandDirections?.finishBlock(into: bands)
        if !bands.lanes.readOnly.isFinite { bands.fill(.zero) }
        heardBands += bands.array
    }

    /// Processes the pushed audio and emits the tracks of every whole block; then the pipeline is as new, except that ids
    /// continue.
    public func finish(_ emit: (borrowing BlockTracks) -> Void) {
        let blocks = samplesPushed / FrameLayout.samplesPerBlock
        let lookAhead = parameters.architecture.lookAhead
        let late = (encoder?.filters.delay ?? 0) + lookAhead * FrameLayout.samplesPerBlock
        if late > 0 { encode([Float](repeating: 0, count: late * FrameLayout.channels).span) }
        if blocks > 0 { hear(blocks + lookAhead, emit) }
        encoder?.reset()
        early = encoder?.filters.delay ?? 0
        extractor.reset()
        bandDirections?.reset()
        tracking.reset()
        levels.reset()
        (samplesPushed, framesExtracted) = (0, 0)
        features.removeAll()
        heardBands.removeAll()
        hasSound.removeAll()
        isBroken.removeAll()
    }

    /// - Parameter blocks: outputs of the network; those of a look-ahead come after the last block of the recording.
    private func hear(_ blocks: Int, _ emit: (borrowing BlockTracks) -> Void) {
        let length = min(blocks, Self.window)
        let frames = length * FrameLayout.framesPerBlock
        let shape = Shape(1, frames, FrameTiming.melBands, scaler.kind.inputChannels)
        var arena = Arena<Float>(holding: shape)
        let input = arena.take(shape)
        func makeNetwork() -> DOAnetBatch<Float> {
            DOAnetBatch(parameters.architecture, sequences: 1, blocks: length, team: WorkerTeam(count: 1))
        }
        var network = makeNetwork()
        var told = 0
        while told < blocks {
            // The first window begins with the recording and the last ends with it.
            let start = min(max(0, told - Self.context), blocks - length)
            let end = start + length == blocks ? blocks : start + length - Self.context
            copy(
                from: start * FrameLayout.framesPerBlock,
                into: input.reshaped(Shape(frames, FrameTiming.melBands, scaler.kind.inputChannels)))
            scaler.apply(input)
            network.forward(input.readOnly, parameters, training: false)
            let (outputs, logits) = (network.directions.array, network.activityLogits.array)
            let isFinite = network.directions.readOnly.isFinite && network.activityLogits.readOnly.isFinite
            // Non-finite values would stay in its state.
            if !isFinite { network = makeNetwork() }
            for output in told..<end {
                guard let block = tracking.nextBlock() else { continue }
                let row = (output - start) * slots
                var probabilities = (0..<slots).map { hasSound[block] ? 1 / (1 + expf(-logits[row + $0])) : 0 }
                var directions = Array(outputs[3 * row..<3 * (row + slots)])
                if !isFinite, !(logits[row..<row + slots] + directions).allSatisfy(\.isFinite) {
                    isBroken[block] = true
                    (probabilities, directions) = (Array(repeating: 0, count: slots), Array(repeating: 0, count: 3 * slots))
                }
                if isBroken[block] { brokenBlocks += 1 }
                tracking.push(bandsOfAll: heardBands.span)
                finishLevels(of: block)
                tracking.step(directions: directions.span, probabilities: probabilities.span, levels: levels)
                emit(tracking.tracks)
            }
            told = end
        }
    }

    /// The frames from one on, mapped where the features are array-independent.
    /// - Parameter input: [frames, 64, C] of input channels.
    private func copy(from first: Int, into input: MutableTensorRef<Float>) {
        features.withTensor(Shape(framesExtracted, FrameTiming.melBands, scaler.kind.channels)) { frames in
            guard let map else { return input.copy(from: frames.rows(first..<first + input.shape[0])) }
            for row in 0..<input.shape[0] { map.apply(frames.rows(first + row..<first + row + 1), into: input.rows(row..<row + 1)) }
        }
    }

    /// Sums what the levels of a block are measured by; blocks come one after another.
    private func finishLevels(of block: Int) {
        let first = block * FrameLayout.framesPerBlock
        features.withTensor(Shape(framesExtracted, FrameTiming.melBands, scaler.kind.channels)) { frames in
            for frame in first..<first + FrameLayout.framesPerBlock { levels.add(frames.rows(frame..<frame + 1)) }
        }
        levels.finishBlock(nil)
    }
}
