import Files
import FlyingFox
import Glibc
import Platform
import Synchronization

/// The server's connections as the kernel has them, and an end to those that ask for nothing, flood it, or take nothing.
///
/// The HTTP server itself has no such limits.
final class ConnectionWatch: Sendable {
    struct Limits: Sendable {
        /// Seconds for a request, from the beginning of the connection or the answer before.
        var requestSeconds = 10.0
        /// Bytes of a request, and what a stream may send in a second.
        var requestBytes: UInt64 = 1 << 16
        /// Connections beyond which the newest are cut unanswered.
        var connections: Int
    }

    private struct Record {
        var facts: ConnectionFacts
        let since: Double
        /// When the last request came, and how many bytes had come before.
        var asked: Double
        var receivedBefore: UInt64
        var isStream = false
    }

    private struct State {
        /// By inode.
        var records: [UInt64: Record] = [:]
        /// Requests since the last look, by who asked.
        var requests: [HTTPRequest.Address: (isStream: Bool, time: Double)] = [:]
    }

    private let port: UInt16
    private let limits: Limits
    private let state = Mutex(State())

    init(port: UInt16, limits: Limits) {
        self.port = port
        self.limits = limits
    }

    /// Connections at the last look.
    var count: Int { state.withLock { $0.records.count } }

    /// Connections besides one, now.
    func others(than peer: HTTPRequest.Address?) -> Int {
        state.withLock { $0.records.values.count { $0.facts.peer != peer } }
    }

    /// Notes a complete request.
    func note(_ peer: HTTPRequest.Address?, isStream: Bool) {
        guard let peer else { return }
        state.withLock { $0.requests[peer] = (isStream, MonotonicTime.seconds) }
    }

    /// Looks at all connections and cuts those that break the limits.
    /// - Returns: how many were cut.
    @discardableResult
    func look(now: Double = MonotonicTime.seconds) -> Int {
        let found = Self.descriptors.compactMap { ConnectionFacts($0, port: port) }
        let doomed = state.withLock { state in
            var records: [UInt64: Record] = [:]
            var doomed: [ConnectionFacts] = []
            for facts in found {
                var record =
                    state.records[facts.inode] ?? Record(facts: facts, since: now, asked: now, receivedBefore: 0)
                let request = state.requests[facts.peer]
                if let request {
                    (record.asked, record.receivedBefore) = (request.time, facts.received)
                    record.isStream = request.isStream
                }
                record.facts = facts
                if isOver(record, now: now) { doomed.append(facts) }
                if record.isStream { record.receivedBefore = facts.received }
                records[facts.inode] = record
            }
            let excess = records.values.sorted { $0.since > $1.since }.prefix(max(0, records.count - limits.connections))
            doomed += excess.map(\.facts)
            state.records = records
            state.requests = [:]
            return doomed
        }
        for facts in doomed { facts.cut() }
        return doomed.count
    }

    private func isOver(_ record: Record, now: Double) -> Bool {
        if record.facts.received - min(record.facts.received, record.receivedBefore) > limits.requestBytes { return true }
        guard !record.isStream else { return false }
        // A long answer is sent all the time.
        return now - record.asked > limits.requestSeconds && record.facts.sinceSent > limits.requestSeconds
    }

    /// Makes the system end connections that take nothing, or whose peer is gone, after so many seconds (RFC 5482). Those accepted later
    /// inherit it.
    func limitStalls(of listener: Int32? = nil, seconds: Int32 = 30) {
        var milliseconds = 1000 * seconds
        for descriptor in listener.map({ [$0] }) ?? Self.descriptors {
            var (isListening, length): (Int32, socklen_t) = (0, socklen_t(MemoryLayout<Int32>.size))
            guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0, isListening != 0 else { continue }
            unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, length)
        }
    }

    private static var descriptors: [Int32] { ((try? Folder.names(in: "/proc/self/fd")) ?? []).compactMap { Int32($0) } }
}
