import ArgumentParser
import Bridges
import Configuration
import Logging
import MQTT
import Options

struct BridgeMQTTCommand: BridgeSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "mqtt",
        abstract: "Publishes tracks at a broker of MQTT, with sensors for Home Assistant.",
        discussion: """
            Publishes bearing/NODE/state on a change, at most once a second, and bearing/NODE/availability; with --tracks also every block as \
            bearing/NODE/tracks. Home Assistant finds the sensors by itself.

            Example: bearing bridge mqtt --broker mqtts://broker.example --node kitchen --user bearing --password-file /etc/bearing/mqtt-password
            """)

    @Option(help: ArgumentHelp("mqtts://HOST[:8883], or mqtt://HOST[:1883] without encryption.", valueName: "url"))
    var broker: String?

    @Option(help: ArgumentHelp("The name of this microphone in topics: letters, digits, - and _.", valueName: "name"))
    var node: String?

    @Option(help: "The user at the broker.")
    var user: String?

    @Option(help: ArgumentHelp("A file with the user's password, which only its owner can read.", valueName: "file"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("Certificates that are trusted instead of the system's (PEM).", valueName: "file"))
    var caFile: String?

    @Flag(help: "Publish every block, too.")
    var tracks = false

    @Flag(help: "Do not announce sensors to Home Assistant.")
    var noDiscovery = false

    @OptionGroup var subscriber: SubscriberOptions

    @Flag(help: "Write the configuration with the values in force, every key explained, and end.")
    var printConfig = false

    var given: [String: OptionValue?] {
        [
            "broker": broker.map { .text($0) }, "node": node.map { .text($0) }, "user": user.map { .text($0) },
            "password_file": passwordFile.map { .text($0) }, "ca_file": caFile.map { .text($0) },
            "tracks": tracks ? .flag(true) : nil, "discovery": noDiscovery ? .flag(false) : nil,
        ]
    }

    static func makeBridge(_ settings: MQTTConfiguration, log: Logger) throws -> any Bridge {
        do throws(MQTTFault) {
            return try MQTTBridge(settings, log: log)
        } catch {
            throw Failure(.configuration, error.description)
        }
    }
}
