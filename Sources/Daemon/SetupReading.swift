import Audio
import Platform
import Service
import Synchronization

/// Reads a setup on its own thread, since a hanging file system blocks that thread while the daemon continues.
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

    /// The result; nil until it is complete.
    var result: Result<Daemon.Setup, any Error>? {
        guard isDone.load(ordering: .acquiring) else { return nil }
        thread.stop()
        return outcome
    }
}
