import ArgumentParser

/// Command-line options of the processes that connect to a broker of MQTT.
struct BrokerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A broker: mqtts://HOST[:8883], or mqtt://HOST[:1883] without encryption.", valueName: "url"))
    var broker: String?

    @Option(help: "The user at the broker.")
    var user: String?

    @Option(help: ArgumentHelp("A file with the user's password, which only its owner can read.", valueName: "file"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("Certificates that are trusted instead of the system's (PEM).", valueName: "file"))
    var caFile: String?

    /// By key of the configuration; nil where an option is not given.
    var given: [String: String?] { ["broker": broker, "user": user, "password_file": passwordFile, "ca_file": caFile] }
}
