public import Platform
import Signal
import Synchronization

/// The only state that a capture thread shares with its reader.
///
/// The reader sleeps on `wake`, clears it, reads `ring` until it is empty, and asks `clock` for the time of a frame, by its
/// number in the ring (`ring.framesRead` counts them). A reader that works on whole blocks calls `wakeAtBlocks`, and then sleeps
/// until a block is complete.
public final class CaptureStream: Sendable {
    /// 24 kHz, ±1.
    public let ring: SampleRing
    public let clock = CaptureClock()
    public let status = CaptureStatus()
    /// Signalled after writes (every one, or those that complete a block) and every change of state.
    public let wake = WakeEvent()
    /// A ring frame, modulo a block, at which blocks end; negative while every write wakes the listener.
    private let blockEnd = Atomic<Int>(-1)

    /// Channels of its frames.
    public var channels: Int { ring.channels }

    /// - Parameters:
    ///   - frames: capacity of the ring; 2 seconds by default.
    ///   - channels: that its source delivers.
    ///   - past: frames that count as already captured.
    public init(frames: Int = 2 * AudioFormat.sampleRate, channels: Int = AudioFormat.channels, past: Int = 0) {
        ring = SampleRing(frames: frames, channels: channels, past: past)
        status.count(frames: past)
    }

    /// The listener's side: from now on only writes that complete a block wake it.
    ///
    /// - Parameter frame: the ring frame after the present block's last one; all other blocks end multiples of a block from there.
    /// - Returns: whether that block is complete already: then nothing may wake the listener for it.
    public func wakeAtBlocks(endingBefore frame: Int) -> Bool {
        let length = FrameLayout.samplesPerBlock
        blockEnd.store((frame % length + length) % length, ordering: .relaxed)
        // The writer writes, then looks for the end; this side the other way round. So one of the two sees what the other did.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return ring.framesWritten >= frame
    }

    /// The writer's side: frames from `first` on are in the ring.
    package func announce(writtenFrom first: Int) {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard let before = blocks(before: first), let after = blocks(before: ring.framesWritten) else { return wake.signal() }
        if after > before { wake.signal() }
    }

    /// Frames that are still to be written until a block is complete; nil while every write wakes the listener.
    package var framesToBlockEnd: Int? {
        let end = blockEnd.load(ordering: .relaxed)
        guard end >= 0 else { return nil }
        let length = FrameLayout.samplesPerBlock
        return length - (ring.framesWritten - end + length) % length
    }

    /// Blocks that end at or before a frame.
    private func blocks(before frame: Int) -> Int? {
        let end = blockEnd.load(ordering: .relaxed)
        return end < 0 ? nil : (frame - end + FrameLayout.samplesPerBlock) / FrameLayout.samplesPerBlock
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
