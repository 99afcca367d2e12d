import ArgumentParser
import Daemon
import Glibc
import Logging
import Service

/// The process that `bearing run --record` starts to write its recordings; hidden from users.
struct WriteRecordingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: RecordWriter.command, abstract: "Writes the recordings that `bearing run --record` sends on standard input.",
        shouldDisplay: false)

    @Option(help: .hidden)
    var level = "info"

    @Argument(help: .hidden)
    var folder: String

    @Argument(help: .hidden)
    var fileSeconds: Int

    @Argument(help: .hidden)
    var limit: Int

    @Argument(help: .hidden)
    var channels: Int

    func run() throws {
        let output = LogWriter()
        defer { output.stop() }
        let log = ServiceLog.make(Logger.Level(rawValue: level) ?? .info, output)
        RecordWriter(
            socket: STDIN_FILENO, plan: .init(folder: folder, fileSeconds: fileSeconds, limit: limit), channels: channels, log: log
        ).run()
    }
}
