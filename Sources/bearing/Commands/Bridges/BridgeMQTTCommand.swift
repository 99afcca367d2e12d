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

    @OptionGroup var access: BrokerOptions

    @Option(help: ArgumentHelp("The name of this microphone in topics: letters, digits, - and _.", valueName: "name"))
    var node: String?

    @Flag(help: "Publish every block, too.")
    var tracks = false

    @Flag(help: "Do not announce sensors to Home Assistant.")
    var noDiscovery = false

    @OptionGroup var subscriber: SubscriberOptions

    @Flag(help: "Write the configuration with the values in force, every key explained, and end.")
    var printConfig = false

    var given: [String: OptionValue?] {
        let own: [String: OptionValue?] = [
            "node": node.map { .text($0) }, "tracks": tracks ? .flag(true) : nil, "discovery": noDiscovery ? .flag(false) : nil,
        ]
        return own.merging(access.given.mapValues { $0.map { .text($0) } }) { own, _ in own }
    }

    static func makeBridge(_ settings: MQTTConfiguration, log: Logger) throws -> any Bridge {
        do throws(MQTTFault) {
            return try MQTTBridge(settings, log: log)
        } catch {
            throw Failure(.configuration, error.description)
        }
    }
}
