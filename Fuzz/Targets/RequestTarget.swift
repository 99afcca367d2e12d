import HTTP

/// What a browser sends: a request, and the frames of a WebSocket.
enum RequestTarget {
    static func run(_ bytes: [UInt8]) {
        if let (head, body) = RequestHead.end(in: bytes) {
            precondition(head < body && body <= bytes.count, "a head outside the bytes")
            do throws(HTTPFault) {
                let request = try RequestHead(bytes[..<head])
                precondition(request.path.hasPrefix("/") && (0...RequestHead.longest).contains(request.bodyBytes), "an impossible request")
                for (name, value) in request.headers.fields {
                    precondition(!"\(request.method)\(name)\(value)".utf8.contains { $0 < 0x20 && $0 != 0x09 }, "a control character")
                }
            } catch {
                precondition(error.status.rawValue >= 400, "a fault that is none")
            }
        }
        // The frames do not depend on how the bytes arrive.
        var (whole, piecewise) = (WebSocketReader(), WebSocketReader())
        let frames = try? whole.take(bytes)
        let cut = Int(bytes.first ?? 0)
        guard let first = try? piecewise.take(bytes.prefix(cut)), let rest = try? piecewise.take(bytes.dropFirst(cut)) else {
            return precondition(frames == nil, "frames that only the whole has")
        }
        precondition(frames == first + rest, "other frames in two pieces")
    }
}
