import Glibc

/// One connection: where it stands in the log, and the rest of the line that its socket took only a part of.
struct Subscriber {
    enum Sent {
        /// Everything there was.
        case all
        /// The socket is full.
        case some
        /// The other side is gone.
        case gone
    }

    let descriptor: Int32
    let peer: Peer
    /// The number of the line after `current`.
    private var next: Int
    private var current: [UInt8]
    private var offset = 0
    /// Lines that it was too slow for.
    private(set) var dropped = 0
    /// Monotonic seconds when it last took a byte, or had nothing to take.
    private(set) var lastProgress: Double
    /// Whether the poll loop wakes for room in its socket.
    var awaitsRoom = false

    /// - Parameters: `greeting` goes first; `next` is the number of the first line of the log that follows.
    init(descriptor: Int32, peer: Peer, greeting: [UInt8], next: Int, now: Double) {
        self.descriptor = descriptor
        self.peer = peer
        self.next = next
        current = greeting
        lastProgress = now
    }

    /// Sends what the socket takes. A line that was begun is always finished; then the oldest that the log still has.
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

    /// Lets closing throw away what still waits. Over TCP the end would else stand behind lines that nobody takes: the kernel would
    /// keep them, and in the end forget the connection without a word to a subscriber that comes to itself.
    func giveUp() {
        var now = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }

    /// Reads a bounded piece of what it says, and forgets it: a subscriber has nothing to tell. What comes faster waits in the
    /// kernel's buffers, and then in the subscriber.
    func discardInput() {
        unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
            _ = unsafe recv(descriptor, room.baseAddress!, room.count, Int32(MSG_DONTWAIT))
        }
    }
}
