import CRealtime
import Glibc
import Synchronization

/// One named POSIX thread that runs until it is told to stop.
///
/// Threads of the library's own, not of a pool: audio must not queue behind anything else.
@safe
package final class CaptureThread: @unchecked Sendable {
    /// Signalled when the thread shall end.
    package let stopEvent = WakeEvent()
    private let stopping = Atomic<Bool>(false)
    private let handle = Mutex<pthread_t?>(nil)
    private let name: String

    /// - Parameter name: at most 15 bytes, as the kernel keeps it.
    package init(name: String) { self.name = name }

    package var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Runs `body` on a new thread; nothing when one already runs.
    package func start(_ body: @escaping @Sendable () -> Void) {
        handle.withLock { handle in
            guard handle == nil else { return }
            stopping.store(false, ordering: .releasing)
            stopEvent.clear()
            let context = unsafe Unmanaged.passRetained(ThreadBody(name: name, body)).toOpaque()
            var thread = pthread_t()
            let code = unsafe pthread_create(
                &thread, nil,
                { context in
                    let work = unsafe Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue()
                    unsafe bearing_thread_name(work.name)
                    work.body()
                    return nil
                }, context)
            precondition(code == 0, "the system gives no thread: \(systemError(code))")
            handle = thread
        }
    }

    /// Asks the thread to end.
    package func askToStop() {
        stopping.store(true, ordering: .releasing)
        stopEvent.signal()
    }

    /// Asks the thread to end and waits for it.
    /// - Returns: whether there was one.
    @discardableResult
    package func stop() -> Bool {
        askToStop()
        return handle.withLock { handle in
            guard let thread = handle else { return false }
            _ = pthread_join(thread, nil)
            handle = nil
            return true
        }
    }
}

private final class ThreadBody: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
