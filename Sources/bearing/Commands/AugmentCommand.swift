import ArgumentParser
import Audio
import Dataset
import Platform
import Synchronization
import Training

struct AugmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "augment",
        abstract: "Mixes pairs of one-source recordings into two-source recordings for training.",
        discussion: """
            Draws random pairs of one-source recordings of the same fold and room, and writes their sums with both labels. \
            Names with ov1 mark one-source recordings; without such names the labels decide. --times sets the number of mixtures for each \
            recording of two sources (ov2) in the room. No recording is mixed with itself, and no pair is repeated while \
            unused pairs remain. Both microphone formats get the same pairs. Train on them with `bearing train --extra`.

            Example:
              bearing augment --dataset tau-nigens --out mixtures
              bearing train --dataset tau-nigens --extra mixtures --out runs/augmented
            """)

    @Option(help: ArgumentHelp("The data set's folder, with foa_dev/ or mic_dev/, and metadata_dev/.", valueName: "dir"))
    var dataset: String
    @Option(help: ArgumentHelp("Folder to write the mixtures to, in the same layout.", valueName: "dir"))
    var out: String
    @Option(help: "Microphone format: foa, mic or both.")
    var format = SynthCommand.Format.foa
    @Option(help: "Mixtures for each ov2 recording of the same fold and room.")
    var times = 4
    @Option(help: "Folds to mix, such as 3, 3-6 or 1,3-6.")
    var folds = "3-6"
    @Option(help: "Seed of the random pairs.")
    var seed: UInt64 = 1
    @OptionGroup var threads: ThreadOptions
    @Flag(help: "Keep the mixtures written by an interrupted run with the same options.")
    var resume = false

    func validate() throws {
        guard (1...1000).contains(times) else { throw ValidationError("--times: expected 1 to 1000, found \(times)") }
        _ = try FoldOption.folds(folds, option: "--folds")
    }

    func run() throws {
        try Failure.reporting {
            let writer = try MixtureWriter(dataset: dataset, folder: out, settings: settings())
            for remark in writer.remarks { Console.note(remark) }
            Interruption.watch()
            let began = MonotonicTime.seconds
            let bar = Mutex(ProgressBar("augment"))
            let total = writer.pairs.pairs.count
            let batch = Mutex(Batch(total, "mixtures"))
            let report = try writer.write(
                shouldStop: { Interruption.requested },
                progress: { count in
                    bar.withLock { $0.update(Double(count) / Double(total), note: "\(count) of \(total) recordings") }
                },
                fault: { error in try batch.withLock { try $0.take(error) } })
            bar.withLock { $0.finish() }
            for line in remarks(writer.pairs, report) { Console.note(line) }
            print(
                "\(report.written) recordings, \(ProgressBar.duration(report.seconds)) of audio, in \(out), mixed in "
                    + ProgressBar.duration(MonotonicTime.seconds - began)
                    + (report.kept > 0 ? "; \(report.kept) kept" : "") + "; \(limits(report))")
            try batch.withLock { try $0.finish() }
        }
        if Interruption.requested { throw ExitCode(130) }
    }

    private func settings() throws -> MixtureWriter.Settings {
        var settings = MixtureWriter.Settings()
        settings.formats = format.formats.map { $0 == .foa ? .foa : .mic }
        settings.folds = try FoldOption.folds(folds, option: "--folds").numbers
        settings.times = times
        settings.seed = seed
        settings.threads = threads.count
        settings.resumes = resume
        return settings
    }

    private func limits(_ report: MixtureWriter.Report) -> String {
        report.limitedSamples == 0
            ? "no sample was limited"
            : "\(report.limitedSamples) samples of \(report.limitedFiles) files limited to 16 bits"
    }

    private func remarks(_ pairs: RecordingPairs, _ report: MixtureWriter.Report) -> [String] {
        var lines: [String] = []
        if !pairs.roomsWithoutPair.isEmpty {
            lines.append("no mixtures, for lack of two ov1 recordings, in \(pairs.roomsWithoutPair.joined(separator: ", "))")
        }
        if pairs.repeated > 0 {
            lines.append("\(pairs.repeated) mixtures repeat a pair, because their rooms have no unused pair of ov1 recordings")
        }
        if report.lateRows > 0 { lines.append("\(report.lateRows) labels after the end of their recording are ignored") }
        if report.repeatedRows > 0 {
            lines.append("\(report.repeatedRows) labels repeat a frame, class and track; the first is used")
        }
        if report.wrappedRows > 0 { lines.append("\(report.wrappedRows) azimuths above 180 degrees are reduced by 360") }
        for (path, count) in report.unsoundSamples.sorted(by: { $0.key < $1.key }) {
            if let remark = SoundSample.remark(replaced: count) { lines.append("\(path): \(remark)") }
        }
        return lines
    }
}
