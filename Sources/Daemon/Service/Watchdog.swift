import Audio
import Platform

/// Whether every live thread makes progress, which is the condition for notifying systemd's watchdog.
///
/// Each makes progress at least once a second: the loops of server and analysis with or without audio, the capture while it has
/// a device. A lost device is not a hanging thread.
struct Watchdog {
    struct Counts: Equatable {
        /// Passes of the loops of analysis and server.
        var analysis = -1
        var server = -1
        /// Frames captured.
        var frames = -1
        /// Whether frames are due.
        var isCapturing = false
    }

    private var latest = Counts()
    /// Monotonic nanoseconds when all threads had last made progress.
    private var lively: Int64
    private var hasComplained = false
    /// Nanoseconds after which a hanging thread is logged: half of the unit's WatchdogSec.
    private static let patience = 5 * MonotonicTime.second

    init(now: Int64) { lively = now }

    /// Whether all threads have made progress since the last success.
    mutating func isSatisfied(by counts: Counts, now: Int64) -> Bool {
        guard stuck(counts).isEmpty else { return false }
        (latest, lively, hasComplained) = (counts, now, false)
        return true
    }

    /// Names of threads without progress for too long, reported once.
    mutating func newlyStalled(_ counts: Counts, now: Int64) -> String? {
        let names = stuck(counts)
        guard !names.isEmpty, !hasComplained, now - lively > Self.patience else { return nil }
        hasComplained = true
        return names.joined(separator: ", ")
    }

    private func stuck(_ counts: Counts) -> [String] {
        var names: [String] = []
        if counts.isCapturing, counts.frames == latest.frames { names.append("capture") }
        if counts.analysis == latest.analysis { names.append("analysis") }
        if counts.server == latest.server { names.append("server") }
        return names
    }
}
