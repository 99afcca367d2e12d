public import Platform

/// What a capture thread and the thread that listens to it share; nothing else passes between them.
///
/// The listener sleeps on `wake`, clears it, reads `ring` until it is empty and asks `clock` for the time of a frame,
/// by its number in the ring (`ring.framesRead` counts them).
public final class CaptureStream: Sendable {
    /// 24 kHz, 4 channels, ±1.
    public let ring: SampleRing
    public let clock = CaptureClock()
    public let status = CaptureStatus()
    /// Signalled after every write and every change of state.
    public let wake = WakeEvent()

    /// - Parameters:
    ///   - frames: room of the ring; 2 seconds unless told.
    ///   - past: frames that count as captured already.
    public init(frames: Int = 2 * AudioFormat.sampleRate, past: Int = 0) {
        ring = SampleRing(frames: frames, past: past)
        status.count(frames: past)
    }
}

/// Something that fills a `CaptureStream` in real time on a thread of its own: a device or a file.
///
/// Only starting and stopping go through the protocol; samples go through the concrete `CaptureStream`.
public protocol CaptureSource: AnyObject, Sendable {
    var stream: CaptureStream { get }
    /// Seconds by which frames reach the ring later than a source at 24 kHz would bring them.
    var latency: Double { get }
    /// What the source was agreed to give, in words; nil where that goes without saying, or before `start`.
    var agreement: String? { get }
    /// What is odd about the source, a line each; nothing before `start`.
    var remarks: [String] { get }
    /// Why a source that ended cannot go on; nil for one that ended as it was to end.
    var failure: AudioError? { get }
    /// Opens the source and starts its thread.
    ///
    /// - Throws: what stands in the way at the start. What fails later is recovered, or told by `stream.status`.
    func start() throws(AudioError)
    /// Starts again after `stop`; where the source is not there, the thread waits for it as after a loss.
    func resume()
    /// Ends the thread and waits for it: some 100 ms, or half a second where a sound server hangs and holds it.
    /// Harmless when not running.
    func stop()
}

extension CaptureSource {
    public var agreement: String? { nil }
    public var remarks: [String] { [] }
    public var failure: AudioError? { nil }
}
