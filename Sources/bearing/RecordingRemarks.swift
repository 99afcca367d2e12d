import Audio
import Configuration
import Diagnosis

/// Warnings about a recording, one line each, after it was read to its end.
struct RecordingRemarks {
    private let watch: ChannelWatch
    private let kind: MicrophoneKind
    private var findings: [ChannelFinding] = []
    private var unsoundSamples = 0
    private var networkResets = 0

    init(_ model: LiveModel, _ input: BearingConfiguration.Input) {
        kind = model.microphone
        watch = ChannelWatch(kind, convention: input.ambisonics ?? .ambix)
    }

    /// - Parameter samples: [n, C] of the recording, channels in model order.
    mutating func add(_ samples: Span<Float>) {
        watch.push(samples)
        note()
    }

    /// Adds samples of one of its files that were replaced by silence.
    mutating func add(unsoundSamples: Int) { self.unsoundSamples += unsoundSamples }

    mutating func add(networkResets: Int) { self.networkResets += networkResets }

    /// Warnings about the whole recording, a line each.
    var lines: [String] {
        mutating get {
            watch.finish()
            note()
            var lines = findings.map { $0.description(kind) }
            if let remark = SoundSample.remark(replaced: unsoundSamples) { lines.append(remark) }
            if networkResets > 0 {
                lines.append(
                    "the network was reset in \(networkResets) blocks, since a value in it was not finite: check that the model fits "
                        + "the recording")
            }
            return lines
        }
    }

    private mutating func note() {
        for finding in watch.findings where !findings.contains(finding) { findings.append(finding) }
    }
}
