import Audio
import Platform

/// The half of the daemon that a reload replaces: a source of audio, what analyses it, and the thread that does.
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

    /// What the ring still has stays there.
    /// - Parameter patience: nanoseconds to wait for the thread.
    @discardableResult
    func stopAnalysis(patience: Int64 = .max) -> NamedThread.Ending {
        thread.askToStop()
        capture.stream.wake.signal()
        return thread.stop(patience: patience)
    }

    /// Until nothing of the ring is left, and a fifth of a second at most.
    func drain() {
        let deadline = MonotonicTime.now + MonotonicTime.second / 5
        while capture.stream.ring.framesAvailable > 0, MonotonicTime.now < deadline {
            _ = thread.stopEvent.wait(until: MonotonicTime.now + MonotonicTime.second / 200)
        }
    }
}
