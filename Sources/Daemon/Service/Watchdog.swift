import Audio
import Platform

/// Whether every thread of the live way goes on: what systemd's watchdog is petted for.
///
/// Each makes progress at least once a second: the server's loop and the analysis with or without audio, the capture while it has
/// a device. One that is lost is no thread that hangs.
struct Watchdog {
    struct Counts: Equatable {
        /// Passes of the analysis loop and of the server's.
        var analysis = -1
        var server = -1
        /// Frames captured.
        var frames = -1
        /// Whether frames are due.
        var isHearing = false
    }

    private var latest = Counts()
    /// Monotonic nanoseconds when all had made progress last.
    private var lively: Int64
    private var hasComplained = false
    /// Nanoseconds after which the log says what stands still: half of the unit's WatchdogSec.
    private static let patience = 5 * MonotonicTime.second

    init(now: Int64) { lively = now }

    /// Whether all have made progress since this was last so.
    mutating func isSatisfied(by counts: Counts, now: Int64) -> Bool {
        guard stuck(counts).isEmpty else { return false }
        (latest, lively, hasComplained) = (counts, now, false)
        return true
    }

    /// What has stood still for too long, told once: names of threads.
    mutating func complaint(_ counts: Counts, now: Int64) -> String? {
        let names = stuck(counts)
        guard !names.isEmpty, !hasComplained, now - lively > Self.patience else { return nil }
        hasComplained = true
        return names.joined(separator: ", ")
    }

    private func stuck(_ counts: Counts) -> [String] {
        var names: [String] = []
        if counts.isHearing, counts.frames == latest.frames { names.append("capture") }
        if counts.analysis == latest.analysis { names.append("analysis") }
        if counts.server == latest.server { names.append("server") }
        return names
    }
}
