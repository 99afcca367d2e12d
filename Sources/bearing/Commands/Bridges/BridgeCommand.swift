import ArgumentParser

struct BridgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bridge",
        abstract: "Takes the tracks of a daemon to programs that speak another protocol.",
        discussion: """
            A bridge is a process beside the daemon. It starts before either side is there, connects again when one goes away, and logs each \
            change once. docs/bridges.md describes each of them.
            """,
        subcommands: [BridgeOdasCommand.self, BridgeMQTTCommand.self, BridgeOSCCommand.self])
}
