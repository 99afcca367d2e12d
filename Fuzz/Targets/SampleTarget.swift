import Audio
import Features
import Geometry
import Networks
import Pipeline
import Signal
import Tracking

/// Samples of any bits: as a device gives them, and past the check at the entrance, straight into the pipeline.
enum SampleTarget {
    /// Blocks of sound after which no earlier state may remain.
    private static let blocksToRecover = 5
    /// Blocks of look-ahead of the network.
    private static let lookAhead = 1
    private static let samplesPerBlock = FrameLayout.samplesPerBlock * FrameLayout.channels

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let raw = Array(bytes.dropFirst())
        let samples = (0..<raw.count / 16 * 4).map { index -> Float in
            var bits: UInt32 = 0
            for place in (4 * index..<4 * index + 4).reversed() { bits = bits << 8 | UInt32(raw[place]) }
            return Float(bitPattern: bits)
        }
        let pipeline = Self.pipeline(kinds[Int(first) % kinds.count], encoded: first >= 128)
        localize(pipeline, samples)
        let broken = pipeline.networkResets
        localize(pipeline, Array(sound.prefix(blocksToRecover * samplesPerBlock)))
        let recovered = pipeline.networkResets
        let reported = localize(pipeline, sound)
        precondition(pipeline.networkResets == recovered && recovered <= broken + 2, "a network that does not recover")
        precondition(reported > 0, "no track of a sound after \(blocksToRecover) blocks of it")

        // As a device gives them nothing gets that far.
        var taken = [Float](repeating: 0, count: samples.count)
        var span = taken.mutableSpan
        let unsound = unsafe SampleFormat.float.convert(raw.span.bytes.extracting(0..<4 * samples.count), into: &span)
        precondition(zip(samples, taken).count { $0.bitPattern != $1.bitPattern && $1 != 0 } == 0, "a sample that was changed")
        let live = Self.pipeline(kinds[Int(first) % kinds.count], encoded: first >= 128)
        localize(live, taken)
        precondition(live.networkResets == 0 && unsound <= samples.count, "a sample that no check stopped")
    }

    private static let kinds: [FeatureKind] = [.foaIntensity, .foaCovariance, .micCoherence, .micPhase, .micGCCPHAT]

    /// Noise of half a second to recover, and as much again to be reported.
    private static let sound: [Float] = {
        var state: UInt32 = 1
        return (0..<(blocksToRecover + lookAhead + 2) * samplesPerBlock).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return 0.1 * Float(Int32(bitPattern: state)) / 2_147_483_648
        }
    }()

    private static func pipeline(_ kind: FeatureKind, encoded: Bool) -> LocalizationPipeline {
        let architecture = DOAnetArchitecture(
            form: .live, channels: kind.channels, filters: 2, gruWidth: 2, headWidth: 2, maximumTracks: 2, lookAhead: lookAhead)
        let count = FrameTiming.melBands * kind.channels
        var gate = GateSettings()
        (gate.openThreshold, gate.stayThreshold, gate.openBlocks, gate.duplicateDegrees) = (0, 0, 1, 0)
        gate.refinement = 0.1
        return LocalizationPipeline(
            parameters: DOAnetParameters(architecture, seed: 3),
            scaler: FeatureScaler(kind: kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count)),
            gate: gate, encoding: encoded ? EncodingFilters(from: .fuma) : nil)
    }

    /// - Returns: tracks of all blocks.
    @discardableResult
    private static func localize(_ pipeline: LocalizationPipeline, _ samples: [Float]) -> Int {
        var reported = 0
        pipeline.push(samples.span) { tracks in
            for index in 0..<tracks.count {
                let track = tracks[index]
                let sum = track.direction.x + track.direction.y + track.direction.z + track.activity
                precondition(sum.isFinite, "a track of no direction or activity")
                reported += 1
            }
        }
        return reported
    }
}
