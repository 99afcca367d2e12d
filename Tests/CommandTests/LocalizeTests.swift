import ArgumentParser
import Audio
import Features
import Formats
import Foundation
import Kernels
import Networks
import Testing
import Tracking

@testable import bearing

@Suite struct LocalizeTests {
    private let folder = "/tmp/bearing-test-\(UUID().uuidString.prefix(8))"

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// A small live model with random weights whose gate lets nearly everything through.
    private func makeModel(_ form: DOAnetArchitecture.Form = .live) throws -> String {
        let kind = FeatureKind.foaIntensity
        let count = FrameTiming.melBands * kind.channels
        var gate = GateSettings()
        gate.openThreshold = 0.4
        gate.stayThreshold = 0.3
        gate.openBlocks = 1
        let architecture = DOAnetArchitecture(
            form: form, channels: kind.channels, filters: 16, gruWidth: 16, headWidth: 16, maximumTracks: 2, lookAhead: 0)
        let path = "\(folder)/model.safetensors"
        try ModelFile(
            parameters: DOAnetParameters(architecture, seed: 3),
            scaler: FeatureScaler(
                kind: kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count)),
            gate: gate, array: "foa", facts: [:]
        ).save(to: path)
        return path
    }

    private func makeRecording(_ name: String, seconds: Double, channels: Int = 4) throws -> String {
        let path = "\(folder)/\(name)"
        let writer = try AudioFileWriter(path: path, encoding: .wave16, sampleRate: 24_000, channels: channels)
        let samples = (0..<Int(seconds * 24_000) * channels).map { _ in Float.random(in: -0.3...0.3) }
        try writer.write(samples.span)
        try writer.close()
        return path
    }

    private func localize(_ arguments: String...) throws {
        let command = try LocalizeCommand.parse(arguments)
        try command.run()
    }

    @Test func everyBlockWithTracksHasItsRows() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try makeRecording("a.wav", seconds: 2)
        try localize(file, "--model", try makeModel(), "--out", "\(folder)/out")
        let csv = try MetadataCSV.read("\(folder)/out/a.csv")
        #expect(!csv.rows.isEmpty)
        #expect(csv.rows.allSatisfy { $0.classIndex == 0 && (0..<20).contains($0.frame) })
        try localize(file, "--model", try makeModel(), "--out", "\(folder)/out", "--output", "jsonl")
        let lines = try String(contentsOfFile: "\(folder)/out/a.jsonl", encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 20)
        for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }

    @Test func whatCannotBeHeardIsSaid() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let model = try makeModel()
        let good = try makeRecording("good.wav", seconds: 0.5)
        let stereo = try makeRecording("stereo.wav", seconds: 0.5, channels: 2)
        let empty = "\(folder)/empty.wav"
        try Data().write(to: URL(fileURLWithPath: empty))
        let corrupt = "\(folder)/corrupt.wav"
        try Data(repeating: 0x55, count: 5000).write(to: URL(fileURLWithPath: corrupt))
        func failure(_ file: String, _ model: String) -> Failure? {
            #expect(throws: Failure.self) { try localize(file, "--model", model) }
        }
        for (file, model, kind, part) in [
            ("\(folder)/none.wav", model, Failure.Kind.noInput, "none.wav"),
            (stereo, model, .badData, "expected 4 channels, found 2"),
            (empty, model, .badData, "empty.wav"),
            (corrupt, model, .badData, "corrupt.wav"),
            (good, "\(folder)/none.safetensors", .noInput, "none.safetensors"),
            (good, good, .badData, "good.wav"),
        ] {
            let failure = failure(file, model)
            #expect(failure?.kind == kind, "\(file) \(model)")
            #expect(failure?.description.contains(part) == true)
            #expect(failure?.description.contains("\n") == false)
        }
        let offline = try makeModel(.paper)
        #expect(failure(good, offline)?.description.contains("expected a model of form live, found paper") == true)
    }
}
