import Audio
import Glibc
import Platform
import Signal
import Synchronization
import TrackFeed

/// Counters of the analysis thread, which the server's thread reports: atomics, so that neither waits for the other.
final class Health: Sendable {
    private let started: Int64
    private let blockCount: Atomic<Int>
    private let passCount = Atomic<Int>(0)
    private let networkResetCount = Atomic<Int>(0)
    private let loadBits = Atomic<UInt32>(0)
    private let channels = Mutex(Warnings())
    /// Powers of the channels.
    private let levels = InlineArray<8, Atomic<UInt32>> { _ in Atomic(0) }
    /// Channels of the audio.
    private let count: Int

    /// - Parameters:
    ///   - channels: of the audio.
    ///   - past: seconds that count as already run.
    init(channels: Int = AudioFormat.channels, past: Int = 0) {
        count = channels
        started = MonotonicTime.now - Int64(past) * MonotonicTime.second
        blockCount = Atomic(FrameLayout.blocksPerSecond * past)
    }

    /// Blocks analysed.
    var blocks: Int { blockCount.load(ordering: .relaxed) }
    /// Passes of the analysis loop, which wakes at least once a second, with or without audio, so that a hang is visible.
    var passes: Int { passCount.load(ordering: .relaxed) }

    /// Resets of the network because a value in it was not finite.
    var networkResets: Int { networkResetCount.load(ordering: .relaxed) }

    func count(networkResets: Int) { networkResetCount.add(networkResets, ordering: .relaxed) }
    /// Present warnings about the channels, a line each. Not used by the analysis thread.
    var warnings: [String] { channels.withLock { $0.present } }

    func set(warnings: [String]) { channels.withLock { $0.update(warnings) } }

    /// Warnings that began or ended since the latest call; for the log.
    func takeWarningChanges() -> [Warnings.Change] { channels.withLock { $0.takeChanges() } }

    func countPass() { passCount.add(1, ordering: .relaxed) }

    /// - Parameters:
    ///   - load: computing time of the block as a share of the block, smoothed here over about ten blocks.
    ///   - power: mean square of each channel over the block, a lane each.
    func countBlock(load: Float, power: SIMD8<Float>) {
        blockCount.add(1, ordering: .relaxed)
        let before = Float(bitPattern: loadBits.load(ordering: .relaxed))
        loadBits.store((before + 0.1 * (load - before)).bitPattern, ordering: .relaxed)
        for channel in 0..<count { levels[channel].store(power[channel].bitPattern, ordering: .relaxed) }
    }

    /// The whole status, for a status line.
    func status(of stream: CaptureStream, mailbox: Mailbox) -> FeedStatus {
        let capture = stream.status
        var status = FeedStatus(
            state: Self.name(of: capture.state), error: CaptureFault.text(of: capture.lastError),
            events: Self.events(of: capture), frames: capture.frames, droppedFrames: stream.ring.framesDropped,
            lostBlocks: mailbox.dropped, blocks: blocks, load: Double(Float(bitPattern: loadBits.load(ordering: .relaxed))),
            levels: (0..<count).map { Self.decibels(Float(bitPattern: levels[$0].load(ordering: .relaxed))) },
            uptime: Double(MonotonicTime.now - started) * 1e-9)
        status.drift = capture.drift
        status.networkResets = networkResets
        status.warnings = warnings
        return status
    }

    /// Capture event counters, by their names in the status line. A new counter is one more line here; `bearing status` shows
    /// it.
    private static func events(of capture: CaptureStatus) -> [FeedStatus.Count] {
        [
            FeedStatus.Count("overruns", capture.overruns),
            FeedStatus.Count("suspends", capture.suspends),
            FeedStatus.Count("stalls", capture.stalls),
            FeedStatus.Count("losses", capture.losses),
            FeedStatus.Count("reopens", capture.reopens),
            FeedStatus.Count("refusals", capture.refusals),
            FeedStatus.Count("busy", capture.busy),
            FeedStatus.Count("clock_jumps", capture.clockJumps),
            FeedStatus.Count("clock_steps", capture.clockSteps),
            FeedStatus.Count("unsound_samples", capture.unsoundSamples, isUrgent: false),
            FeedStatus.Count("interrupts", capture.interrupts, isUrgent: false),
            FeedStatus.Count("short_reads", capture.shortReads, isUrgent: false),
            FeedStatus.Count("empty_wakes", capture.emptyWakes, isUrgent: false),
        ]
    }

    /// dB below full scale, to be rounded to one decimal; digital silence is -200.
    private static func decibels(_ power: Float) -> Double { 10 * log10(Double(max(power, 1e-20))) }

    private static func name(of state: CaptureState) -> String {
        switch state {
        case .opening: "opening"
        case .running: "running"
        case .lost: "lost"
        case .ended: "ended"
        case .stopped: "stopped"
        }
    }
}
