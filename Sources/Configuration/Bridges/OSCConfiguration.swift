public import Options
public import TrackFeed

/// All settings of `bearing bridge osc`.
public struct OSCConfiguration: BridgeConfiguration {
    public static let section = "osc"

    /// Which messages are sent where none are given.
    public enum Preset: String, Sendable, CaseIterable {
        case adm, iem, sparta

        public var messages: [OSCTemplate] {
            let texts =
                switch self {
                case .adm: ["/adm/obj/{n}/aed {azimuth} {elevation} 1"]
                case .iem: ["/MultiEncoder/azimuth{index} {azimuth}", "/MultiEncoder/elevation{index} {elevation}"]
                case .sparta: ["/ypr {azimuth} {elevation} 0"]
                }
            return texts.compactMap(OSCTemplate.init(_:))
        }

        /// Objects at once.
        public var objects: Int { self == .sparta ? 1 : 4 }
    }

    public var socket: FeedAddress?
    /// The receiver; nil: none was given.
    public var to: FeedAddress?
    public var preset = Preset.adm
    /// Objects that tracks share; 0: those of the preset.
    public var objects = 0
    /// Of a track in every block; empty: those of the preset.
    public var messages: [OSCTemplate] = []
    /// When an object gets a track, and when it loses it.
    public var began: [OSCTemplate] = []
    public var ended: [OSCTemplate] = []
    public var log = BearingConfiguration.Log()

    public init() {}

    public static var keys: [OptionKey<BridgeDraft<Self>>] {
        [
            .peer("to", \.to, example: "127.0.0.1:4001", "The receiver, by UDP. There is no default."),
            .choice(
                "preset", \.preset,
                """
                The messages: adm (ADM-OSC, /adm/obj/N/aed), iem (MultiEncoder of the IEM Plug-in Suite), sparta (rotation of SPARTA's rotator
                and binaural plug-ins to the first track).
                """),
            .integer("objects", 0...64, \.objects, "Objects that tracks share: a track keeps its object to its end. 0: 4, with sparta 1."),
            .templates(
                "messages", \.messages,
                """
                Messages of a track in each block, instead of those of the preset: an address and arguments, separated by spaces. Placeholders:
                {n} (object from 1), {index} (object from 0), {id}, {azimuth}, {elevation}, {x}, {y}, {z}, {activity}, {age}, {level}; a minus
                before the name, {-azimuth}, changes the sign.
                """),
            .templates("began", \.began, "Messages when an object gets a track, such as \"/adm/obj/{n}/gain 1\"."),
            .templates("ended", \.ended, "Messages when an object loses its track, with the track's last values."),
        ]
    }

    public static func check(_ draft: inout BridgeDraft<Self>) {
        guard draft.configuration.to == nil, draft.faults.isEmpty else { return }
        draft.addFault(["osc.to"], expected: "a receiver", found: "none", advice: "give --to HOST:PORT")
    }
}

extension OptionKey {
    /// Templates of messages.
    fileprivate static func templates(
        _ name: String, _ path: WritableKeyPath<Configuration, [OSCTemplate]>, _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: "messages",
            value: { .array($0[keyPath: path].map { .text($0.text) }) },
            read: { section, _, draft in
                guard let texts = section.texts(name, &draft.faults) else { return }
                let templates = texts.map(OSCTemplate.init(_:))
                if let wrong = templates.firstIndex(where: { $0 == nil }) {
                    draft.faults.append(
                        ConfigurationFault(
                            file: section.file, place: section.place(name), expected: OSCTemplate.expected, found: "\"\(texts[wrong])\""))
                }
                draft.configuration[keyPath: path] = templates.compactMap { $0 }
            })
    }
}
