import ArgumentParser
import Glibc

@main
struct Bearing: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bearing",
        abstract: "Localizes sound sources in real time, and trains the networks for it.",
        version: "0.1.0",
        subcommands: [
            RunCommand.self,
            LocalizeCommand.self,
            WatchCommand.self,
            WebCommand.self,
            StatusCommand.self,
            BridgeCommand.self,
            CheckCommand.self,
            DevicesCommand.self,
            CalibrateCommand.self,
            SynthCommand.self,
            AugmentCommand.self,
            TrainCommand.self,
            TrainHnetCommand.self,
            EvaluateCommand.self,
            ReproduceCommand.self,
            TuneCommand.self,
            ConvertCommand.self,
            ScoreCommand.self,
            PlotCommand.self,
            BenchCommand.self,
            WriteRecordingsCommand.self,
        ])

    /// Every error becomes one line on standard error and the exit code of its kind; exit code 0 means that all output was
    /// written.
    ///
    /// The process ignores SIGPIPE, and the standard descriptors are open by now (`bearing_signals.h`).
    static func main() {
        var code = conduct(CommandArguments.all)
        do {
            if let broken = try StandardOutput.shared.finish(), code == .success { code = broken }
        } catch {
            error.report()
            if code == .success { code = error.code }
        }
        Glibc.exit(code.rawValue)
    }

    private static func conduct(_ arguments: [String]) -> ExitCode {
        do {
            var command = try parseAsRoot(CommandArguments.withFolders(arguments))
            try command.run()
            return .success
        } catch {
            // The parser reads the letters of a name such as -cash.wav as flags, one of them -h.
            if exitCode(for: error) == .success, let fault = CommandArguments.fault(arguments) { return report(fault) }
            return report(error)
        }
    }

    /// Help texts are results and go to standard output.
    private static func report(_ error: any Error) -> ExitCode {
        let (code, text) = (exitCode(for: error), fullMessage(for: error))
        // The parser gives code 1 to every error that is not its own.
        guard code != .failure else {
            let failure = Failure(of: error)
            failure.report()
            return failure.code
        }
        if !text.isEmpty { code == .success ? print(text) : Console.write(text + "\n") }
        return code
    }
}
