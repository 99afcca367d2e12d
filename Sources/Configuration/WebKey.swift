import Options
import TrackFeed

/// One key of the configuration of `web`.
typealias WebKey = OptionKey<WebDraft>

/// A configuration of `web` during reading.
struct WebDraft: OptionDraft {
    var configuration = WebConfiguration()
    var faults: [ConfigurationFault] = []
    var origins: [String: OptionOrigin] = [:]

    mutating func apply(_ options: [String: String?]) {
        let given = options.sorted { $0.key < $1.key }.compactMap { key, text in
            text.map { CommandLineOption("--\(key.replacing("_", with: "-"))", section: "web", key: key, .text($0)) }
        }
        read(OptionTable(commandLine: given), sections: WebKey.sections, folder: "")
        // A daemon that is named on the command line takes precedence over a broker in the file.
        if options["socket"] ?? nil != nil, options["broker"] ?? nil == nil { configuration.access = MQTTAccess() }
    }

    consuming func finished() throws(ConfigurationError) -> WebConfiguration {
        if !configuration.listen.isLoopback, configuration.tokenFile == nil {
            addFault(
                ["web.listen"], expected: "a token file beside an address that other machines reach", found: "none",
                advice: "set token_file or --token-file, or listen on 127.0.0.1")
        }
        let access = configuration.access
        check(access, section: "web")
        if access.broker == nil, access.user != nil || access.caFile != nil {
            addFault(
                ["web.user", "web.ca_file"], expected: "a broker beside a login", found: "none", advice: "give --broker mqtts://HOST")
        }
        guard faults.isEmpty else { throw ConfigurationError(faults) }
        return configuration
    }
}

extension WebKey {
    /// Every key, in the order of the file.
    static var sections: [OptionSection<WebDraft>] {
        [
            OptionSection("web", keys: web),
            OptionSection("log", keys: [.choice("level", \.log.level, "Least severe messages that are logged to standard error.")]),
        ]
    }

    private static var web: [WebKey] {
        [
            WebKey(
                name: "listen",
                explanation: """
                    Where browsers connect: "PORT" on 127.0.0.1, or "ADDRESS:PORT" with a numeric address of this machine; "0.0.0.0:PORT" or
                    "[::]:PORT" all. Beyond 127.0.0.1 and ::1 a token is needed (token_file). There is no encryption.
                    """,
                domain: "\"PORT\" or \"ADDRESS:PORT\"", value: { .text($0.listen.description) },
                read: { section, _, draft in
                    if let address = section.parsed("listen", WebAddress.expected, &draft.faults, WebAddress.init(_:)) {
                        draft.configuration.listen = address
                    }
                }),
            .daemonSocket(\.socket),
        ]
            + access(
                \.access,
                broker: """
                    A broker of MQTT: the page then shows all microphones that `bearing bridge mqtt` takes there, instead of one daemon.
                    mqtts is encrypted and its certificate is verified. Default: none. The option --socket takes precedence.
                    """)
            + server
    }

    private static var server: [WebKey] {
        [
            .path(
                "token_file", \.tokenFile, example: "/etc/bearing/web-token",
                """
                A file with a secret of 16 to 256 letters and digits, which each request must have. Default: none.
                """),
            WebKey(
                name: "names",
                explanation: """
                    Host names under which browsers may ask, besides addresses, localhost and this machine's own name (NAME and NAME.local):
                    the name of a reverse proxy, for example.
                    """,
                domain: "names", value: { .array($0.names.map { .text($0) }) },
                read: { section, _, draft in
                    if let names = section.texts("names", &draft.faults) { draft.configuration.names = names }
                }),
            .integer(
                "connections", 1...1000, \.connections,
                """
                Connections at once; a page has one, and a few for a moment while it is loaded. More get the answer 503.
                """),
            .integer(
                "history_minutes", 0...60, \.historyMinutes,
                """
                Minutes of tracks that a page shows at once when it is opened.
                """),
        ]
    }
}
