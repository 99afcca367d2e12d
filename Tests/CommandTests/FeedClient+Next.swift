import TrackFeed

@testable import bearing

extension FeedClient {
    /// The next line's object; nil after the connection has ended.
    func next() -> FeedLine? {
        while case .line(let line) = nextLine() {
            if let object = Self.object(line) { return object }
        }
        return nil
    }
}
