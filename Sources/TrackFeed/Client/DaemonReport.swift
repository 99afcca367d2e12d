import FoundationEssentials
import JSON

/// A daemon's hello line and its first status line. Fields that were added to protocol 1 later are optional, so that older
/// daemons are understood.
package struct DaemonReport {
    package struct Hello: Decodable {
        package var `protocol`: Int
        package var name: ForeignText
        package var format, source, model: ForeignText?
        /// The negotiated parameters of the device.
        package var capture: ForeignText?
        package var latencyMs: ForeignNumber?
    }

    package struct Status: Decodable {
        package struct Durations: Decodable {
            /// Milliseconds.
            package struct Summary: Decodable {
                package var count: Int
                package var sum, p50, p90, p99, p999, max: ForeignNumber
            }

            package var minute, total: Summary
        }

        package struct Dropped: Decodable {
            package var frames, blocks, lines: Int
        }

        package var state: ForeignText
        package var overruns, droppedBlocks, blocks, subscribers: Int
        package var load, uptime: ForeignNumber
        package var levelDbfs: [ForeignNumber?]

        package var error, source, format, model: ForeignText?
        /// Present faults of the channels.
        package var warnings: [ForeignText]?
        package var frames, subscribersServed, subscribersStalled, networkResets: Int?
        /// Deviation of the device's clock in parts per million; positive if it is fast.
        package var driftPpm: ForeignNumber?
        package var events: [String: Int]?
        package var dropped: Dropped?
        package var latencyMs, computeMs: Durations?

        /// Capture event counters, by name: letters and underscores, at most as many as any daemon has.
        package var namedEvents: [(name: String, count: Int)] {
            let named = (events ?? ["overruns": overruns]).filter { name, _ in
                (1...40).contains(name.utf8.count) && name.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 }
            }
            return named.sorted { $0.key < $1.key }.prefix(40).map { (name: $0.key, count: $0.value) }
        }

        /// Whether audio runs without being analysed: no block for a minute, after a minute in which blocks were possible.
        package var isHung: Bool {
            state.description == "running" && uptime.value > Self.patience && computeMs?.minute.count == 0
        }

        /// Seconds: the longest minute of the percentiles, with a margin.
        private static let patience = 80.0

        /// An older daemon, which does not report these figures.
        package var isOld: Bool { events == nil || dropped == nil || latencyMs == nil || computeMs == nil }
    }

    /// Why there is no report, for the message and the exit code.
    package enum Fault: Error, Equatable {
        /// Connected, but no status line within the time.
        case silent
        /// Closed before there was a status line.
        case closed
        /// The server is not a daemon of this program, or uses another protocol; the text says what was expected and found.
        case foreign(String)
    }

    package let hello: Hello
    package let status: Status
    /// The objects of both lines, encoded again, for `--json`.
    package let json: (hello: [UInt8], status: [UInt8])

    private static let protocolVersion = 1
    /// Maximum of lines before the first status line: a second of tracks, with a margin.
    private static let mostLines = 200

    /// From a hello line and a status line that were already read.
    package init(hello: [UInt8], status: [UInt8]) throws(Fault) {
        let (hello, status) = (Data(hello), Data(status))
        self.hello = try Self.decode(Hello.self, hello, in: "hello")
        self.status = try Self.decode(Status.self, status, in: "status")
        json = (try Self.object(hello).json, try Self.object(status).json)
    }

    /// Reads up to the first status line.
    ///
    /// - Parameter deadline: seconds of `MonotonicTime`.
    package init(_ client: FeedClient, until deadline: Double) throws(Fault) {
        let first = try Self.line(of: client, until: deadline)
        let (type, object) = try Self.object(first)
        guard type == "hello" else { throw .foreign("expected a hello line, found one of type \"\(ForeignText(type))\"") }
        let hello = try Self.decode(Hello.self, first, in: "hello")
        guard hello.protocol == Self.protocolVersion else {
            throw .foreign(
                "expected protocol \(Self.protocolVersion), found \(hello.protocol): use the version of bearing that belongs to it")
        }
        for _ in 0..<Self.mostLines {
            let line = try Self.line(of: client, until: deadline)
            let (type, status) = try Self.object(line)
            guard type == "status" else { continue }
            self.hello = hello
            self.status = try Self.decode(Status.self, line, in: "status")
            json = (object, status)
            return
        }
        throw .foreign("expected a status line, found \(Self.mostLines) others")
    }

    private static func line(of client: FeedClient, until deadline: Double) throws(Fault) -> Data {
        switch client.nextLine(until: deadline) {
        case .line(let bytes): return Data(bytes)
        case .ended: throw .closed
        case .timedOut: throw .silent
        case .tooLong: throw .foreign("expected lines of JSON, found 1 MiB without a line end")
        }
    }

    /// The type of a line, and its object encoded again as JSON.
    private static func object(_ line: Data) throws(Fault) -> (type: String, json: [UInt8]) {
        guard let object = try? JSONDecoder().decode(JSONValue.self, from: line), let type = object["type"]?.text else {
            throw .foreign("expected lines of JSON with a type, found \"\(ForeignText(String(decoding: line.prefix(40), as: UTF8.self)))\"")
        }
        return (type, object.bytes)
    }

    private static func decode<Line: Decodable>(_: Line.Type, _ line: Data, in name: String) throws(Fault) -> Line {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(Line.self, from: line)
        } catch {
            throw .foreign("\(name) line: \(describe(error))")
        }
    }

    private static func describe(_ error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.map { key in key.intValue.map(String.init) ?? ForeignText(key.stringValue).description }.joined(separator: ".")
        }
        return switch error {
        case DecodingError.keyNotFound(let key, let context):
            "expected a field \(place(context.codingPath + [key])), found none"
        case DecodingError.typeMismatch(let type, let context):
            "expected \(place(context.codingPath)) to be of type \(type), found something else"
        case DecodingError.valueNotFound(let type, let context):
            "expected \(place(context.codingPath)) to be of type \(type), found null"
        // The line was valid JSON, so an error without a path is a number that is not an Int.
        case DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty:
            "expected 64-bit integers as counts, found another number"
        case DecodingError.dataCorrupted(let context):
            "expected \(place(context.codingPath)) to have a valid value, found another"
        default: "expected the fields of protocol \(protocolVersion), found others"
        }
    }
}
