import FlyingFox
import Foundation

/// A WebSocket that receives the lines of the feed, each as a text message. What a browser sends is discarded, as on the
/// daemon's socket.
struct FeedSocket: WSHandler {
    private let frames: AsyncStream<WSFrame>
    private let output: AsyncStream<WSFrame>.Continuation

    /// - Returns: nil if the hub's limit is reached.
    init?(_ hub: StreamHub, channel: String = "", opening: () -> [FeedMessage]) {
        let (frames, output) = AsyncStream.makeStream(of: WSFrame.self, bufferingPolicy: .bufferingNewest(StreamHub.queuedLines))
        let number = hub.add(channel: channel, opening: opening) { item in
            switch item {
            case .message(let message): output.yield(WSFrame(fin: true, opcode: .text, mask: nil, payload: message.json))
            case .beat: output.yield(WSFrame(fin: true, opcode: .ping, mask: nil, payload: Data()))
            case .end:
                output.yield(.close(code: WSCloseCode(1001, reason: "")))
                output.finish()
            }
        }
        guard let number else { return nil }
        output.onTermination = { _ in hub.remove(number) }
        (self.frames, self.output) = (frames, output)
    }

    func makeFrames(for client: AsyncThrowingStream<WSFrame, any Error>) async throws -> AsyncStream<WSFrame> {
        let output = output
        let reading = Task {
            do {
                for try await frame in client {
                    if frame.opcode == .ping, frame.payload.count <= 125 {
                        output.yield(WSFrame(fin: true, opcode: .pong, mask: nil, payload: frame.payload))
                    } else if frame.opcode == .close {
                        output.yield(.close())
                        break
                    }
                }
            } catch {}
            output.finish()
        }
        let release = output.onTermination
        output.onTermination = { reason in
            reading.cancel()
            release?(reason)
        }
        return frames
    }
}
