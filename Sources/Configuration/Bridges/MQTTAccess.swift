import Options

/// A broker and the login there, for every process that connects to one.
public struct MQTTAccess: Sendable, Hashable {
    /// Nil: none was given.
    public var broker: MQTTBroker?
    public var user: String?
    /// A file with the user's password on its first line.
    public var passwordFile: String?
    /// Certificates that are trusted instead of the system's.
    public var caFile: String?

    public init() {}
}

extension OptionKey {
    /// The keys `broker`, `user`, `password_file` and `ca_file`.
    /// - Parameter broker: the explanation of the first.
    static func access(_ path: WritableKeyPath<Configuration, MQTTAccess>, broker: String) -> [OptionKey] {
        [
            OptionKey(
                name: "broker", explanation: broker, domain: "mqtts://HOST[:PORT]", example: .text("mqtts://broker.example"),
                value: { $0[keyPath: path].broker.map { .text($0.description) } },
                read: { section, _, draft in
                    let found = section.parsed("broker", MQTTBroker.expected, &draft.faults, MQTTBroker.init(_:))
                    if let found { draft.configuration[keyPath: path].broker = found }
                }),
            .text("user", path.appending(path: \.user), example: "bearing", "The user at the broker. Default: none."),
            .path(
                "password_file", path.appending(path: \.passwordFile), example: "/etc/bearing/mqtt-password",
                "A file with the user's password on its first line, which only its owner can read (mode 0600). Default: none."),
            .path(
                "ca_file", path.appending(path: \.caFile), example: "/etc/bearing/ca.pem",
                "Certificates that the broker's must be signed by (PEM). Default: those of the system."),
        ]
    }
}

extension OptionDraft {
    /// Adds the faults between the keys of a login.
    mutating func check(_ access: MQTTAccess, section: String) {
        if access.passwordFile != nil, access.user == nil {
            addFault(["\(section).password_file"], expected: "a user beside a password", found: "none", advice: "give --user NAME")
        }
        if access.caFile != nil, access.broker?.isEncrypted == false {
            addFault(
                ["\(section).ca_file"], expected: "mqtts:// beside certificates", found: "mqtt://", advice: "give --broker mqtts://HOST")
        }
    }
}
