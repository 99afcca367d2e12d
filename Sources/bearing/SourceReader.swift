import Audio
import Configuration
import Glibc
import Platform

/// Reads a source for some seconds at a time: a device in real time, a file at full speed, section by section.
final class SourceReader {
    private enum Source {
        case device(ALSACapture)
        case file(AudioFileStream)
    }

    private let source: Source
    private let warn: (String) -> Void

    /// Opens the source, and warns about its peculiarities.
    /// - Parameters:
    ///   - channels: what a file's channels are known to contain.
    ///   - count: of channels.
    ///   - warn: receives warnings, at once and while audio is read.
    /// - Throws: a `Failure` if the source cannot be opened.
    init(_ input: BearingConfiguration.Input, channels: FileChannels, count: Int, warn: @escaping (String) -> Void) throws {
        self.warn = warn
        do throws(AudioError) {
            switch input.source {
            case .alsa(let name):
                let capture = ALSACapture(device: name, map: input.channels, stream: CaptureStream(channels: count))
                try capture.start()
                source = .device(capture)
            case .file(let path):
                source = .file(try AudioFileStream(path: path, map: input.channels, count: count, channels: channels))
            case .demo:
                source = .file(try Self.demo(count))
            }
        } catch {
            throw Failure(error)
        }
        if case .file(let stream) = source { for remark in stream.remarks { warn(remark) } }
    }

    /// The Ambisonics convention that a file declares and that is converted.
    var undone: AmbisonicConvention? { if case .file(let stream) = source { stream.undone } else { nil } }

    /// Describes the opened source.
    var opening: String { undone.map { "opens; read as \($0.title), which its header declares" } ?? "opens" }

    deinit { if case .device(let capture) = source { capture.stop() } }

    /// Whether a user at a microphone can be asked for sounds.
    var isLive: Bool { if case .device = source { true } else { false } }

    /// Reads the next seconds; fewer at the end of a file.
    ///
    /// - Parameter label: of the progress bar.
    /// - Returns: [n, C] at 24 kHz.
    func read(seconds: Double, label: String) throws -> [Float] {
        let frames = Int(seconds * Double(AudioFormat.sampleRate))
        switch source {
        case .device(let capture): return try record(frames, capture, label)
        case .file(let stream):
            do throws(AudioError) {
                return try Self.read(frames, of: stream, warn: warn)
            } catch {
                throw Failure(error)
            }
        }
    }

    static func read(_ frames: Int, of stream: AudioFileStream, warn: (String) -> Void) throws(AudioError) -> [Float] {
        let unsound = stream.unsoundSamples
        var samples = [Float](repeating: 0, count: frames * stream.channels)
        var span = samples.mutableSpan
        let count = try stream.read(into: &span)
        if let remark = SoundSample.remark(replaced: stream.unsoundSamples - unsound) { warn("\(stream.path): \(remark)") }
        return Array(samples[..<(count * stream.channels)])
    }

    private static func demo(_ count: Int) throws(AudioError) -> AudioFileStream {
        try AudioFileStream(path: (try? Resources.find(Resources.demo)) ?? Resources.demo, count: count)
    }

    private func record(_ frames: Int, _ capture: ALSACapture, _ label: String) throws -> [Float] {
        let stream = capture.stream
        let unsound = stream.status.unsoundSamples
        var piece = [Float](repeating: 0, count: AudioFormat.sampleRate * stream.channels)
        func take() -> Int {
            var span = piece.mutableSpan
            return stream.ring.read(into: &span)
        }
        // Discards audio captured before this call.
        while take() > 0 {}
        var samples: [Float] = []
        var progress = ProgressBar(label)
        let wanted = frames * stream.channels
        let deadline = MonotonicTime.seconds + 2 * Double(frames) / Double(AudioFormat.sampleRate) + 2
        while samples.count < wanted {
            _ = stream.wake.wait(until: MonotonicTime.now + MonotonicTime.second / 10)
            stream.wake.clear()
            while case let count = take(), count > 0 { samples += piece[..<(count * stream.channels)] }
            progress.update(min(1, Double(samples.count) / Double(wanted)))
            guard MonotonicTime.seconds < deadline else {
                progress.finish()
                throw Failure(
                    .unavailable,
                    "\(capture.device): expected \(frames / AudioFormat.sampleRate) s of audio, found "
                        + "\(samples.count / stream.channels / AudioFormat.sampleRate) s: check the device")
            }
        }
        progress.finish()
        if let remark = SoundSample.remark(replaced: stream.status.unsoundSamples - unsound) { warn("\(capture.device): \(remark)") }
        return Array(samples[..<wanted])
    }
}
