import ArgumentParser
import Audio
import Configuration
import Daemon
import Formats
import Foundation
import Logging
import Networks
import TrackFeed

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Listens, and tells every subscriber of a socket which sources are active and where.",
        discussion: """
            Options beat the configuration file. Ends cleanly on SIGTERM and Ctrl-C.

            Example: bearing run --source demo
            """)

    @OptionGroup var options: RunOptions

    func run() throws {
        let configuration = try options.configuration()
        let log = Self.makeLog(configuration.log.level)
        let model = try LiveModel(configuration)
        let capture = try configuration.makeCapture()
        var settings = Daemon.Options(socketPath: configuration.socket.path ?? SocketPath.standard)
        settings.limits.mode = configuration.socket.mode
        settings.limits.queuedLines = configuration.socket.queueLines
        settings.limits.stallSeconds = configuration.socket.stallSeconds
        settings.priority = configuration.realtime.enabled ? configuration.realtime.priority : nil
        let hello = FeedHello(
            name: "bearing \(Bearing.configuration.version)", format: model.input.format.rawValue,
            source: configuration.input.source.description, model: model.path,
            maximumTracks: model.file.architecture.maximumTracks,
            latencyMilliseconds: Double(100 * (model.file.architecture.lookAhead + 1)) 
                + 1000 * (capture.latency + model.input.latency))
        log.info("model \(model.path), input \(model.input.summary)")
        for warning in model.input.warnings { log.warning("\(warning)") }
        let pipeline = model.makePipeline()
        let notify = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"]
        do throws(Daemon.StartError) {
            let daemon = try Daemon(
                capture: capture, pipeline: pipeline, hello: hello, options: settings, log: log)
            try daemon.run(notify: notify)
        } catch {
            throw Failure(error)
        }
    }

    /// Standard error, a line each; under systemd the journal has the time already.
    private static func makeLog(_ level: BearingConfiguration.Log.Level) -> Logger {
        var log = Logger(label: "bearing") { StreamLogHandler.standardError(label: $0) }
        log.logLevel =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        return log
    }
}
