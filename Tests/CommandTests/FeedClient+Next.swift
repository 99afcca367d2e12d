import TrackFeed

@testable import bearing

extension FeedClient {
    /// The next line's object; nil once the connection is over.
    func next() -> FeedLine? {
        while case .line(let line) = nextLine() {
            if let object = Self.object(line) { return object }
        }
        return nil
    }
}
