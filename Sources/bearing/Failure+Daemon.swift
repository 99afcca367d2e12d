import Configuration
import Daemon
import Formats
import TrackFeed

extension Failure {
    /// A line for each fault.
    init(_ error: ConfigurationError) { self.init(.configuration, error.description) }

    init(_ error: Daemon.StartError) {
        switch error {
        case .audio(let error): self.init(error)
        case .feed(let error):
            switch error {
            case .system: self.init(.inputOutput, error.description)
            case .pathTooLong, .emptyPath, .notASocket: self.init(.configuration, error.description)
            case .inUse: self.init(.unavailable, error.description)
            }
        }
    }
}
