/// The contents of a server.
package enum WebContent: Sendable {
    case live(LiveFeed)
    case fleet(FleetFeed)
    case replay(Replay)

    /// Streams to browsers.
    var hub: StreamHub? {
        switch self {
        case .live(let feed): feed.hub
        case .fleet(let feed): feed.hub
        case .replay: nil
        }
    }
}
