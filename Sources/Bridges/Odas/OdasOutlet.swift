import Glibc
import Platform

/// The sending end of a connection that never blocks: a message goes out whole or not at all.
struct OdasOutlet {
    private let descriptor: Int32
    /// What is left of a message that the kernel took in part.
    private var pending: ArraySlice<UInt8> = []
    /// When the kernel last took anything, while something waits.
    private var progress = MonotonicTime.now
    /// Why the connection has ended.
    private(set) var problem: String?
    /// Messages that were not sent because the peer read too slowly.
    private(set) var dropped = 0

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// For how long the peer has taken nothing while something waits for it.
    var stalledSeconds: Double { pending.isEmpty ? 0 : Double(MonotonicTime.now - progress) / Double(MonotonicTime.second) }

    mutating func offer(_ message: [UInt8]) {
        guard pending.isEmpty else {
            dropped += 1
            return
        }
        pending = message[...]
        progress = MonotonicTime.now
        flush()
    }

    private mutating func flush() {
        while !pending.isEmpty, problem == nil {
            let count = unsafe pending.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                pending = pending.dropFirst(count)
                progress = MonotonicTime.now
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                return
            } else if errno != EINTR {
                problem = unsafe String(cString: strerror(errno))
            }
        }
    }

    /// Waits for a deadline, an event, room for what waits, or the peer's end; discards what the peer sends.
    /// - Returns: why the connection has ended; nil while it lasts.
    mutating func wait(until deadline: Int64?, _ events: [WakeEvent]) -> String? {
        var waiting = [pollfd(fd: descriptor, events: Int16(pending.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0)]
        waiting += events.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        // Rounded up, so that a deadline is not met by turns of a loop.
        let left = deadline.map { max(0, ($0 - MonotonicTime.now + 999_999) / 1_000_000) } ?? 1000
        let ready = unsafe poll(&waiting, nfds_t(waiting.count), Int32(min(left, 1000)))
        guard ready > 0 else { return nil }
        if Int32(waiting[0].revents) & POLLOUT != 0 { flush() }
        guard Int32(waiting[0].revents) & (POLLIN | POLLHUP | POLLERR) != 0 else { return problem }
        var scratch = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(descriptor, &scratch, scratch.count, 0)
        if count == 0 { return "it has closed the connection" }
        if count < 0, errno != EAGAIN, errno != EWOULDBLOCK, errno != EINTR { return unsafe String(cString: strerror(errno)) }
        return problem
    }
}
