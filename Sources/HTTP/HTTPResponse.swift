/// An answer. Its connection ends after it.
package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Pieces until nil.
        /// - Parameter count: bytes in all; nil: until the connection ends.
        case pieces(count: Int?, next: @Sendable () async -> [UInt8]?)
        case webSocket(any WebSocketSession)
    }

    package var status: HTTPStatus
    package var headers: HTTPHeaders
    package var body: Body

    package init(_ status: HTTPStatus, _ headers: HTTPHeaders = [:], body: Body = .bytes([])) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// Status line and headers as they are sent.
    var head: [UInt8] {
        var headers = headers
        switch body {
        case .bytes(let bytes): headers["Content-Length"] = "\(bytes.count)"
        case .pieces(let count?, _): headers["Content-Length"] = "\(count)"
        case .pieces(nil, _), .webSocket: break
        }
        if case .webSocket = body {} else { headers["Connection"] = "close" }
        var text = "HTTP/1.1 \(status.rawValue) \(status.phrase)\r\n"
        for (name, value) in headers.fields {
            precondition(!(name + value).utf8.contains { $0 == 13 || $0 == 10 }, "a header of one line")
            text += "\(name): \(value)\r\n"
        }
        return Array((text + "\r\n").utf8)
    }
}
