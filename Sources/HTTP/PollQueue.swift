import FlyingSocks
import Glibc
import Platform
import Synchronization

/// Finds the ready sockets with poll(2), for FlyingSocks' pool.
///
/// The pool's own queue keeps the state of epoll, which is wrong after a socket was closed while a task waited for it: the next
/// connection with the same descriptor would wait forever. This queue polls all sockets each time, which is fast enough for a
/// hundred.
final class PollQueue: EventQueue, Sendable {
    private let watched = Mutex<[Socket.FileDescriptor: Socket.Events]>([:])
    private let wake = WakeEvent()
    private let isStopped = Atomic<Bool>(false)

    struct Stopped: Error {}

    func open() {
        watched.withLock { $0 = [:] }
        isStopped.store(false, ordering: .releasing)
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        wake.signal()
    }

    func close() { watched.withLock { $0 = [:] } }

    func addEvents(_ events: Socket.Events, for socket: Socket.FileDescriptor) {
        watched.withLock { $0[socket, default: []].formUnion(events) }
        wake.signal()
    }

    func removeEvents(_ events: Socket.Events, for socket: Socket.FileDescriptor) {
        watched.withLock { watched in
            let left = (watched[socket] ?? []).subtracting(events)
            watched[socket] = left.isEmpty ? nil : left
        }
    }

    /// Waits until a socket is ready; returns none if the set of sockets changes.
    func getNotifications() throws -> [EventNotification] {
        wake.clear()
        guard !isStopped.load(ordering: .acquiring) else { throw Stopped() }
        var waiting = watched.withLock { watched in
            watched.map { socket, events in
                let asked = (events.contains(.read) ? POLLIN : 0) | (events.contains(.write) ? POLLOUT : 0)
                return pollfd(fd: socket.rawValue, events: Int16(asked), revents: 0)
            }
        }
        waiting.append(pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0))
        guard unsafe poll(&waiting, nfds_t(waiting.count), -1) > 0 else { return [] }
        return waiting.dropLast().filter { $0.revents != 0 }.map { found in
            let isOpen = Int32(found.revents) & POLLNVAL == 0
            // An error or a hang-up is found by the next read or write.
            let isOver = Int32(found.revents) & (POLLERR | POLLHUP | POLLNVAL) != 0
            var events: Socket.Events = isOver ? [.read, .write] : []
            if Int32(found.revents) & POLLIN != 0 { events.insert(.read) }
            if Int32(found.revents) & POLLOUT != 0 { events.insert(.write) }
            return EventNotification(file: .init(rawValue: found.fd), events: events, errors: isOpen ? [] : [.error])
        }
    }
}
