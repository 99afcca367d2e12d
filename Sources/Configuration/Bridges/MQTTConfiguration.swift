public import Options
public import TrackFeed

/// All settings of `bearing bridge mqtt`.
public struct MQTTConfiguration: BridgeConfiguration {
    public static let section = "mqtt"

    /// Where a broker is: `mqtts://HOST[:8883]`, or `mqtt://HOST[:1883]` without encryption.
    public struct Broker: Sendable, Hashable, CustomStringConvertible {
        public let host: String
        public let port: UInt16
        public let isEncrypted: Bool

        public static let expected = "mqtts://HOST, or mqtt://HOST without encryption, each with :PORT or without"

        public init?(_ text: String) {
            guard let scheme = ["mqtts://", "mqtt://"].first(where: { text.hasPrefix($0) }) else { return nil }
            isEncrypted = scheme == "mqtts://"
            var place = String(text.dropFirst(scheme.count))
            if place.hasSuffix("/") { place.removeLast() }
            let hasPort = place.last != "]" && place.contains(":")
            guard case .tcp(let host, let port) = FeedAddress(tcp: hasPort ? place : "\(place):\(isEncrypted ? 8883 : 1883)"),
                !host.contains("/"), !host.contains("@")
            else { return nil }
            (self.host, self.port) = (host, port)
        }

        public var description: String { "mqtt\(isEncrypted ? "s" : "")://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    }

    public var socket: FeedAddress?
    /// Nil: none was given.
    public var broker: Broker?
    /// The name of this microphone in topics; nil: none was given.
    public var node: String?
    public var user: String?
    public var passwordFile: String?
    /// Certificates that are trusted instead of the system's.
    public var caFile: String?
    /// Whether every block is published.
    public var tracks = false
    /// Whether discovery messages for Home Assistant are published.
    public var discovery = true
    public var discoveryPrefix = "homeassistant"
    public var log = BearingConfiguration.Log()

    public init() {}

    private static let nodeExpected = "a name of 1 to 64 letters, digits, - and _"

    /// Letters, digits, - and _: what topics, ids and entities may all have.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                let character = Character(UnicodeScalar(byte))
                return character.isASCII && (character.isLetter || character.isNumber) || byte == 45 || byte == 95
            }
    }

    public static var keys: [OptionKey<BridgeDraft<Self>>] {
        [
            OptionKey(
                name: "broker", explanation: "The broker. mqtts is encrypted and its certificate is verified; there is no default.",
                domain: "mqtts://HOST[:PORT]", example: .text("mqtts://broker.example"),
                value: { $0.broker.map { .text($0.description) } },
                read: { section, _, draft in
                    let found = section.parsed("broker", Broker.expected, &draft.faults, Broker.init(_:))
                    if let found { draft.configuration.broker = found }
                }),
            OptionKey(
                name: "node", explanation: "The name of this microphone in topics: bearing/NODE/state. There is no default.",
                domain: "letters, digits, - and _", example: .text("kitchen"), value: { $0.node.map { .text($0) } },
                read: { section, _, draft in
                    let found = section.parsed("node", nodeExpected, &draft.faults) { isName($0) ? $0 : nil }
                    if let found { draft.configuration.node = found }
                }),
            .text("user", \.user, example: "bearing", "The user at the broker. Default: none."),
            .path(
                "password_file", \.passwordFile, example: "/etc/bearing/mqtt-password",
                "A file with the user's password on its first line, which only its owner can read (mode 0600). Default: none."),
            .path(
                "ca_file", \.caFile, example: "/etc/bearing/ca.pem",
                "Certificates that the broker's must be signed by (PEM). Default: those of the system."),
            .flag("tracks", \.tracks, "Whether each block is published too, ten times a second, as bearing/NODE/tracks."),
            .flag("discovery", \.discovery, "Whether sensors are announced to Home Assistant."),
            OptionKey(
                name: "discovery_prefix", explanation: "Home Assistant's prefix of topics.", domain: "letters, digits, - and _",
                value: { .text($0.discoveryPrefix) },
                read: { section, _, draft in
                    let found = section.parsed("discovery_prefix", nodeExpected, &draft.faults) { isName($0) ? $0 : nil }
                    if let found { draft.configuration.discoveryPrefix = found }
                }),
        ]
    }

    public static func check(_ draft: inout BridgeDraft<Self>) {
        guard draft.faults.isEmpty else { return }
        let configuration = draft.configuration
        if configuration.broker == nil {
            draft.addFault(["mqtt.broker"], expected: "a broker", found: "none", advice: "give --broker mqtts://HOST")
        }
        if configuration.node == nil {
            draft.addFault(["mqtt.node"], expected: "a name of this microphone", found: "none", advice: "give --node NAME")
        }
        if configuration.passwordFile != nil, configuration.user == nil {
            draft.addFault(["mqtt.password_file"], expected: "a user beside a password", found: "none", advice: "give --user NAME")
        }
        if configuration.caFile != nil, configuration.broker?.isEncrypted == false {
            draft.addFault(
                ["mqtt.ca_file"], expected: "mqtts:// beside certificates", found: "mqtt://", advice: "give --broker mqtts://HOST")
        }
    }
}
