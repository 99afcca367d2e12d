public import Audio
public import Features
import Geometry
import Glibc
public import Kernels
public import Networks
import Signal
public import Tensor
public import Tracking

/// From the audio of a recording to tracks, for networks of the `paper` form, which are bidirectional.
///
/// Up to 70 s are processed as a whole. Longer recordings are processed in windows of 70 s, of which the middle 60 s are
/// reported, as soon as a window is not the last. So memory does not grow with the recording. One gate runs over all windows, and tracks
/// keep their ids.
public final class RecordingPipeline: @unchecked Sendable {
    /// Context blocks of a window before and after the reported ones.
    static let context = 50
    /// Blocks of a window.
    static let window = 700

    private let network: RecordingNetwork
    private let memory: RecordingMemory
    private let scaler: FeatureScaler
    private let stream: FeatureStream
    /// Level channels of a frame, and all channels for each band.
    private let levelChannels, frameChannels: Int
    /// Map of array-independent features; nil for others.
    private let map: HarmonicMap?
    /// Directions of bands for refinement; nil without refinement.
    private var bandDirections: BandDirections?
    /// [5, 64]: of the latest block.
    private let bands: MutableTensorRef<SIMD4<Float>>
    private let bandArena: Arena<SIMD4<Float>>
    private var tracking: TrackingStage
    /// Processes one block at a time, when the directions of its tracks are known.
    private var levels: TrackLevels
    /// Outputs reported so far: the first one of the next window that is reported.
    private var reported = 0
    /// The first block whose features and directions of bands are kept.
    private var firstKept = 0
    /// Whether each block contains sound.
    private var hasSound: [Bool] = []
    /// Whether features of each block were not finite.
    private var isBroken: [Bool] = []
    private var framesExtracted = 0
    /// Blocks with a feature or output that was not finite, which count as silence.
    public private(set) var brokenBlocks = 0

    private var slots: Int { network.weights.architecture.maximumTracks }

    /// - Parameters: as those of `LocalizationPipeline`, of any form of the network.
    public convenience init(
        parameters: DOAnetParameters<Float>, scaler: FeatureScaler, gate: GateSettings,
        array: ArrayTables = .none, encoding: EncodingFilters? = nil, viewpoint: Viewpoint = Viewpoint()
    ) {
        self.init(
            network: RecordingNetwork(DOAnetSequence.Weights(parameters)), scaler: scaler, gate: gate, array: array, encoding: encoding,
            viewpoint: viewpoint)
    }

    /// - Parameter network: shared by pipelines on any threads.
    public init(
        network: RecordingNetwork, scaler: FeatureScaler, gate settings: GateSettings,
        array: ArrayTables = .none, encoding: EncodingFilters? = nil, viewpoint: Viewpoint = Viewpoint()
    ) {
        self.network = network
        memory = network.take()
        self.scaler = scaler
        stream = FeatureStream(scaler.kind, channels: array.channels, encoding: encoding)
        (levelChannels, frameChannels) = (array.channels, scaler.kind.frameChannels(of: array.channels))
        map = array.map
        bandDirections = settings.refinement > 0 ? BandDirections(scaler.kind, steering: array.steering) : nil
        let shape = Shape(BandDirections.perBlock)
        var arena = Arena<SIMD4<Float>>(holding: shape)
        bands = arena.take(shape)
        bandArena = arena
        tracking = TrackingStage(
            settings, for: network.weights.architecture, refines: bandDirections != nil, elevation: array.elevation, viewpoint: viewpoint)
        levels = TrackLevels(scaler.kind, array, lookAhead: 0)
    }

    deinit { network.giveBack(memory) }

    /// Pushes audio, and emits the tracks of blocks whose window is complete.
    /// - Parameter samples: interleaved frames of all channels at 24 kHz in -1...1, any number of them.
    public func push(_ samples: Span<Float>, _ emit: (borrowing BlockTracks) -> Void) {
        stream.push(samples) { push(frame: $0, emit) }
    }

    /// Pushes one feature frame, for callers that extract features themselves.
    ///
    /// - Parameter frame: [64, C], unscaled, as a `FeatureStream` with this pipeline's encoding emits them.
    public func push(frame: TensorRef<Float>, _ emit: (borrowing BlockTracks) -> Void) {
        keep(frame)
        let blocks = framesExtracted / FrameLayout.framesPerBlock
        // With one block more the window is not the last.
        if blocks > max(0, reported - Self.context) + Self.window { report(blocks, emit) }
    }

    /// Processes the rest of the pushed audio and emits the tracks of every whole block; then the pipeline is as new, except that ids
    /// continue.
    public func finish(_ emit: (borrowing BlockTracks) -> Void) {
        let blocks = stream.blocks
        stream.finish(lookAhead: network.weights.architecture.lookAhead) { push(frame: $0, emit) }
        finish(blocks: blocks, emit)
    }

    /// The same for callers that extract features themselves.
    /// - Parameter blocks: whole blocks of the recording; the frames of a look-ahead after them have been pushed.
    public func finish(blocks: Int, _ emit: (borrowing BlockTracks) -> Void) {
        let outputs = blocks + network.weights.architecture.lookAhead
        while blocks > 0, reported < outputs { report(outputs, emit) }
        stream.reset()
        bandDirections?.reset()
        tracking.reset()
        levels.reset()
        (framesExtracted, reported, firstKept) = (0, 0, 0)
        memory.features.removeAll(keepingCapacity: true)
        memory.bands.removeAll(keepingCapacity: true)
        hasSound.removeAll()
        isBroken.removeAll()
    }

    /// Reserves what the longest window needs: arrays that grow are copied, into new pages.
    private func reserve() {
        let blocks = Self.window + 1
        memory.features.reserveCapacity(blocks * FrameLayout.framesPerBlock * FrameTiming.melBands * frameChannels)
        if bandDirections != nil { memory.bands.reserveCapacity(blocks * BandDirections.perBlock) }
    }

    private func keep(_ frame: TensorRef<Float>) {
        if framesExtracted == 0 { reserve() }
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
                LocalizationPipeline.silence(row, levels: levelChannels)
                take(row.readOnly)
            }
            isBroken[isBroken.count - 1] = true
        }
    }

    private func take(_ frame: TensorRef<Float>) {
        if LocalizationPipeline.hasSound(frame, levels: levelChannels) { hasSound[hasSound.count - 1] = true }
        framesExtracted += 1
        memory.features.append(frame)
        guard bandDirections != nil else { return }
        bandDirections?.add(frame)
        guard framesExtracted % FrameLayout.framesPerBlock == 0 else { return }
        bandDirections?.finishBlock(into: bands)
        if !bands.lanes.readOnly.isFinite {
            bands.fill(.zero)
            bandDirections?.reset()
        }
        memory.bands.append(bands.readOnly)
    }

    /// Processes the next window.
    /// - Parameter blocks: outputs of the network so far; those of a look-ahead come after the last block of the recording.
    private func report(_ blocks: Int, _ emit: (borrowing BlockTracks) -> Void) {
        let length = min(blocks, Self.window)
        let frames = length * FrameLayout.framesPerBlock
        let shape = Shape(frames, FrameTiming.melBands, scaler.kind.inputChannels)
        let input = memory.input(shape)
        let network = memory.network(self.network.weights, blocks: length)
        // The first window begins with the recording and the last ends with it.
        let start = min(max(0, reported - Self.context), blocks - length)
        let end = start + length == blocks ? blocks : start + length - Self.context
        copy(from: start, into: input)
        scaler.apply(input)
        network.run(input.readOnly)
        let (outputs, logits) = (network.directions.array, network.activityLogits.array)
        let isFinite = network.directions.readOnly.isFinite && network.activityLogits.readOnly.isFinite
        if !isFinite { memory.forgetNetwork() }
        for output in reported..<end {
            guard let block = tracking.nextBlock() else { continue }
            let row = (output - start) * slots
            var probabilities = (0..<slots).map { hasSound[block] ? 1 / (1 + expf(-logits[row + $0])) : 0 }
            var directions = Array(outputs[3 * row..<3 * (row + slots)])
            if !isFinite, !(logits[row..<row + slots] + directions).allSatisfy(\.isFinite) {
                isBroken[block] = true
                (probabilities, directions) = (Array(repeating: 0, count: slots), Array(repeating: 0, count: 3 * slots))
            }
            if isBroken[block] { brokenBlocks += 1 }
            let bands = memory.bands
            tracking.push(bandsOfAll: bands.span, from: firstKept)
            finishLevels(of: block)
            tracking.step(directions: directions.span, probabilities: probabilities.span, levels: levels)
            emit(tracking.tracks)
        }
        reported = end
        forget(before: start)
    }

    /// Removes what no later window contains: the next begins after the start of this one, and the last may overlap it by all but a block.
    private func forget(before block: Int) {
        let count = block - firstKept
        guard count > 0 else { return }
        memory.features.removeFirst(count * FrameLayout.framesPerBlock * FrameTiming.melBands * frameChannels)
        memory.bands.removeFirst(min(memory.bands.count, count * BandDirections.perBlock))
        firstKept = block
    }

    /// The frames from a block on, mapped where the features are array-independent.
    /// - Parameter input: [frames, 64, C] of input channels.
    private func copy(from block: Int, into input: MutableTensorRef<Float>) {
        let first = (block - firstKept) * FrameLayout.framesPerBlock
        withKeptFrames { frames in
            guard let map else { return input.copy(from: frames.rows(first..<first + input.shape[0])) }
            for row in 0..<input.shape[0] { map.apply(frames.rows(first + row..<first + row + 1), into: input.rows(row..<row + 1)) }
        }
    }

    /// Sums what the levels of a block are measured by; blocks come one after another.
    private func finishLevels(of block: Int) {
        let first = (block - firstKept) * FrameLayout.framesPerBlock
        withKeptFrames { frames in
            for frame in first..<first + FrameLayout.framesPerBlock { levels.add(frames.rows(frame..<frame + 1)) }
        }
        levels.finishBlock(nil)
    }

    private func withKeptFrames(_ body: (TensorRef<Float>) -> Void) {
        let frames = framesExtracted - firstKept * FrameLayout.framesPerBlock
        memory.features.withTensor(Shape(frames, FrameTiming.melBands, frameChannels), body)
    }
}
