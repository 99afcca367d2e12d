import Audio
import Glibc
import Logging
import Platform
import Service
import TrackFeed

/// The main thread's work while the other threads run.
extension Daemon {
    /// Runs until a signal or the end of the audio: reloads, notifies systemd's watchdog while all threads make progress, logs
    /// changes.
    func watch(_ manager: ServiceManager?) {
        var state = CaptureState.opening
        var (refusals, networkResets, unsoundSamples) = (LogThrottle(), LogThrottle(), LogThrottle())
        var socketFiles = SocketFileLog()
        var watchdog = Watchdog(now: MonotonicTime.now)
        var reading: SetupReading?
        var wantsReload = false
        // Signals and changes of state end it.
        let pause = ProcessSignals.canWake ? MonotonicTime.second : MonotonicTime.second / 5
        while true {
            ProcessSignals.wait(until: MonotonicTime.now + pause)
            if ProcessSignals.areEnding { return }
            if ProcessSignals.takeHangup() {
                if ProcessSignals.hadTerminal, isatty(STDIN_FILENO) != 1 { return }
                wantsReload = self.reading != nil
            }
            // Any number of requests during a reload cause one more reload after it.
            if wantsReload, reading == nil {
                wantsReload = false
                manager?.notify("RELOADING=1\nMONOTONIC_USEC=\(MonotonicTime.now / 1000)")
                reading = beginReload()
            }
            if let result = reading?.result {
                reading = nil
                adopt(result)
                manager?.notify("READY=1")
            }
            let status = stream.status
            if status.state != state {
                state = status.state
                log(state: state, manager)
            }
            if let count = refusals.due(count: server.refusedCount, now: MonotonicTime.now) {
                log.warning("\(count) subscribers refused: \(server.subscriberCount) are connected (one user: at most three quarters)")
            }
            logWarnings()
            if let count = networkResets.due(count: health.networkResets, now: MonotonicTime.now) {
                log.warning(
                    "the network was reset \(count) times, since a value in it was not finite: check that the model fits the microphone")
            }
            if let count = unsoundSamples.due(count: status.unsoundSamples, now: MonotonicTime.now) {
                log.warning(
                    "expected finite samples of up to 2^32 times full scale, found \(count) others, replaced by 0: check the source")
            }
            if let message = socketFiles.message(renewed: server.renewedCount, isCutOff: server.isCutOff) { log.warning("\(message)") }
            let counts = Watchdog.Counts(
                analysis: health.passes, server: server.passes, frames: status.frames,
                isCapturing: status.state == .running || status.state == .opening)
            if watchdog.isSatisfied(by: counts, now: MonotonicTime.now) {
                manager?.notify("WATCHDOG=1")
            } else if let names = watchdog.newlyStalled(counts, now: MonotonicTime.now) {
                log.error("no progress for 5 s (\(names)): systemd's watchdog restarts this daemon, if enabled")
            }
            if state == .ended, stream.ring.framesAvailable == 0 { return }
        }
    }

    private func logWarnings() {
        for change in health.takeWarningChanges() {
            if change.isOver { log.notice("no longer found: \(change.text)") } else { log.warning("\(change.text)") }
        }
    }

    private func log(state: CaptureState, _ manager: ServiceManager?) {
        let status = stream.status
        let metadata: Logger.Metadata = ["overruns": "\(status.overruns)", "reopens": "\(status.reopens)"]
        if state == .lost {
            let reason = CaptureFault.text(of: status.lastError) ?? "the reason is unknown"
            log.warning("audio lost, trying again: \(reason)", metadata: metadata)
        } else {
            log.notice("audio \(state)", metadata: metadata)
        }
        manager?.notify("STATUS=audio \(state)")
    }
}
