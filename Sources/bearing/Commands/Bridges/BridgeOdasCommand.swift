import ArgumentParser
import Bridges
import Configuration
import Logging
import Options

struct BridgeOdasCommand: BridgeSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "odas",
        abstract: "Sends tracks as ODAS sends them, for odas_web, odas_ros and their like.",
        discussion: """
            Connects to the programs that listen for ODAS, and sends them its messages at its pace.

            Example: bearing bridge odas --tracked 127.0.0.1:9000 --potential 127.0.0.1:9001
            """)

    @Option(help: ArgumentHelp("The program that listens for tracked sources, HOST:PORT.", valueName: "host:port"))
    var tracked: String?

    @Option(help: ArgumentHelp("The program that listens for potential sources, HOST:PORT.", valueName: "host:port"))
    var potential: String?

    @OptionGroup var subscriber: SubscriberOptions

    @Flag(help: "Write the configuration with the values in force, every key explained, and end.")
    var printConfig = false

    var given: [String: OptionValue?] { ["tracked": tracked.map { .text($0) }, "potential": potential.map { .text($0) }] }

    static func makeBridge(_ settings: OdasConfiguration, log: Logger) throws -> any Bridge { OdasBridge(settings, log: log) }
}
