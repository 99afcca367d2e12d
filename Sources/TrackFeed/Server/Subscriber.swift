import Glibc

/// One connection: its position in the log, and the unsent rest of the current line.
struct Subscriber {
    enum Sent {
        /// All lines were sent.
        case all
        /// The socket's buffer is full.
        case some
        /// The client has disconnected.
        case gone
    }

    let descriptor: Int32
    let peer: Peer
    /// The number of the line after `current`.
    private var next: Int
    private var current: [UInt8]
    private var offset = 0
    /// Lines dropped because it was too slow.
    private(set) var dropped = 0
    /// Monotonic seconds when it last accepted a byte, or had nothing to receive.
    private(set) var lastProgress: Double
    /// Whether the poll loop waits for space in its socket.
    var awaitsRoom = false

    /// - Parameters: `greeting` is sent first; `next` is the number of the first line of the log after it.
    init(descriptor: Int32, peer: Peer, greeting: [UInt8], next: Int, now: Double) {
        self.descriptor = descriptor
        self.peer = peer
        self.next = next
        current = greeting
        lastProgress = now
    }

    /// Sends as much as the socket accepts. A line that was begun is always finished; then the oldest stored line follows.
    mutating func send(_ log: LineLog, now: Double) -> Sent {
        while true {
            if offset == current.count {
                if next < log.start {
                    dropped += log.start - next
                    next = log.start
                }
                guard next < log.end else {
                    lastProgress = now
                    return .all
                }
                current = log[next]
                offset = 0
                next += 1
            }
            let count = unsafe current.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    descriptor, bytes.baseAddress! + offset, bytes.count - offset,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                offset += count
                lastProgress = now
            } else if count < 0, errno == EINTR {
                continue
            } else if count < 0, errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM {
                return .some
            } else {
                return .gone
            }
        }
    }

    /// Lets `close` discard unsent data. Otherwise, over TCP, the end of the connection would wait behind lines that the client
    /// does not read, and the kernel would finally drop the connection without notice.
    func giveUp() {
        var now = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }

    /// Reads a limited amount of the client's data and discards it, since a subscriber has nothing to send. Faster data waits
    /// in the buffers of the kernel and of the client.
    func discardInput() {
        unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
            _ = unsafe recv(descriptor, room.baseAddress!, room.count, Int32(MSG_DONTWAIT))
        }
    }
}
