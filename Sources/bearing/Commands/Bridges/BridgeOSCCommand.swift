import ArgumentParser
import Bridges
import Configuration
import Logging
import Options

struct BridgeOSCCommand: BridgeSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "osc",
        abstract: "Sends tracks by OSC: ADM-OSC, IEM Plug-in Suite, SPARTA, or messages of your own.",
        discussion: """
            Each block is one bundle over UDP. A track keeps its object to its end.

            Examples:
              bearing bridge osc --to 127.0.0.1:4001
              bearing bridge osc --to 127.0.0.1:9000 --preset iem
              bearing bridge osc --to studio.local:8000 --message "/track/{n}/xyz {x} {y} {z}"
            """)

    @Option(help: ArgumentHelp("The receiver, HOST:PORT.", valueName: "host:port"))
    var to: String?

    @Option(help: "adm, iem or sparta (default: adm).")
    var preset: String?

    @Option(help: "Objects that tracks share (default: 4, with sparta 1).")
    var objects: Int?

    @Option(
        name: .customLong("message"), parsing: .unconditionalSingleValue,
        help: "A message of a track in each block, instead of those of the preset; may be given several times.")
    var messages: [String] = []

    @OptionGroup var subscriber: SubscriberOptions

    @Flag(help: "Write the configuration with the values in force, every key explained, and end.")
    var printConfig = false

    var given: [String: OptionValue?] {
        [
            "to": to.map { .text($0) }, "preset": preset.map { .text($0) }, "objects": objects.map { .integer($0) },
            "messages": messages.isEmpty ? nil : .array(messages.map { .text($0) }),
        ]
    }

    static func makeBridge(_ settings: OSCConfiguration, log: Logger) throws -> any Bridge {
        guard let bridge = OSCBridge(settings, log: log) else { throw Failure(.configuration, "osc.to: expected HOST:PORT, found none") }
        return bridge
    }
}
