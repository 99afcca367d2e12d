public import Platform

/// The only state that a capture thread shares with its reader.
///
/// The reader sleeps on `wake`, clears it, reads `ring` until it is empty, and asks `clock` for the time of a frame, by its
/// number in the ring (`ring.framesRead` counts them).
public final class CaptureStream: Sendable {
    /// 24 kHz, 4 channels, ±1.
    public let ring: SampleRing
    public let clock = CaptureClock()
    public let status = CaptureStatus()
    /// Signalled after every write and every change of state.
    public let wake = WakeEvent()

    /// - Parameters:
    ///   - frames: capacity of the ring; 2 seconds by default.
    ///   - past: frames that count as already captured.
    public init(frames: Int = 2 * AudioFormat.sampleRate, past: Int = 0) {
        ring = SampleRing(frames: frames, past: past)
        status.count(frames: past)
    }
}

/// A device or a file that fills a `CaptureStream` in real time on its own thread.
///
/// Only starting and stopping use the protocol; samples use the concrete `CaptureStream`.
public protocol CaptureSource: AnyObject, Sendable {
    var stream: CaptureStream { get }
    /// Delay in seconds until frames reach the ring, compared with a source at 24 kHz.
    var latency: Double { get }
    /// The negotiated parameters in words; nil for a file, or before `start`.
    var agreement: String? { get }
    /// Warnings about the source, a line each; none before `start`.
    var remarks: [String] { get }
    /// Why a source that ended cannot continue; nil if it ended normally.
    var failure: AudioError? { get }
    /// Opens the source and starts its thread.
    ///
    /// - Throws: an error at the start. Later errors are recovered from, or reported by `stream.status`.
    func start() throws(AudioError)
    /// Starts again after `stop`. If the source is missing, the thread waits for it as after a loss.
    func resume()
    /// Ends the thread and waits for it: about 100 ms, or half a second if a hanging sound server blocks it. Does nothing if
    /// the thread is not running.
    func stop()
}

extension CaptureSource {
    public var agreement: String? { nil }
    public var remarks: [String] { [] }
    public var failure: AudioError? { nil }
}
