import ArgumentParser
import Formats
import Glibc
import Losses
import Networks
import Platform
import Ranks
import Signal
import Tracking
import Training

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a network on a data set in the TAU-NIGENS layout.",
        discussion: """
            Folds 3 to 6 train and fold 2 validates, unless --train-folds and --validation-folds say otherwise. \
            The run's folder contains the best model (model.safetensors), the model of the \
            latest epoch (last.safetensors), a checkpoint, log.jsonl and the configuration (config.toml). The same command \
            resumes from the checkpoint. Equal seeds, settings and numbers of threads give equal models.

            Several processes train together where MPI starts them (a build with tools/build --mpi, docs/clusters.md): each takes a part of \
            every batch. mpirun -n 4 bearing train gives the model of one process with four times the threads, to rounding.

            Example: bearing train --dataset scenes --out runs/foa --epochs 20
            """)

    @Option(help: ArgumentHelp("Folder for the model, the checkpoint, the log and the configuration.", valueName: "dir"))
    var out: String?
    @Flag(help: "Print the effective configuration and exit.")
    var printConfig = false
    @OptionGroup var options: TrainOptions

    func run() throws {
        try Failure.reporting {
            // First, since ranks that wait for one that has failed end with it.
            let group = try MPIGroup.join()
            do {
                try train(group)
                group?.leave()
            } catch {
                throw Self.failure(error, of: group)
            }
        }
    }

    /// Waits for the report of rank 0, which often has the same error and ends all ranks; so there is one line.
    private static func failure(_ error: any Error, of group: MPIGroup?) -> any Error {
        guard let group, group.rank > 0 else { return error }
        sleep(2)
        guard !(error is ValidationError), !(error is ExitCode) else { return error }
        let failure = Failure(of: error)
        return Failure(failure.kind, lines: failure.lines.map { "rank \(group.rank): \($0)" })
    }

    private func train(_ group: (any RankGroup)?) throws {
        let isLeader = group.isLeader
        let configuration = try options.configuration()
        if printConfig { return isLeader ? print(configuration.toml, terminator: "") : () }
        guard let out else { throw ValidationError("Missing expected argument '--out <dir>'") }
        let run = try configuration.start(in: out, dataset: try configuration.requiredDataset(), group: group)
        if isLeader { try configuration.write(to: "\(out)/config.toml") }
        if run.isFinished, isLeader {
            Console.note("\(out): this run is finished; give another --out to start a new one")
        }
        while !run.isFinished { if isLeader { try trainEpoch(run) } else { _ = try run.runEpoch { _ in } } }
        try run.keepLastModel()
        if isLeader { print(lastLine(run)) }
    }

    private func trainEpoch(_ run: TrainingRun) throws {
        let settings = run.settings
        var progress = ProgressBar("epoch \(run.epoch + 1) of \(settings.epochs)")
        let report = try run.runEpoch { step in
            let left = Double((step.steps - step.step - 1) * settings.batch * settings.blocks) * FrameLayout.blockSeconds / step.speed
            progress.update(
                Double(step.step % settings.stepsPerEpoch + 1) / Double(settings.stepsPerEpoch),
                note: "loss \(step.loss.formatted(3)), \(step.speed.formatted(0)) audio-s/s, "
                    + "\(ProgressBar.duration(left)) for all epochs")
        }
        progress.finish()
        print(line(report, isBest: run.bestEpoch == report.epoch))
        // Flushed, so that an epoch's line is visible at the end of the epoch, in a log file too.
        StandardOutput.shared.flush()
    }

    private func line(_ report: EpochReport, isBest: Bool) -> String {
        let (paper, clear) = (report.validation.pooled.paper, report.validation.pooled.clear)
        func figure(_ value: Double?) -> String { (value ?? .nan).formatted(1) }
        let losses = LossValue.parts.filter { report.loss[keyPath: $0.value] > 0 }.map {
            "\($0.title) \(report.loss[keyPath: $0.value].formatted(3))"
        }
        return "epoch \(report.epoch + 1): \(losses.joined(separator: ", ")); "
            + "validation LE \(figure(paper.localizationError)), LR \(figure(paper.recall)), "
            + "MOTA \(figure(clear.mota)), IDF1 \(figure(clear.idf1)); "
            + "\(report.speed.formatted(0)) audio-s/s\(isBest ? " *" : "")"
    }

    /// Names the resulting model, and why the run ended.
    private func lastLine(_ run: TrainingRun) -> String {
        let why =
            switch run.ending {
            case .patience:
                "stopped after epoch \(run.epoch) of \(run.settings.epochs), "
                    + "\(run.settings.patience) without a better MOTA"
            case .epochs, nil: "all \(run.settings.epochs) epochs are done"
            }
        return "best: epoch \(run.bestEpoch.map { "\($0 + 1)" } ?? "-"), \(run.modelPath); \(why)"
    }
}
