public import Options
public import TrackFeed

/// The settings of one bridge: a section of its own, and `[log]`.
public protocol BridgeConfiguration: Sendable, Hashable {
    /// The section's name.
    static var section: String { get }
    static var keys: [OptionKey<BridgeDraft<Self>>] { get }
    /// The daemon's socket; nil: the default places.
    var socket: FeedAddress? { get set }
    var log: BearingConfiguration.Log { get set }

    init()

    /// Faults between keys.
    static func check(_ draft: inout BridgeDraft<Self>)
}

/// The configuration of a bridge while it is being read.
public struct BridgeDraft<Configuration: BridgeConfiguration>: OptionDraft {
    public var configuration = Configuration()
    public var faults: [ConfigurationFault] = []
    public var origins: [String: OptionOrigin] = [:]
}

extension BridgeConfiguration {
    /// Every key, in the order of the file.
    static var sections: [OptionSection<BridgeDraft<Self>>] {
        [
            OptionSection(section, keys: [.daemonSocket(\.socket)] + keys),
            OptionSection("log", keys: [.choice("level", \.log.level, "The least severe messages that go to standard error.")]),
        ]
    }

    /// - Parameters:
    ///   - file: the configuration file, of which the bridge's section and `[log]` are read; nil: defaults.
    ///   - options: of the command line, by key; they take precedence.
    ///   - isComplete: whether what has no default must be given.
    /// - Throws: every fault of the file and the options at once.
    public static func read(
        _ file: String?, options: [String: OptionValue?], isComplete: Bool = true
    ) throws(ConfigurationError) -> Self {
        var draft = BridgeDraft<Self>()
        if let file { SharedFile.read(file, sections: sections, into: &draft) }
        let given = options.sorted { $0.key < $1.key }.compactMap { key, value in
            value.map { CommandLineOption("--\(key.replacing("_", with: "-"))", section: section, key: key, $0) }
        }
        draft.read(OptionTable(commandLine: given), sections: sections, folder: "")
        if isComplete { check(&draft) }
        guard draft.faults.isEmpty else { throw ConfigurationError(draft.faults) }
        return draft.configuration
    }

    /// As a TOML file with every key explained. Keys that have their default are comments.
    public var toml: String {
        let heading = """
            # Configuration of a bridge of `bearing bridge`: every key with its default, as a comment; remove the `#` to change one. The
            # sections may stand in the daemon's file too (bearing.toml). Options of the command line take precedence. Relative paths
            # start from the folder of the file. `--print-config` writes this file with the values in force.
            """
        return OptionDocument.toml(heading: heading, sections: Self.sections, of: self, standard: Self(), style: .changesOnly)
    }
}

extension OptionKey {
    /// HOST:PORT of a peer; the default is none.
    static func peer(
        _ name: String, _ path: WritableKeyPath<Configuration, FeedAddress?>, example: String, _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: "HOST:PORT", example: .text(example),
            value: { $0[keyPath: path].map { .text(String($0.description.dropFirst("tcp:".count))) } },
            read: { section, _, draft in
                let expected = "HOST:PORT with a port from 1 to 65535 (IPv6 in brackets)"
                let address = section.parsed(name, expected, &draft.faults) { $0.contains(":") ? FeedAddress(tcp: $0) : nil }
                if let address { draft.configuration[keyPath: path] = address }
            })
    }
}
