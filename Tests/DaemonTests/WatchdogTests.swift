import Testing

@testable import Daemon

@Suite struct WatchdogTests {
    private let second: Int64 = 1_000_000_000

    private func counts(_ analysis: Int, _ server: Int, _ frames: Int, isCapturing: Bool = true) -> Watchdog.Counts {
        Watchdog.Counts(analysis: analysis, server: server, frames: frames, isCapturing: isCapturing)
    }

    @Test func everyThreadMustMakeProgress() {
        for stuck in 0..<3 {
            var watchdog = Watchdog(now: 0)
            #expect(watchdog.isSatisfied(by: counts(1, 1, 1), now: 0) == true)
            let later = counts(stuck == 0 ? 1 : 2, stuck == 1 ? 1 : 2, stuck == 2 ? 1 : 2)
            #expect(watchdog.isSatisfied(by: later, now: second) == false, "\(["analysis", "server", "capture"][stuck])")
            #expect(watchdog.isSatisfied(by: counts(3, 3, 3), now: 2 * second) == true)
        }
    }

    /// Threads that take turns are no hang: each has moved since the last time that all had.
    @Test func threadsMayMakeProgressInTurn() {
        var watchdog = Watchdog(now: 0)
        #expect(watchdog.isSatisfied(by: counts(1, 1, 1), now: 0) == true)
        #expect(watchdog.isSatisfied(by: counts(2, 1, 1), now: 1) == false)
        #expect(watchdog.isSatisfied(by: counts(2, 2, 1), now: 2) == false)
        #expect(watchdog.isSatisfied(by: counts(2, 2, 2), now: 3) == true)
    }

    @Test func aLostDeviceIsNotAHang() {
        var watchdog = Watchdog(now: 0)
        #expect(watchdog.isSatisfied(by: counts(1, 1, 1), now: 0) == true)
        #expect(watchdog.isSatisfied(by: counts(2, 2, 1, isCapturing: false), now: second) == true)
        #expect(watchdog.isSatisfied(by: counts(3, 3, 1), now: 2 * second) == false)
    }

    @Test func stalledThreadsAreNamedOnce() {
        var watchdog = Watchdog(now: 0)
        #expect(watchdog.isSatisfied(by: counts(1, 1, 1), now: 0) == true)
        #expect(watchdog.newlyStalled(counts(9, 1, 1), now: 4 * second) == nil)
        #expect(watchdog.newlyStalled(counts(9, 1, 1), now: 6 * second) == "capture, server")
        #expect(watchdog.newlyStalled(counts(9, 1, 1), now: 7 * second) == nil)
        #expect(watchdog.isSatisfied(by: counts(9, 9, 9), now: 8 * second) == true)
        #expect(watchdog.newlyStalled(counts(9, 10, 10), now: 20 * second) == "analysis")
    }
}
