/// A complete request.
package struct HTTPRequest: Sendable {
    package let method: String
    /// The path as it was sent, still percent-encoded; it starts with a slash.
    package let path: String
    /// Names and values of the query, decoded.
    package let query: [(name: String, value: String)]
    package let headers: HTTPHeaders
    package let body: [UInt8]
    /// Nil if the connection has ended already.
    package let peer: HTTPPeer?
}

/// The other end of a connection.
package struct HTTPPeer: Hashable, Sendable {
    package let host: String
    package let port: UInt16
}

/// The text of a request up to the empty line (RFC 9112, sections 2 to 5).
package struct RequestHead {
    package let method: String
    package let path: String
    package let query: [(name: String, value: String)]
    package let headers: HTTPHeaders
    /// Length of the body that follows.
    package let bodyBytes: Int

    /// Bytes of a head, and of a body, at most.
    package static let longest = 1 << 14

    /// - Parameter bytes: without the empty line.
    /// - Throws: the status of an answer to a request that is malformed, or that this server does not take.
    package init(_ bytes: some Collection<UInt8>) throws(HTTPFault) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw HTTPFault(.badRequest) }
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }[...]
        guard !lines.contains(where: { $0.utf8.contains(where: Self.isControl) }) else { throw HTTPFault(.badRequest) }
        let parts = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isToken(parts[0]) else { throw HTTPFault(.badRequest) }
        guard parts[2].hasPrefix("HTTP/1.") else { throw HTTPFault(.versionNotSupported) }
        let target = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard target[0].hasPrefix("/") else { throw HTTPFault(.badRequest) }
        (method, path) = (String(parts[0]), String(target[0]))
        query = try target.count > 1 ? Self.query(target[1]) : []
        headers = try Self.headers(lines)
        bodyBytes = try Self.bodyBytes(headers)
    }

    private static func headers(_ lines: ArraySlice<Substring>) throws(HTTPFault) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for line in lines {
            // A space before the colon or at the start of a line hides fields from some proxies (RFC 9112, section 5.1).
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")), isToken(line[..<colon]) else { throw HTTPFault(.badRequest) }
            headers.append(String(line[..<colon]), line[line.utf8.index(after: colon)...].trimmed)
        }
        guard headers.count(of: "Host") <= 1 else { throw HTTPFault(.badRequest) }
        return headers
    }

    private static func bodyBytes(_ headers: HTTPHeaders) throws(HTTPFault) -> Int {
        guard headers["Transfer-Encoding"] == nil else { throw HTTPFault(.notImplemented) }
        guard let text = headers["Content-Length"] else { return 0 }
        guard headers.count(of: "Content-Length") == 1, !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw HTTPFault(.badRequest)
        }
        guard let count = Int(text), count <= longest else { throw HTTPFault(.contentTooLarge) }
        return count
    }

    private static func query(_ text: Substring) throws(HTTPFault) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(sides[0]), let value = sides.count > 1 ? decoded(sides[1]) : "" else { throw HTTPFault(.badRequest) }
            pairs.append((name, value))
        }
        return pairs
    }

    /// The ends of the head's last line and of the empty line after it; nil if there is no empty line.
    /// - Parameter from: where to begin to search.
    package static func end(in bytes: [UInt8], from: Int = 0) -> (head: Int, body: Int)? {
        let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        for index in from..<bytes.count where bytes[index] == feed {
            let next = bytes[(index + 1)...].prefix(2)
            if next.first == feed { return (index, index + 2) }
            if next.count == 2, next.first == carriage, next.last == feed { return (index, index + 3) }
        }
        return nil
    }

    /// Without percent-encoding; nil if that is malformed.
    static func decoded(_ text: Substring) -> String? {
        var (bytes, rest) = ([UInt8](), text.utf8)
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(Substring(digits), radix: 16), digits.first != UInt8(ascii: "+") else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Other than a tab; a carriage return within a line is one too.
    private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x09 || byte == 0x7F }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

/// A request that gets an answer without being handled.
package struct HTTPFault: Error, Hashable {
    package let status: HTTPStatus
    init(_ status: HTTPStatus) { self.status = status }
}
