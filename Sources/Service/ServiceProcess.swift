import Glibc
public import Logging
import Platform
import Synchronization

/// Runs a process beside the daemon: with a log, readiness for systemd, and an end within two seconds of SIGTERM or SIGINT.
public enum ServiceProcess {
    /// Lets the work of the process end it.
    public final class Ending: Sendable {
        private let failure = Mutex<(any Error)?>(nil)

        /// Ends the process with the first error that is passed; callable from any thread.
        public func end(with error: any Error) {
            failure.withLock { if $0 == nil { $0 = error } }
            ProcessSignals.wake()
        }

        fileprivate var error: (any Error)? { failure.withLock { $0 } }
    }

    /// Runs until a signal, the loss of the terminal that the process had, or `Ending.end(with:)`.
    ///
    /// - Parameters:
    ///   - notify: the value of NOTIFY_SOCKET.
    ///   - start: starts the work on its own threads and returns a function that stops it within a second.
    /// - Throws: the error of `start`, or the one that the work ended with.
    public static func run(
        level: Logger.Level, notify: String?, start: (Logger, Ending) throws -> () -> Void
    ) throws {
        ProcessSignals.watch()
        let output = LogWriter()
        defer { output.stop() }
        let log = ServiceLog.make(level, output)
        let ending = Ending()
        let manager = ServiceManager(path: notify)
        let stop = try start(log, ending)
        manager?.notify("READY=1")
        while !ProcessSignals.areEnding, ending.error == nil {
            ProcessSignals.wait(until: MonotonicTime.now + 3600 * MonotonicTime.second)
            if ProcessSignals.takeHangup(), ProcessSignals.hadTerminal, isatty(STDIN_FILENO) != 1 { break }
        }
        manager?.notify("STOPPING=1")
        stop()
        if let error = ending.error { throw error }
        log.notice("stopped")
    }
}
