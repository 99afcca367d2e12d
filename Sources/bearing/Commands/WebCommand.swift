import ArgumentParser
import Configuration
import Files
import FoundationEssentials
import Logging
import MQTT
import Service
import Subscription
import Web

struct WebCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "web",
        abstract: "Serves a page that shows the tracks of a running daemon, of all microphones at a broker, or of a recording.",
        discussion: """
            The page needs nothing from the network and works on a phone. Beside it there are /api/state, /api/hello, /metrics for \
            Prometheus, the feed as a WebSocket (/feed) and as Server-Sent Events (/events); docs/web.md describes them. It is a process of \
            its own: whatever a browser does, the daemon goes on.

            --broker shows all microphones that `bearing bridge mqtt` takes to a broker of MQTT: a list, and the sphere of the one that is picked.

            --replay shows a recording instead, with its sound: a folder of `bearing run --record`, or an audio file with the tracks of \
            `bearing localize`.

            Example: bearing web
            Example: bearing web --broker mqtts://broker.example --user bearing --password-file /etc/bearing/mqtt-password
            Example: bearing web --replay demo/scene.flac --format foa --tracks tracks.csv --reference demo/scene.csv
            """)

    @OptionGroup var daemon: SubscriberOptions

    @OptionGroup var access: BrokerOptions

    @Option(help: "Where browsers connect: PORT or ADDRESS:PORT (default: 127.0.0.1:7421). Beyond this machine a token is needed.")
    var listen: String?

    @Option(help: "A file with the token that each request must have: 16 to 256 letters and digits.")
    var tokenFile: String?

    @Option(help: "A folder of `run --record`, or an audio file (with --tracks).")
    var replay: String?

    @Option(help: "The tracks of the audio file: csv or jsonl of `localize`.")
    var tracks: String?

    @Option(help: "Reference labels to show beside the tracks: a csv.")
    var reference: String?

    @Option(help: "foa: the first channels of the audio file are Ambisonics, played in stereo; else its first channel is played.")
    var format: String?

    @Flag(help: "Write the configuration with the values in force, and stop.")
    var printConfig = false

    func validate() throws {
        if let format, !["foa", "mic", "aformat"].contains(format) {
            throw ValidationError("--format expects foa, mic or aformat, found \"\(format)\"")
        }
        if access.broker != nil, daemon.socket != nil { throw ValidationError("expected --socket or --broker, found both") }
        guard let replay else {
            if let option = [("--tracks", tracks), ("--reference", reference), ("--format", format)].first(where: { $0.1 != nil }) {
                throw ValidationError("\(option.0) expects --replay FILE beside it")
            }
            return
        }
        if daemon.socket != nil { throw ValidationError("expected --socket or --replay, found both") }
        if access.broker != nil { throw ValidationError("expected --broker or --replay, found both") }
        if Folder.isFolder(replay) {
            if tracks != nil {
                throw ValidationError("--tracks expects an audio file in --replay, found a folder, which has its own tracks")
            }
            if reference != nil { throw ValidationError("--reference expects an audio file in --replay, found a folder") }
        } else if tracks == nil {
            throw ValidationError("--replay of an audio file expects --tracks FILE (`bearing localize \(replay) > tracks.csv` makes one)")
        }
    }

    func run() throws {
        let own = ["listen": listen, "socket": daemon.socket, "token_file": tokenFile]
        let configuration = try WebConfiguration.read(daemon.config, own.merging(access.given) { own, _ in own })
        if printConfig { return print(configuration.toml, terminator: "") }
        let pages = try StaticPages(folder: PathName.folder(Resources.find("web/index.html")))
        let replay = try replay.map(open)
        let notify = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"]
        try ServiceProcess.run(level: configuration.log.level.loggerLevel, notify: notify) { log, _ in
            let source = try replay.map { Source(content: .replay($0)) } ?? Self.source(configuration, log: log)
            let server = try WebServer(configuration: configuration, content: source.content, pages: pages, log: log)
            let port = try server.start()
            log.notice("\(replay == nil ? "page" : "replay") on \(Self.link(configuration.listen, port))")
            if !configuration.listen.isLoopback {
                log.warning("other machines may connect, without encryption: anyone on the network path can read the token")
            }
            source.start()
            return {
                source.stop()
                server.stop()
            }
        }
    }

    /// What the page shows, and how that starts and stops.
    private struct Source {
        let content: WebContent
        var start: () -> Void = {}
        var stop: @Sendable () -> Void = {}
    }

    private static func source(_ configuration: WebConfiguration, log: Logger) throws -> Source {
        guard configuration.access.broker == nil else {
            do throws(MQTTFault) {
                let feed = try FleetFeed(configuration.access, limit: configuration.connections, log: log)
                return Source(content: .fleet(feed), start: { feed.start() }, stop: { feed.stop() })
            } catch {
                throw Failure(.configuration, error.description)
            }
        }
        let feed = LiveFeed(limit: configuration.connections, historyMinutes: configuration.historyMinutes) { receive in
            FeedSubscription.logged(to: configuration.socket, log: log, receive: receive)
        }
        return Source(content: .live(feed), start: { feed.start() }, stop: { feed.stop() })
    }

    private func open(_ path: String) throws -> Replay {
        guard let tracks else { return try Replay(folder: path) }
        return try Replay(audio: path, tracks: tracks, reference: reference, isAmbisonics: format == "foa")
    }

    private static func link(_ address: WebAddress, _ port: UInt16) -> String {
        "http://\(WebAddress(host: address.host, port: port, isIPv6: address.isIPv6))/"
    }
}
