import Audio
import Platform

/// The part of the daemon that a reload replaces: a source of audio, its analysis, and the analysis thread.
final class AudioSide {
    let capture: any CaptureSource
    let loop: AnalysisLoop
    private let thread = NamedThread(name: "bearing-analyse")

    init(capture: any CaptureSource, loop: AnalysisLoop) {
        self.capture = capture
        self.loop = loop
    }

    /// The thread inherits the scheduling of the caller.
    func startAnalysis() {
        thread.start { [thread, loop] in
            while !thread.isStopping { loop.pass() }
        }
    }

    /// Unread frames stay in the ring.
    /// - Parameter patience: nanoseconds to wait for the thread.
    @discardableResult
    func stopAnalysis(patience: Int64 = .max) -> NamedThread.Ending {
        thread.askToStop()
        capture.stream.wake.signal()
        return thread.stop(patience: patience)
    }

    /// Waits until the ring is empty, for at most 0.2 s.
    func drain() {
        let deadline = MonotonicTime.now + MonotonicTime.second / 5
        while capture.stream.ring.framesAvailable > 0, MonotonicTime.now < deadline {
            _ = thread.stopEvent.wait(until: MonotonicTime.now + MonotonicTime.second / 200)
        }
    }
}
