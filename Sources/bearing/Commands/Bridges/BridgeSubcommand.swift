import ArgumentParser
import Bridges
import Configuration
import FoundationEssentials
import Logging
import Options
import Service
import Subscription
import TrackFeed

/// What the commands of all bridges share.
protocol BridgeSubcommand: ParsableCommand {
    associatedtype Settings: BridgeConfiguration

    var subscriber: SubscriberOptions { get }
    var printConfig: Bool { get }
    /// By key of the configuration; nil where an option is not given.
    var given: [String: OptionValue?] { get }

    static func makeBridge(_ settings: Settings, log: Logger) throws -> any Bridge
}

extension BridgeSubcommand {
    func run() throws {
        let options = given.merging(["socket": subscriber.socket.map { .text($0) }]) { own, _ in own }
        let settings = try Settings.read(subscriber.config, options: options, isComplete: !printConfig)
        guard !printConfig else { return print(settings.toml, terminator: "") }
        let notify = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"]
        try ServiceProcess.run(level: settings.log.level.loggerLevel, notify: notify) { log, _ in
            let bridge = try Self.makeBridge(settings, log: log)
            let subscription = FeedSubscription.logged(to: settings.socket, log: log) { bridge.take($0) }
            bridge.start()
            subscription.start()
            return {
                subscription.stop()
                bridge.stop()
            }
        }
    }
}
