import Files
import Glibc
import HTTP
import Platform
import Synchronization

/// Watches the server's connections in the kernel, and closes those that send no request, send too much, or read nothing.
///
/// The HTTP server itself has no such limits.
final class ConnectionWatch: Sendable {
    struct Limits: Sendable {
        /// Seconds for a request, from the start of the connection or the previous answer.
        var requestSeconds = 10.0
        /// Maximum bytes of a request, and bytes per second that a stream's client may send.
        var requestBytes: UInt64 = 1 << 16
        /// Number of connections beyond which the newest are closed without an answer.
        var connections: Int
    }

    private struct Record {
        var facts: ConnectionFacts
        let since: Double
        /// Time of the last request, and number of bytes received before it.
        var asked: Double
        var receivedBefore: UInt64
        var isStream = false
    }

    private struct State {
        /// By inode.
        var records: [UInt64: Record] = [:]
        /// Requests since the last check, by client.
        var requests: [HTTPPeer: (isStream: Bool, time: Double)] = [:]
    }

    private let port: UInt16
    private let limits: Limits
    private let state = Mutex(State())

    init(port: UInt16, limits: Limits) {
        self.port = port
        self.limits = limits
    }

    /// Number of connections at the last check.
    var count: Int { state.withLock { $0.records.count } }

    /// Present number of connections besides one.
    func others(than peer: HTTPPeer?) -> Int {
        state.withLock { $0.records.values.count { $0.facts.peer != peer } }
    }

    /// Records a complete request.
    func note(_ peer: HTTPPeer?, isStream: Bool) {
        guard let peer else { return }
        state.withLock { $0.requests[peer] = (isStream, MonotonicTime.seconds) }
    }

    /// Checks all connections and closes those that exceed the limits.
    /// - Returns: number of closed connections.
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

    /// Makes the system close connections that read nothing, or whose peer has disappeared, after this many seconds (RFC 5482).
    /// Those accepted later inherit it.
    func limitStalls(of listener: Int32, seconds: Int32 = 30) {
        var milliseconds = 1000 * seconds
        unsafe setsockopt(listener, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<Int32>.size))
    }

    private static var descriptors: [Int32] { ((try? Folder.names(in: "/proc/self/fd")) ?? []).compactMap { Int32($0) } }
}
