/// How a request becomes a WebSocket (RFC 6455, section 4.2).
package enum WebSocketHandshake {
    /// The answer to a request for a WebSocket; another status if the request is none, nil if there is no session.
    package static func answer(to request: HTTPRequest, _ session: () -> (any WebSocketSession)?) -> HTTPResponse? {
        let headers = request.headers
        guard headers.lists("websocket", in: "Upgrade"), headers.lists("upgrade", in: "Connection") else {
            return HTTPResponse(.upgradeRequired, ["Upgrade": "websocket", "Connection": "Upgrade"])
        }
        guard headers["Sec-WebSocket-Version"] == "13" else {
            return HTTPResponse(.upgradeRequired, ["Sec-WebSocket-Version": "13"])
        }
        guard let key = headers["Sec-WebSocket-Key"], isKey(key) else { return HTTPResponse(.badRequest) }
        guard let session = session() else { return nil }
        return HTTPResponse(
            .switchingProtocols, ["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept(key)],
            body: .webSocket(session))
    }

    /// 16 bytes in base64.
    private static func isKey(_ text: String) -> Bool {
        text.utf8.count == 24 && text.hasSuffix("==")
            && text.utf8.dropLast(2).allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"): true
                default: false
                }
            }
    }

    static func accept(_ key: String) -> String { base64(sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))) }
}
