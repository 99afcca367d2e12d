public import Options
public import TrackFeed

/// All settings of `bearing bridge mqtt`.
public struct MQTTConfiguration: BridgeConfiguration {
    public static let section = "mqtt"

    public var socket: FeedAddress?
    public var access = MQTTAccess()
    /// The name of this microphone in topics; nil: none was given.
    public var node: String?
    /// Whether every block is published.
    public var tracks = false
    /// Whether discovery messages for Home Assistant are published.
    public var discovery = true
    public var discoveryPrefix = "homeassistant"
    public var log = BearingConfiguration.Log()

    public init() {}

    public static var keys: [OptionKey<BridgeDraft<Self>>] {
        OptionKey.access(
            \.access, broker: "The broker. mqtts is encrypted and its certificate is verified; there is no default."
        ) + [
            OptionKey(
                name: "node", explanation: "The name of this microphone in topics: bearing/NODE/state. There is no default.",
                domain: "letters, digits, - and _", example: .text("kitchen"), value: { $0.node.map { .text($0) } },
                read: { section, _, draft in
                    let found = section.parsed("node", MQTTName.expected, &draft.faults) { MQTTName.isValid($0) ? $0 : nil }
                    if let found { draft.configuration.node = found }
                }),
            .flag("tracks", \.tracks, "Whether each block is published too, ten times a second, as bearing/NODE/tracks."),
            .flag("discovery", \.discovery, "Whether sensors are announced to Home Assistant."),
            OptionKey(
                name: "discovery_prefix", explanation: "Home Assistant's prefix of topics.", domain: "letters, digits, - and _",
                value: { .text($0.discoveryPrefix) },
                read: { section, _, draft in
                    let found = section.parsed("discovery_prefix", MQTTName.expected, &draft.faults) { MQTTName.isValid($0) ? $0 : nil }
                    if let found { draft.configuration.discoveryPrefix = found }
                }),
        ]
    }

    public static func check(_ draft: inout BridgeDraft<Self>) {
        guard draft.faults.isEmpty else { return }
        if draft.configuration.access.broker == nil {
            draft.addFault(["mqtt.broker"], expected: "a broker", found: "none", advice: "give --broker mqtts://HOST")
        }
        if draft.configuration.node == nil {
            draft.addFault(["mqtt.node"], expected: "a name of this microphone", found: "none", advice: "give --node NAME")
        }
        draft.check(draft.configuration.access, section: section)
    }
}
