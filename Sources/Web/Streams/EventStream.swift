import FlyingFox
import FlyingSocks
import Foundation

/// The body of /events: Server-Sent Events (HTML Living Standard, section 9.2), one for each line of the feed.
struct EventStream: AsyncBufferedSequence {
    typealias Element = UInt8

    private let pieces: AsyncStream<Data>

    /// - Returns: nil if the hub's limit is reached.
    init?(_ hub: StreamHub, channel: String = "", opening: () -> [FeedMessage]) {
        let (pieces, output) = AsyncStream.makeStream(of: Data.self, bufferingPolicy: .bufferingNewest(StreamHub.queuedLines))
        let number = hub.add(channel: channel, opening: opening) { item in
            switch item {
            case .message(let message): output.yield(Self.event(message))
            case .beat: output.yield(Data(":\n\n".utf8))
            case .end: output.finish()
            }
        }
        guard let number else { return nil }
        output.onTermination = { _ in hub.remove(number) }
        self.pieces = pieces
    }

    private static func event(_ message: FeedMessage) -> Data {
        Data("event: \(message.type)\ndata: ".utf8) + message.json + Data("\n\n".utf8)
    }

    func makeAsyncIterator() -> Iterator { Iterator(base: pieces.makeAsyncIterator()) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var base: AsyncStream<Data>.Iterator
        private var rest = Data()

        init(base: AsyncStream<Data>.Iterator) { self.base = base }

        mutating func nextBuffer(suggested count: Int) async throws -> Data? {
            if !rest.isEmpty {
                defer { rest = Data() }
                return rest
            }
            return await base.next()
        }

        mutating func next() async throws -> UInt8? {
            while rest.isEmpty {
                guard let piece = await base.next() else { return nil }
                rest = piece
            }
            return rest.removeFirst()
        }
    }
}
