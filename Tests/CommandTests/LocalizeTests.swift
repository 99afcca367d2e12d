import ArgumentParser
import Audio
import Formats
import Foundation
import Geometry
import TestSupport
import Testing

@testable import bearing

@Suite struct LocalizeTests {
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.path }

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

    @Test func levelsAreAColumnWhereAskedAndAlwaysInLines() throws {
        let file = try makeRecording("a.wav", seconds: 2)
        let model = try makeModel()
        for (folder, options) in [("plain", []), ("levels", ["--levels"]), ("lines", ["--output", "jsonl"])] {
            try LocalizeCommand.parse([file, "--model", model, "--out", "\(self.folder)/\(folder)"] + options).run()
        }
        func lines(_ path: String) throws -> [Substring] {
            try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8).split(separator: "\n")
        }
        let (plain, levels) = (try lines("plain/a.csv"), try lines("levels/a.csv"))
        #expect(!plain.isEmpty && plain.count == levels.count)
        var found: [Double] = []
        for (row, other) in zip(plain, levels) {
            #expect(other.hasPrefix(row + ","))
            found.append(try #require(Double(other.dropFirst(row.count + 1))))
        }
        #expect(found.allSatisfy { (-200 ... -5).contains($0) })
        // Scorers read past it.
        #expect(try MetadataCSV.read("\(folder)/levels/a.csv").rows == MetadataCSV.read("\(folder)/plain/a.csv").rows)
        var inLines: [Double] = []
        for line in try lines("lines/a.jsonl") {
            let block = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            inLines += (block["tracks"] as? [[String: Any]] ?? []).compactMap { $0["level_dbfs"] as? Double }
        }
        #expect(inLines == found)
    }

    @Test func eventsAreARowForEachTrackOfEachRecording() throws {
        let files = [try makeRecording("a.wav", seconds: 2), try makeRecording("b.wav", seconds: 1)]
        let model = try makeModel()
        try localize(files[0], files[1], "--model", model, "--out", "\(folder)/out")
        try localize(files[0], files[1], "--model", model, "--out", "\(folder)/out", "--output", "events")
        for name in ["a", "b"] {
            let rows = try MetadataCSV.read("\(folder)/out/\(name).csv").rows
            let table = try String(contentsOfFile: "\(folder)/out/\(name).events.csv", encoding: .utf8).split(separator: "\n")
            #expect(table[0] == "id,start,end,azimuth,elevation,level_dbfs")
            let ids = table.dropFirst().compactMap { $0.split(separator: ",").first.flatMap { Int($0) } }
            #expect(Set(ids) == Set(rows.map(\.track)) && ids.count == Set(ids).count && !ids.isEmpty)
            for line in table.dropFirst() {
                let numbers = line.split(separator: ",").compactMap { Double($0) }
                let frames = rows.filter { $0.track == Int(numbers[0]) }.map(\.frame)
                #expect(numbers.count == 6)
                #expect(abs(numbers[1] - Double(frames.min()!) / 10) < 1e-9 && abs(numbers[2] - Double(frames.max()! + 1) / 10) < 1e-9)
            }
        }
    }

    @Test func aConfigurationRotatesAndHidesDirections() throws {
        let file = try makeRecording("a.wav", seconds: 2)
        let model = try makeModel()
        let settings = "\(folder)/b.toml"
        try "[input]\nchannels = [3, 1, 2, 0]\n[mounting]\nyaw = 50\nroll = 180\n[[ignore]]\nelevation = [0, 90]\n"
            .write(toFile: settings, atomically: true, encoding: .utf8)
        try "[input]\nchannels = [3, 1, 2, 0]\n".write(toFile: "\(folder)/plain.toml", atomically: true, encoding: .utf8)
        try localize(file, "--model", model, "--out", "\(folder)/turned", "--config", settings)
        try localize(file, "--model", model, "--out", "\(folder)/plain", "--config", "\(folder)/plain.toml")
        let turned = try MetadataCSV.read("\(folder)/turned/a.csv").rows
        let plain = try MetadataCSV.read("\(folder)/plain/a.csv").rows
        let mounting = Rotation(yaw: 50, pitch: 0, roll: 180)
        let expected = plain.filter { mounting($0.direction).elevation < 0 }
        #expect(!expected.isEmpty && turned.count == expected.count)
        for (a, b) in zip(turned, expected) {
            #expect(a.frame == b.frame && a.track == b.track)
            #expect(a.direction.angle(to: mounting(b.direction)) < 0.2)
        }
    }

    @Test func capsulesAreEncoded() throws {
        let file = try makeRecording("a.wav", seconds: 2)
        let model = try makeModel()
        try localize(
            file, "--model", model, "--out", "\(folder)/out", "--output", "jsonl", "--format", "aformat", "--array",
            "aformat-cardioid")
        let lines = try String(contentsOfFile: "\(folder)/out/a.jsonl", encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 20)
    }
}
