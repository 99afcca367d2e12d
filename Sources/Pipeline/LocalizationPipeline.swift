public import Audio
public import Features
import Geometry
import Glibc
public import Kernels
public import Networks
import Signal
public import Tensor
public import Tracking

/// From audio to tracks, without a thread of its own, for the live daemon and offline commands.
///
/// Encoder if the channels need one -> extractor -> scaler -> network step -> refinement -> gate -> levels -> viewpoint. The tracks do
/// not depend on how the samples are divided into pushes. After `init` nothing allocates.
public final class LocalizationPipeline: @unchecked Sendable {
    public let kind: FeatureKind
    public let maximumTracks: Int
    /// Look-ahead of the network in blocks of 100 ms.
    public let lookAhead: Int
    /// Channels of the audio.
    public var channels: Int { stream.channels }
    /// Level channels of a frame: those that features are extracted from.
    private let levelChannels: Int

    /// Delay of the encoder in frames: a block's tracks come that much later than its last sample.
    public var inputDelay: Int { stream.delay }

    private let stream: FeatureStream
    private let scaler: FeatureScaler
    private let stepper: DOAnetStepper
    /// Map of array-independent features; nil for others.
    private let map: HarmonicMap?
    /// Directions of bands for refinement; nil without refinement.
    private var bandDirections: BandDirections?
    /// [5, 64]: of the present block.
    private let bands: MutableTensorRef<SIMD4<Float>>
    private let bandArena: Arena<SIMD4<Float>>
    private var tracking: TrackingStage
    private var levels: TrackLevels
    private let refines: Bool
    /// [64, C]: the present frame, unscaled.
    private let frame: MutableTensorRef<Float>
    /// [5, 64, C], scaled: the present block's input of the network.
    private let block: MutableTensorRef<Float>
    /// [Nmax], of the latest block.
    private let probabilities: MutableTensorRef<Float>
    private let arena: Arena<Float>
    private var frames = 0
    private var blocks = 0
    /// Whether each of the latest `lookAhead` + 1 blocks contained only zeros, block k at k mod (`lookAhead` + 1).
    private var isSilent: [Bool]
    /// Of the present block.
    private var hasSound = false
    /// Whether features of the present block were not finite.
    private var isBroken = false
    /// Blocks at which the network was reset because a feature, its state or its output was not finite; `reset` keeps the
    /// count.
    public private(set) var networkResets = 0

    /// Log-mel of a frame of zeros, in every band; the faintest 16-bit noise is far above.
    private static let floor: Float = -100

    /// - Parameters:
    ///   - parameters: of the `live` form, with as many channels as the features of the scaler; copied.
    ///   - gate: thresholds, from the model file or the configuration.
    ///   - array: values computed from the array's geometry; without steering vectors, directions of capsules are not refined.
    ///   - encoding: conversion of the channels to the network's input; nil if they are the same.
    ///   - viewpoint: from the array's directions to the reported ones.
    public init(
        parameters: DOAnetParameters<Float>, scaler: FeatureScaler, gate settings: GateSettings,
        array: ArrayTables = .none, encoding: EncodingFilters? = nil, viewpoint: Viewpoint = Viewpoint()
    ) {
        precondition(scaler.kind.isArrayIndependent == (array.map != nil), "array-independent features are mapped, no others are")
        let architecture = parameters.architecture
        precondition(
            architecture.channels == scaler.kind.inputChannels,
            "a network of \(architecture.channels) channels does not accept \(scaler.kind.rawValue)")
        kind = scaler.kind
        maximumTracks = architecture.maximumTracks
        lookAhead = architecture.lookAhead
        stream = FeatureStream(scaler.kind, channels: array.channels, encoding: encoding)
        levelChannels = array.channels
        self.scaler = scaler
        stepper = DOAnetStepper(parameters)
        refines = settings.refinement > 0
        map = array.map
        bandDirections = settings.refinement > 0 ? BandDirections(scaler.kind, steering: array.steering) : nil
        let bandShape = Shape(BandDirections.perBlock)
        var bandArena = Arena<SIMD4<Float>>(holding: bandShape)
        bands = bandArena.take(bandShape)
        self.bandArena = bandArena
        tracking = TrackingStage(
            settings, for: architecture, refines: bandDirections != nil, elevation: array.elevation, viewpoint: viewpoint)
        levels = TrackLevels(scaler.kind, array, lookAhead: architecture.lookAhead)
        var layout = ArenaLayout<Float>()
        let features = layout.add(Shape(FrameLayout.framesPerBlock, FrameTiming.melBands, scaler.kind.inputChannels))
        let single = layout.add(Shape(1, FrameTiming.melBands, scaler.kind.frameChannels(of: array.channels)))
        let slots = layout.add(Shape(architecture.maximumTracks))
        let arena = Arena(layout)
        (block, frame, probabilities) = (arena[features], arena[single], arena[slots])
        self.arena = arena
        isSilent = [Bool](repeating: false, count: architecture.lookAhead + 1)
    }

    /// Pushes audio and passes the tracks of every completed block to `emit`.
    ///
    /// Block k comes `inputDelay` frames after the last sample of block k + `lookAhead`.
    /// - Parameters:
    ///   - samples: interleaved frames of `channels` at 24 kHz in -1...1, any number of them.
    ///   - emit: receives a block's tracks, valid during the call; `block` counts from the start or the latest `reset`.
    public func push(_ samples: Span<Float>, _ emit: (borrowing BlockTracks) -> Void) {
        stream.push(samples) { push(frame: $0, emit) }
    }

    /// Pushes one feature frame, for callers that extract features themselves.
    ///
    /// - Parameter frame: [64, C], unscaled, as a `FeatureStream` with this pipeline's encoding emits them.
    public func push(frame: TensorRef<Float>, _ emit: (borrowing BlockTracks) -> Void) {
        if frame.isFinite {
            self.frame.copy(from: frame)
        } else {
            Self.silence(self.frame, levels: levelChannels)
            isBroken = true
        }
        let sound = self.frame.readOnly
        hasSound = hasSound || Self.hasSound(sound, levels: levelChannels)
        if bandDirections == nil { levels.add(sound) } else { bandDirections?.add(sound) }
        let row = block.rows(frames..<frames + 1)
        if let map { map.apply(sound, into: row) } else { row.copy(from: sound) }
        scaler.apply(row)
        frames += 1
        guard frames == FrameLayout.framesPerBlock else { return }
        frames = 0
        finishBlock(emit)
    }

    /// Emits the complete blocks that still wait for their look-ahead, as if silence followed.
    ///
    /// Afterwards the pipeline is in the state after `reset`.
    public func finish(_ emit: (borrowing BlockTracks) -> Void) {
        let received = stream.blocks
        stream.finish(lookAhead: lookAhead) { frame in
            push(frame: frame) { tracks in
                if tracks.block < received { emit(tracks) }
            }
        }
        reset()
    }

    /// New tracks get ids that `predecessor`, which this pipeline replaces, has not used.
    public func continueIDs(of predecessor: LocalizationPipeline) { continueIDs(from: predecessor.tracking.nextID) }

    /// New tracks get ids from this one up.
    public func continueIDs(from id: Int) { tracking.continueIDs(from: id) }

    /// Changes thresholds and viewpoint with the same network: no block is lost, and tracks are kept.
    ///
    /// - Parameter settings: of a gate; refinement must be on or off as before.
    public func adopt(gate settings: GateSettings, viewpoint: Viewpoint) {
        precondition((settings.refinement > 0) == refines, "refinement is not switched on or off while a pipeline runs")
        tracking.adopt(settings, viewpoint: viewpoint)
    }

    /// Clears the audio so far and closes all tracks; ids continue.
    public func reset() {
        stream.reset()
        stepper.reset()
        bandDirections?.reset()
        tracking.reset()
        levels.reset()
        frames = 0
        blocks = 0
        hasSound = false
        isBroken = false
    }

    private func finishBlock(_ emit: (borrowing BlockTracks) -> Void) {
        stepper.step(block.readOnly)
        levels.finishBlock(bandDirections?.covarianceRows())
        if bandDirections != nil {
            bandDirections?.finishBlock(into: bands)
            isBroken = isBroken || !bands.lanes.readOnly.isFinite
            let directions = unsafe UnsafeBufferPointer(start: bands.unsafeBase, count: bands.count)
            unsafe tracking.push(bands: directions.span)
        }
        isSilent[blocks % isSilent.count] = !hasSound
        hasSound = false
        blocks += 1
        if isBroken || !stepper.isFinite { restartNetwork() }
        guard let block = tracking.nextBlock() else { return }
        // The output of a network for digital silence is arbitrary, since training data contain none.
        let wasSilent = isSilent[block % isSilent.count]
        for slot in 0..<maximumTracks {
            probabilities[slot] = wasSilent ? 0 : 1 / (1 + expf(-stepper.activityLogits[slot]))
        }
        let directions = unsafe UnsafeBufferPointer(start: stepper.directions.unsafeBase, count: 3 * maximumTracks)
        let activity = unsafe UnsafeBufferPointer(start: probabilities.unsafeBase, count: maximumTracks)
        unsafe tracking.step(directions: directions.span, probabilities: activity.span, levels: levels)
        emit(tracking.tracks)
    }

    /// Resets the network as if the blocks that are not reported yet, including this one, had been silence.
    ///
    /// Tracks are kept: they coast, as in a pause.
    private func restartNetwork() {
        networkResets += 1
        isBroken = false
        stepper.reset()
        bandDirections?.reset()
        tracking.forgetBands()
        levels.forget()
        for index in isSilent.indices { isSilent[index] = true }
    }

    /// Writes the features of digital silence into a frame [64, C].
    /// - Parameter levels: log-mel channels, the first ones.
    static func silence(_ frame: MutableTensorRef<Float>, levels: Int) {
        let channels = frame.count / FrameTiming.melBands
        for index in 0..<frame.count { frame[index] = index % channels < levels ? floor : 0 }
    }

    /// Whether any band of the log-mel channels of a frame [64, C] is above its floor.
    static func hasSound(_ frame: TensorRef<Float>, levels: Int) -> Bool {
        let channels = frame.count / FrameTiming.melBands
        for band in 0..<FrameTiming.melBands {
            for channel in 0..<levels where frame[band * channels + channel] > floor + 0.1 { return true }
        }
        return false
    }
}
