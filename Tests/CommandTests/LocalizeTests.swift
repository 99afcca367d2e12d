import ArgumentParser
import Audio
import Formats
import Foundation
import Testing

@testable import bearing

@Suite struct LocalizeTests {
    private let folder = "/tmp/bearing-test-\(UUID().uuidString.prefix(8))"

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func makeModel() throws -> String {
        let path = "\(folder)/model.safetensors"
        try TestModel.write(to: path)
        return path
    }

    private func makeRecording(_ name: String, seconds: Double) throws -> String {
        let path = "\(folder)/\(name)"
        let writer = try AudioFileWriter(path: path, encoding: .wave16, sampleRate: 24_000, channels: 4)
        let samples = (0..<Int(seconds * 24_000) * 4).map { _ in Float.random(in: -0.3...0.3) }
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
}
