import HTTP

/// A WebSocket that receives the lines of the feed, each as a text message. What a browser sends is discarded, as on the
/// daemon's socket.
struct FeedSocket: WebSocketSession {
    let frames: AsyncStream<WebSocketFrame>
    private let output: AsyncStream<WebSocketFrame>.Continuation

    /// - Returns: nil if the hub's limit is reached.
    init?(_ hub: StreamHub, channel: String = "", opening: () -> [FeedMessage]) {
        let (frames, output) = AsyncStream.makeStream(of: WebSocketFrame.self, bufferingPolicy: .bufferingNewest(StreamHub.queuedLines))
        let number = hub.add(channel: channel, opening: opening) { item in
            switch item {
            case .message(let message): output.yield(WebSocketFrame(.text, message.json))
            case .beat: output.yield(WebSocketFrame(.ping))
            case .end:
                output.yield(.close(WebSocketFrame.goingAway))
                output.finish()
            }
        }
        guard let number else { return nil }
        output.onTermination = { _ in hub.remove(number) }
        (self.frames, self.output) = (frames, output)
    }

    func receive(_ frame: WebSocketFrame) {
        switch frame.kind {
        case .ping: output.yield(WebSocketFrame(.pong, frame.payload))
        case .close:
            output.yield(WebSocketFrame(.close, Array(frame.payload.prefix(2))))
            output.finish()
        case .text, .pong: break
        }
    }

    func end() { output.finish() }
}
