import ArgumentParser
import Configuration
import Logging
import Subscription
import TrackFeed

/// Command-line options shared by the processes beside the daemon.
struct SubscriberOptions: ParsableArguments {
    @Option(help: "The daemon's socket: PATH, @NAME or tcp:HOST:PORT (default: where `bearing run` puts it).")
    var socket: String?

    @Option(help: "The configuration file; the daemon's own file will do.")
    var config: String?
}

extension FeedSubscription {
    /// A subscription that logs each change of its connection.
    ///
    /// - Parameter socket: the daemon's address; nil: the user's own, else the service's.
    static func logged(
        to socket: FeedAddress?, log: Logger, receive: @escaping @Sendable (Event) -> Void
    ) -> FeedSubscription {
        let places = socket.map { [$0] } ?? [.path(SocketPath.standard), .path(SocketPath.service)]
        return FeedSubscription(places: places, byDefault: socket == nil) { event in
            switch event {
            case .connected: log.notice("connected to the daemon at \(places[0])")
            case .disconnected(_, let line): log.warning("\(line)")
            case .line: break
            }
            receive(event)
        }
    }
}

extension BearingConfiguration.Log.Level {
    /// The level in the logger's type.
    var loggerLevel: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
