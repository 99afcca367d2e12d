import ArgumentParser
import Audio
import Configuration
import Daemon
import FoundationEssentials
import Logging
import Platform
import Service
import TrackFeed

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the daemon: localizes sources and reports their tracks on a socket.",
        discussion: """
            Options override the configuration file. SIGTERM and Ctrl-C stop the daemon. SIGHUP reloads the file and the model; subscribers stay connected.

            Example: bearing run --source demo
            """)

    @OptionGroup var options: RunOptions

    @Flag(help: "Print the effective configuration and exit.")
    var printConfig = false

    /// For endurance tests: a file's speed relative to real time.
    @Option(help: .hidden)
    var speed = 1

    /// For endurance tests: hours that count as already run.
    @Option(help: .hidden)
    var past = 0

    func validate() throws {
        guard (1...1000).contains(speed) else {
            throw ValidationError("--speed: expected 1 to 1000, found \(speed)")
        }
        guard (0...1_000_000).contains(past) else {
            throw ValidationError("--past: expected 0 to 1000000, found \(past)")
        }
    }

    func run() throws {
        if printConfig { return try writeConfiguration() }
        ProcessSignals.watch()
        Memory.mapLargeBlocks()
        if let lack = Daemon.lackOfDescriptors { throw Failure(.unavailable, lack) }
        // First of all, so that no child process takes systemd's sockets for its own.
        let passed = Result { () throws(FeedError) in try PassedSockets.take() }
        let output = LogWriter()
        defer { output.stop() }
        let daemon = try makeDaemon(passed, output)
        Memory.giveBack()
        let notify = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"]
        do throws(Daemon.StartError) {
            try daemon.run(notify: notify)
        } catch {
            throw Failure(error)
        }
    }

    /// The plan and its copy of the model are released on return: the pipeline has its own.
    private func makeDaemon(_ passed: Result<PassedSockets, FeedError>, _ output: LogWriter) throws -> Daemon {
        let plan = try DaemonPlan(options)
        let log = ServiceLog.make(plan.logLevel, output)
        plan.report(to: log)
        let seconds = past * 3600
        let frames = seconds * AudioFormat.sampleRate
        let capture = try plan.configuration.makeCapture(
            on: CaptureStream(channels: plan.model.input.channelCount, past: frames), channels: plan.model.input.channels, speed: speed,
            past: frames)
        // The identity of the plan in force, with which the next reload is compared.
        var running = plan.identity
        var settings = plan.daemonOptions
        settings.past = seconds
        do throws(FeedError) {
            settings.passed = try passed.get()
        } catch {
            throw Failure(error)
        }
        do throws(Daemon.StartError) {
            return try Daemon(
                capture: capture, pipeline: plan.model.makePipeline(), hello: plan.hello,
                options: settings, log: log
            ) { stream in
                let next = try DaemonPlan(options)
                var setup = try next.setup(after: running, on: stream)
                setup.adopted = {
                    running = next.identity
                    next.report(to: ServiceLog.make(next.logLevel, output))
                }
                return setup
            }
        } catch {
            throw Failure(error)
        }
    }

    private func writeConfiguration() throws {
        let configuration = try options.configuration()
        if !configuration.isExpressible {
            Console.note("a configuration file holds one UNIX address and one TCP address; further addresses of --socket are omitted")
        }
        print(configuration.toml, terminator: "")
    }
}

extension DaemonPlan {
    /// Logs which model is used, and what reduces its accuracy.
    fileprivate func report(to log: Logger) {
        log.info("model \(model.path), input \(model.input.summary)")
        for warning in model.warnings { log.warning("\(warning)") }
    }
}
