import ArgumentParser

@main
struct Bearing: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bearing",
        abstract: "Hears where sounds come from: a real-time sound-source localizer.",
        version: "0.1.0",
        subcommands: [
            RunCommand.self,
            LocalizeCommand.self,
            WatchCommand.self,
            StatusCommand.self,
            CheckCommand.self,
            DevicesCommand.self,
            SynthCommand.self,
            AugmentCommand.self,
            TrainCommand.self,
            TrainHnetCommand.self,
            EvaluateCommand.self,
            ReproduceCommand.self,
            TuneCommand.self,
            ScoreCommand.self,
            PlotCommand.self,
            BenchCommand.self,
        ])

    /// One clear line on standard error and the exit code of its kind, whatever went wrong.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as Failure {
            failure.report()
            exit(withError: failure.code)
        } catch {
            exit(withError: error)
        }
    }
}
