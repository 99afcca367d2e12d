/// A WebSocket at the server's end (RFC 6455): what it sends, and what it does with what it receives.
package protocol WebSocketSession: Sendable {
    /// Frames for the client. The connection ends after the last one.
    var frames: AsyncStream<WebSocketFrame> { get }
    /// Takes a control frame; those with data are discarded.
    func receive(_ frame: WebSocketFrame)
    /// The client has gone; ends `frames`.
    func end()
}

/// A whole message from the server, or a control frame from either end.
package struct WebSocketFrame: Sendable, Hashable {
    package enum Kind: UInt8, Sendable {
        case text = 1
        case close = 8
        case ping = 9
        case pong = 10
    }

    /// Status codes of a close (RFC 6455, section 7.4.1).
    package static let goingAway: UInt16 = 1001
    static let protocolError: UInt16 = 1002

    package let kind: Kind
    package let payload: [UInt8]

    package init(_ kind: Kind, _ payload: [UInt8] = []) { (self.kind, self.payload) = (kind, payload) }

    package static func close(_ code: UInt16) -> WebSocketFrame { WebSocketFrame(.close, [UInt8(code >> 8), UInt8(code & 0xFF)]) }

    /// The frame as a server sends it: final, without a mask.
    var bytes: [UInt8] {
        let count = payload.count
        let length: [UInt8] =
            switch count {
            case ..<126: [UInt8(count)]
            case ..<65_536: [126] + (0..<2).map { UInt8(truncatingIfNeeded: count >> (8 - 8 * $0)) }
            default: [127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
            }
        return [0x80 | kind.rawValue] + length + payload
    }
}

/// Cuts what a client sends into frames. Of frames with data nothing is kept.
package struct WebSocketReader {
    package init() {}

    private var head: [UInt8] = []
    private var payload: [UInt8] = []
    /// Bytes of the present frame that are still to come.
    private var left = 0
    private var isInPayload = false

    package struct Fault: Error {}

    /// - Returns: the control frames that are complete.
    /// - Throws: for a frame that RFC 6455 forbids, after which nothing can be read.
    package mutating func take(_ bytes: some Sequence<UInt8>) throws(Fault) -> [WebSocketFrame] {
        var frames: [WebSocketFrame] = []
        for byte in bytes {
            if isInPayload {
                if isControl { payload.append(byte ^ head[head.count - 4 + payload.count % 4]) }
                left -= 1
            } else {
                head.append(byte)
                guard try isHeadComplete() else { continue }
                isInPayload = true
            }
            guard left == 0 else { continue }
            if isControl { frames.append(WebSocketFrame(WebSocketFrame.Kind(rawValue: head[0] & 0xF)!, payload)) }
            (head, payload, isInPayload) = ([], [], false)
        }
        return frames
    }

    private var isControl: Bool { head[0] & 0x8 != 0 }

    /// Checks what there is of a head, and sets `left` once it is complete.
    private mutating func isHeadComplete() throws(Fault) -> Bool {
        guard head.count >= 2 else {
            // No extension was agreed on, so none of the reserved bits is set.
            guard head[0] & 0x70 == 0, [0, 1, 2, 8, 9, 10].contains(head[0] & 0xF) else { throw Fault() }
            return false
        }
        let short = Int(head[1] & 0x7F)
        if head.count == 2 {
            guard head[1] & 0x80 != 0, !isControl || (short < 126 && head[0] & 0x80 != 0) else { throw Fault() }
        }
        let extra = short == 126 ? 2 : short == 127 ? 8 : 0
        guard head.count == 2 + extra + 4 else { return false }
        let length = extra == 0 ? UInt64(short) : head[2..<2 + extra].reduce(0) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Int.max) else { throw Fault() }
        left = Int(length)
        return true
    }
}
