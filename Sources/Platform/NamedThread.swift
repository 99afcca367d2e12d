import CRealtime
import Glibc
import Synchronization

/// One named POSIX thread that runs until it is asked to stop.
///
/// It belongs to no pool: audio must not queue behind other work.
@safe
package final class NamedThread: @unchecked Sendable {
    /// The result of `stop`.
    package enum Ending {
        /// No thread ran.
        case none
        case ended
        /// It is stuck in a call; if the call returns, the thread sees the request to stop.
        case abandoned
    }

    /// Signalled when the thread should end.
    package let stopEvent = WakeEvent()
    private let stopping = Atomic<Bool>(false)
    private let handle = Mutex<pthread_t?>(nil)
    private let name: String

    /// - Parameter name: at most 15 bytes, the kernel's limit.
    package init(name: String) { self.name = name }

    package var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Runs `body` on a new thread; does nothing if one is running.
    package func start(_ body: @escaping @Sendable () -> Void) {
        handle.withLock { handle in
            guard handle == nil else { return }
            stopping.store(false, ordering: .releasing)
            stopEvent.clear()
            let context = unsafe Unmanaged.passRetained(ThreadBody(name: name, body)).toOpaque()
            var thread = pthread_t()
            let code = unsafe bearing_thread_start(
                &thread,
                { context in
                    let work = unsafe Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue()
                    unsafe bearing_thread_name(work.name)
                    work.body()
                    return nil
                }, context)
            precondition(code == 0, "pthread_create failed: \(unsafe String(cString: strerror(code)))")
            handle = thread
        }
    }

    /// Asks the thread to end.
    package func askToStop() {
        stopping.store(true, ordering: .releasing)
        stopEvent.signal()
    }

    /// Asks the thread to end and waits for it.
    ///
    /// - Parameter patience: nanoseconds after which a stuck thread is abandoned; a hanging sound server blocks its callers.
    @discardableResult
    package func stop(patience: Int64 = .max) -> Ending {
        askToStop()
        return handle.withLock { handle in
            guard let thread = handle else { return .none }
            handle = nil
            if patience == .max {
                _ = pthread_join(thread, nil)
            } else if bearing_thread_join(thread, MonotonicTime.now + patience) == 0 {
                pthread_detach(thread)
                return .abandoned
            }
            return .ended
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
