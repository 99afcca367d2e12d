import ArgumentParser
import Files
import FoundationEssentials
import SafeTensors
import Training

struct ReplayBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Records the first steps of a training, for another program to repeat.",
        discussion: """
            Takes the options of bearing train. The file holds the initial parameters, every batch and the loss of every step; \
            tools/benchmarks/train_pytorch.py --replay trains on it in PyTorch and compares.

            Example: bearing bench replay --dataset scenes --form paper --loss tracking --batch 8 --to steps.safetensors
            """)

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
    var to: String
    @Option(help: "Steps to record.")
    var steps = 20
    @OptionGroup var options: TrainOptions

    func run() throws {
        guard steps >= 1 else { throw ValidationError("--steps: expected at least 1, found \(steps)") }
        try Failure.reporting {
            try WholeFile.checkWritable(to)
            let configuration = try options.configuration()
            let folder = Folder.temporary + "/bearing-replay-\(UUID().uuidString)"
            defer { Folder.remove(folder) }
            let run = try configuration.start(in: folder, dataset: try configuration.requiredDataset())
            try run.recordSteps(steps).write(to: to)
            print("\(steps) steps in \(to)")
        }
    }
}
