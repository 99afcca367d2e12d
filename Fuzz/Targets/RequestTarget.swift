import HTTP

/// What a browser sends: a request, and the frames of a WebSocket.
enum RequestTarget {
    static func run(_ bytes: [UInt8]) {
        if let (head, body) = RequestHead.end(in: bytes) {
            precondition(head < body && body <= bytes.count, "the head of a request must lie within its bytes")
            do throws(HTTPFault) {
                let request = try RequestHead(bytes[..<head])
                precondition(request.path.hasPrefix("/"), "a parsed request must have an absolute path")
                precondition((0...RequestHead.longest).contains(request.bodyBytes), "a parsed request must have a bounded body")
                for (name, value) in request.headers.fields {
                    let hasControl = "\(request.method)\(name)\(value)".utf8.contains { $0 < 0x20 && $0 != 0x09 }
                    precondition(!hasControl, "a parsed request must have no control character")
                }
            } catch {
                precondition(error.status.rawValue >= 400, "a refused request needs an error status")
            }
        }
        // The frames do not depend on how the bytes arrive.
        var (whole, piecewise) = (WebSocketReader(), WebSocketReader())
        let frames = try? whole.take(bytes)
        let cut = Int(bytes.first ?? 0)
        guard let first = try? piecewise.take(bytes.prefix(cut)), let rest = try? piecewise.take(bytes.dropFirst(cut)) else {
            return precondition(frames == nil, "frames that arrive in two pieces must be accepted as in one")
        }
        precondition(frames == first + rest, "frames must not depend on how the bytes arrive")
    }
}
