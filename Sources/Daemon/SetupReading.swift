import Audio
import Platform
import Service
import Synchronization

/// Reads a setup on a thread of its own: a file system that hangs holds that thread, and the daemon goes on as before.
final class SetupReading: @unchecked Sendable {
    private let thread = NamedThread(name: "bearing-reload")
    private let isDone = Atomic<Bool>(false)
    /// Written before `isDone`, read after it.
    private var outcome: Result<Daemon.Setup, any Error>?
    private let read: () throws -> Daemon.Setup

    init(_ read: @escaping () throws -> Daemon.Setup) {
        self.read = read
        thread.start { [self] in
            outcome = Result { try self.read() }
            isDone.store(true, ordering: .releasing)
            ProcessSignals.wake()
        }
    }

    /// What was read; nil while it is not.
    var result: Result<Daemon.Setup, any Error>? {
        guard isDone.load(ordering: .acquiring) else { return nil }
        thread.stop()
        return outcome
    }
}
