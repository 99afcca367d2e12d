import Audio
import Foundation
import TestSupport
import Testing

/// The evaluation set of a data set in the TAU-NIGENS layout, whose labels may not be known.
@Suite final class EvaluateCommandTests {
    private let temporary = TemporaryFolder()
    private var path: String { temporary.path }

    init() throws {
        for folder in ["foa_eval", "metadata_eval"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
        let samples = (0..<24_000 * 4).map { _ in Float.random(in: -0.3...0.3) }
        for name in ["mix001", "mix002"] {
            let writer = try AudioFileWriter(
                path: "\(path)/foa_eval/\(name).wav", encoding: .wave16, sampleRate: 24_000, channels: 4)
            try writer.write(samples.span)
            try writer.close()
        }
        try "0,0,0,10,0\n1,0,0,10,0\n".write(toFile: labels, atomically: true, encoding: .utf8)
        try TestModel.write(to: "\(path)/model.safetensors")
    }

    private var labels: String { "\(path)/metadata_eval/mix002.csv" }

    private func evaluate(_ options: String...) throws -> BearingProcess.Result {
        try BearingProcess.run(
            ["evaluate", "--model", "\(path)/model.safetensors", "--dataset", path, "--set", "evaluation"] + options)
    }

    private func tracks() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: "\(path)/tracks").sorted() }

    @Test func labelledRecordingsAreScoredAndAllGetTracks() throws {
        let result = try evaluate("--out", "\(path)/tracks", "--json")
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("\"name\":\"mix002\"") && !result.output.contains("mix001"))
        #expect(result.error.contains("1 of 2 recordings have no labels"))
        #expect(try tracks() == ["mix001.csv", "mix002.csv"])
    }

    @Test func withoutLabelsThereAreOnlyTracks() throws {
        try FileManager.default.removeItem(atPath: labels)
        let refused = try evaluate()
        #expect(refused.status == 66 && refused.error.contains("metadata_eval/mix001.csv, or --out"), "\(refused.error)")
        let result = try evaluate("--out", "\(path)/tracks")
        #expect(result.status == 0 && result.output == "", "\(result.error)")
        #expect(try tracks() == ["mix001.csv", "mix002.csv"])
    }

    @Test func azimuthsAreScoredAlone() throws {
        let result = try evaluate("--azimuth", "--json")
        #expect(result.status == 0 && result.output.hasPrefix(#"{"angle":"azimuth""#), "\(result.error)")
    }

    @Test func everyOutputCountsWhenAsked() throws {
        let result = try evaluate("--all-outputs", "--json")
        // Two outputs in each of ten blocks.
        #expect(result.status == 0 && result.output.contains("\"predictions\":20"), "\(result.error)")
    }

    /// A data set of 2023: folders by makers, names without overlap, distances, and folds 3 and 4.
    @Test func scoreAgreesWithEvaluateOnItsTracks() throws {
        let root = "\(path)/starss"
        for (part, fold) in [("dev-train-sony", 3), ("dev-test-tau", 4)] {
            let name = "fold\(fold)_room1_mix001"
            for folder in ["foa_dev", "metadata_dev"] {
                try FileManager.default.createDirectory(atPath: "\(root)/\(folder)/\(part)", withIntermediateDirectories: true)
            }
            try FileManager.default.copyItem(atPath: "\(path)/foa_eval/mix001.wav", toPath: "\(root)/foa_dev/\(part)/\(name).wav")
            // The last row is half a second before the end of the recording, the fourth beyond 180 degrees.
            try "0,0,0,10,0,181\n1,0,0,10,0,181\n2,0,0,10,0,181\n3,1,0,350,0,181\n4,0,0,10,0,181\n".write(
                toFile: "\(root)/metadata_dev/\(part)/\(name).csv", atomically: true, encoding: .utf8)
        }
        let evaluated = try BearingProcess.run(
            "evaluate", "--model", "\(path)/model.safetensors", "--dataset", root, "--folds", "3-4", "--all-outputs", "--json", "--out",
            "\(path)/both")
        #expect(evaluated.status == 0 && evaluated.error.contains(":4: 2 azimuths above 180 degrees in 2 csv files"), "\(evaluated.error)")
        let scored = try BearingProcess.run("score", "\(root)/metadata_dev", "\(path)/both", "--json")
        #expect(scored.status == 0 && scored.output.contains("\"blocks\":20"))
        // Tracks are written to a tenth of a degree, so only counts and rates are equal.
        func counts(_ text: String) throws -> [String: Double] {
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            let paper = try #require((object?["pooled"] as? [String: Any])?["paper"] as? [String: Any])
            return paper.compactMapValues { $0 as? Double }.filter { $0.key != "localization_error_degrees" }
        }
        #expect(try counts(scored.output) == counts(evaluated.output))

        let none = try BearingProcess.run("evaluate", "--model", "\(path)/model.safetensors", "--dataset", root)
        #expect(none.status == 66 && none.error.contains("expected recordings of fold 1, found those of fold 3-4"), "\(none.error)")
        let usage = try BearingProcess.run("evaluate", "--model", "\(path)/model.safetensors", "--dataset", root, "--folds", "4-3")
        #expect(usage.status == 64 && usage.error.contains("--folds: expected folds such as 1, 3-6 or 1,3-6, found 4-3"))
        let trained = try BearingProcess.run(
            "train", "--dataset", root, "--out", "\(path)/run", "--train-folds", "3", "--validation-folds", "4", "--filters", "2",
            "--gru-width", "2", "--batch", "2", "--blocks", "2", "--epochs", "1", "--steps-per-epoch", "1")
        #expect(trained.status == 0 && trained.error.contains("1 training and 1 validation recordings"), "\(trained.error)")
        let tuned = try BearingProcess.run(
            "tune", "--model", "\(path)/run/model.safetensors", "--dataset", root, "--folds", "4", "--cache", "\(path)/run/features",
            "--out", "\(path)/tuned.safetensors")
        #expect(tuned.status == 0, "\(tuned.error)")
    }
}
