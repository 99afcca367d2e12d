import ArgumentParser
import Files
import Formats
import Glibc
import Losses
import Networks
import Training

struct TrainHnetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-hnet",
        abstract: "Trains Hnet, the differentiable network that assigns predictions to references.",
        discussion: """
            Hnet learns the exact assignment from random matrices of distances; no data set is needed. After each \
            epoch the command prints the share of correct assignments, for random matrices and for hard cases.

            Example: bearing train-hnet --tracks 2 --out hnet-2.safetensors
            """)

    private static let defaults = HungarianSettings()

    @Option(help: "Rows and columns of the matrices, 1 to 4.")
    var tracks = Self.defaults.maximumTracks
    @Option(help: ArgumentHelp("File to write the network to, after each epoch.", valueName: "file"))
    var out: String
    @Option(help: "Number of epochs, over which the learning rate decreases.")
    var epochs = Self.defaults.epochs
    @Option(help: "Matrices per epoch, new ones in each.")
    var matrices = Self.defaults.matrices
    @Option(help: "Matrices in a batch.")
    var batch = Self.defaults.batch
    @Option(help: "Initial learning rate of Adam.")
    var learningRate = Self.defaults.learningRate
    @Option(help: "Random seed.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (1...4).contains(tracks) else { throw ValidationError("--tracks: expected 1 to 4, found \(tracks)") }
        guard epochs >= 1 else { throw ValidationError("--epochs: expected at least 1, found \(epochs)") }
        guard batch >= 1 else { throw ValidationError("--batch: expected at least 1, found \(batch)") }
        guard matrices >= batch else {
            throw ValidationError("--matrices: expected at least one batch of \(batch), found \(matrices)")
        }
        guard learningRate > 0, learningRate.isFinite else {
            throw ValidationError("--learning-rate: expected a number above 0, found \(learningRate)")
        }
    }

    func run() throws {
        try Failure.reporting { try WholeFile.checkWritable(out) }
        var settings = HungarianSettings()
        settings.maximumTracks = tracks
        settings.epochs = epochs
        settings.matrices = matrices
        settings.batch = batch
        settings.learningRate = learningRate
        settings.seed = seed
        let lock = try Failure.reporting {
            let lock = try FolderLock(file: out)
            try requireOwnNetwork()
            return lock
        }
        defer { withExtendedLifetime(lock) {} }
        let training = HungarianTraining(settings)
        for epoch in 1...epochs {
            var progress = ProgressBar("epoch \(epoch) of \(epochs)")
            let loss = try Failure.reporting {
                try training.runEpoch { fraction, loss in progress.update(fraction, note: "loss \(loss.formatted(4))") }
            }
            progress.finish()
            // Validates on a tenth of an epoch, as the paper does.
            let scores = training.score(matrices: max(batch, matrices / 10))
            let figures = scores.map { "\($0.kind.rawValue) F \($0.f.formatted(2)), exact \($0.exact.formatted(2)) %" }
            print("epoch \(epoch): loss \(loss.formatted(4)); \(figures.joined(separator: "; "))")
            StandardOutput.shared.flush()
            var facts = facts
            facts["training.epochs"] = "\(epoch) of \(epochs)"
            for score in scores {
                facts["score.\(score.kind.rawValue)"] = "F \(score.f.formatted(2)), exact \(score.exact.formatted(2)) %"
            }
            do {
                try HungarianFile(parameters: training.parameters, facts: facts).save(to: out)
            } catch {
                throw Failure(error)
            }
        }
    }

    /// The options that determine the network, besides its size and the epoch.
    private var facts: [String: String] {
        [
            "training.seed": "\(seed)", "training.matrices": "\(matrices)", "training.batch": "\(batch)",
            "training.rate": "\(learningRate)",
        ]
    }

    /// - Throws: a `Failure` if the file at --out is not a network of this training, since the first epoch would overwrite it.
    private func requireOwnNetwork() throws {
        guard unsafe access(out, F_OK) == 0 else { return }
        let found = try? HungarianFile.load(out)
        let isOwn = found.map { file in
            file.parameters.maximumTracks == tracks && facts.allSatisfy { file.facts[$0.key] == $0.value }
                && file.facts["training.epochs"]?.hasSuffix(" of \(epochs)") == true
        }
        guard isOwn != true else { return }
        throw Failure(
            .configuration,
            "\(out): expected no file yet, or a network of the same training, found \(found == nil ? "another file" : "one of other options"): "
                + "give another --out, or remove the file")
    }
}
