import Daemon
import Formats
import Options
import TrackFeed

extension Failure {
    /// One line per fault.
    init(_ error: ConfigurationError) { self.init(.configuration, lines: error.faults.map(\.description)) }

    init(_ error: Daemon.StartError) {
        switch error {
        case .audio(let error): self.init(error)
        case .feed(let error): self.init(error)
        }
    }

    init(_ error: FeedError) {
        let kind: Kind =
            switch error {
            case .system: .inputOutput
            case .pathTooLong, .emptyPath, .notASocket, .cannotGive, .nothingPassed, .badCount, .badPassed: .configuration
            case .inUse, .untrusted: .unavailable
            }
        self.init(kind, error.description)
    }
}
