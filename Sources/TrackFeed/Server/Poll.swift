import Glibc

/// The set of descriptors that the server's thread polls, with the awaited events.
struct Poll {
    enum Interest {
        case input, output
        /// The kernel always reports a hang-up.
        case hangupOnly
        /// A hang-up is not reported either.
        case nothing

        fileprivate var events: Int16 {
            switch self {
            case .input: Int16(POLLIN)
            case .output: Int16(POLLOUT)
            case .hangupOnly, .nothing: 0
            }
        }
    }

    struct Event {
        let descriptor: Int32
        fileprivate let bits: Int16
        var isHangup: Bool { bits & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 }
    }

    private var entries: [pollfd] = []
    private var places: [Int32: Int] = [:]

    mutating func add(_ descriptor: Int32, for interest: Interest) {
        places[descriptor] = entries.count
        entries.append(pollfd(fd: Self.given(descriptor, interest), events: interest.events, revents: 0))
    }

    mutating func change(_ descriptor: Int32, to interest: Interest) {
        guard let place = places[descriptor] else { return }
        entries[place].fd = Self.given(descriptor, interest)
        entries[place].events = interest.events
    }

    /// The kernel ignores negative descriptors.
    private static func given(_ descriptor: Int32, _ interest: Interest) -> Int32 {
        interest == .nothing ? ~descriptor : descriptor
    }

    mutating func remove(_ descriptor: Int32) {
        guard let place = places.removeValue(forKey: descriptor) else { return }
        let last = entries.removeLast()
        if place < entries.count {
            entries[place] = last
            places[last.fd < 0 ? ~last.fd : last.fd] = place
        }
    }

    /// Waits for at most this long; then `events` contains the events.
    mutating func wait(milliseconds: Int32, into events: inout [Event]) {
        events.removeAll(keepingCapacity: true)
        let count = unsafe Glibc.poll(&entries, nfds_t(entries.count), milliseconds)
        guard count > 0 else { return }
        for entry in entries where entry.revents != 0 {
            events.append(Event(descriptor: entry.fd, bits: entry.revents))
        }
    }
}
