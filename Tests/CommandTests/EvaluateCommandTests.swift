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

    @Test func whatHasLabelsIsScoredAndAllGetTracks() throws {
        let result = try evaluate("--out", "\(path)/tracks", "--json")
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("\"name\":\"mix002\"") && !result.output.contains("mix001"))
        #expect(result.error.contains("1 of 2 recordings have no labels"))
        #expect(try tracks() == ["mix001.csv", "mix002.csv"])
    }

    @Test func withoutLabelsThereAreTracksAlone() throws {
        try FileManager.default.removeItem(atPath: labels)
        let refused = try evaluate()
        #expect(refused.status == 66 && refused.error.contains("metadata_eval/mix001.csv, or --out"), "\(refused.error)")
        let result = try evaluate("--out", "\(path)/tracks")
        #expect(result.status == 0 && result.output == "", "\(result.error)")
        #expect(try tracks() == ["mix001.csv", "mix002.csv"])
    }

    @Test func everyOutputCountsWhenAsked() throws {
        let result = try evaluate("--all-outputs", "--json")
        // Two outputs in each of ten blocks.
        #expect(result.status == 0 && result.output.contains("\"predictions\":20"), "\(result.error)")
    }
}
