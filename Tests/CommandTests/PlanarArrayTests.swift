import Audio
import Configuration
import Foundation
import Geometry
import TestSupport
import Testing

@testable import bearing

/// Capsules in a horizontal plane, whose elevations have no sign, and in a line, which every command refuses.
@Suite(.timeLimit(.hang))
struct PlanarArrayTests {
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.path }

    private func array(_ name: String, _ places: [(Double, Double, Double)]) throws -> String {
        let path = temporary.file(name)
        try write(places.map { "[[capsule]]\nposition = [\($0.0), \($0.1), \($0.2)]\n" }.joined(), to: name)
        return path
    }

    private let square = [(0.03, 0.0, 0.0), (0, 0.03, 0), (-0.03, 0, 0), (0, -0.03, 0)]
    private let line = (0..<4).map { (0.02 * Double($0), 0.01 * Double($0), 0.0) }

    private func recording(_ name: String, seconds: Double) throws -> String {
        let path = temporary.file(name)
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        let writer = try AudioFileWriter(path: path, encoding: .wave16, sampleRate: 24_000, channels: 4)
        var random = SeededRandom(seed: 5)
        let samples = (0..<Int(seconds * 24_000) * 4).map { _ in 0.1 * random.normal() }
        try writer.write(samples.span)
        try writer.close()
        return path
    }

    private func input(_ array: String) throws -> ModelInput {
        var configuration = BearingConfiguration()
        (configuration.input.format, configuration.input.array) = (.mic, array)
        return try LiveModel(configuration).input
    }

    @Test func elevationsOfAPlanarArrayHaveNoSign() throws {
        let input = try input(try array("square.toml", square))
        #expect(input.elevation == .unsigned)
        #expect(input.warnings.contains { $0.contains("elevations are reported without sign") })
        let sphere = try self.input("aformat-cardioid")
        #expect(sphere.elevation == .signed && !sphere.warnings.contains { $0.contains("without sign") })
        let upright = try self.input(try array("upright.toml", square.map { (0, $0.0, $0.1) }))
        #expect(upright.elevation == .signed && upright.warnings.contains { $0.contains("describe them with z = 0") })
    }

    @Test func checkStatesWhatAnArrayTellsAndWhatSuitsItBetter() throws {
        func lines(_ format: AudioFormat, _ array: String?) throws -> [String] {
            var configuration = BearingConfiguration()
            (configuration.input.format, configuration.input.array) = (format, array)
            return try LiveModel(configuration).arrayLines
        }
        #expect(try lines(.foa, nil) == [])
        let small = try lines(.mic, "aformat-cardioid")
        #expect(small.count == 2)
        #expect(small[0].hasPrefix("array       A-format cardioid tetrahedron, 14.7 mm: azimuths and elevations from 100 to"))
        #expect(small[1].hasPrefix("advice      ") && small[1].contains("--format aformat"))
        #expect(try lines(.aformat, "aformat-cardioid") == [small[0]])
        let sphere = try lines(.mic, nil)
        #expect(sphere.count == 1 && sphere[0].contains("tetrahedral") && sphere[0].hasSuffix(" degrees"))
        let flat = try lines(.mic, try array("square.toml", square))
        #expect(flat.count == 1 && flat[0].contains("elevations without sign, from") && flat[0].hasSuffix(" degrees of azimuth"))
    }

    @Test func localizeStatesThatElevationsHaveNoSign() throws {
        let file = try recording("a.wav", seconds: 2)
        let config = temporary.file("c.toml")
        try "[gate]\nopen_threshold = 0.01\nstay_threshold = 0.01\nopen_blocks = 1\n".write(
            toFile: config, atomically: true, encoding: .utf8)
        let options = [
            "localize", file, "--format", "mic", "--config", config, "--array", try array("square.toml", square), "--output", "jsonl",
        ]
        let result = try BearingProcess.run(options)
        #expect(result.status == 0 && result.error.contains("elevations are reported without sign"), "\(result.error)")
        var elevations: [Double] = []
        for line in result.output.split(separator: "\n") {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["elevation"] as? String == "unsigned")
            elevations += (object["tracks"] as? [[String: Any]] ?? []).compactMap { $0["elevation"] as? Double }
        }
        #expect(!elevations.isEmpty && elevations.allSatisfy { $0 >= 0 })
    }

    @Test func everyCommandRefusesALineOfCapsules() throws {
        let array = try array("line.toml", line)
        let file = try recording("a.wav", seconds: 1)
        _ = try self.array("set/array.toml", line)
        for fold in 1...3 {
            _ = try recording("set/mic_dev/fold\(fold)_room1_mix001_ov1.wav", seconds: 1)
            try write("0,0,0,10,0\n", to: "set/metadata_dev/fold\(fold)_room1_mix001_ov1.csv")
        }
        let (set, model) = (temporary.file("set"), try Resources.find("models/array-live.safetensors"))
        let commands = [
            ["run", "--source", "file:\(file)", "--format", "mic", "--array", array, "--socket", temporary.file("s")],
            ["run", "--source", "file:\(file)", "--format", "aformat", "--array", array, "--socket", temporary.file("s")],
            ["check", "--seconds", "0", "--source", "file:\(file)", "--format", "mic", "--array", array, "--socket", temporary.file("s")],
            ["localize", file, "--format", "mic", "--array", array],
            ["localize", file, "--format", "aformat", "--array", array],
            ["synth", "--sounds", folder, "--out", temporary.file("out"), "--array", array],
            ["evaluate", "--model", model, "--dataset", set],
            ["tune", "--model", model, "--dataset", set, "--out", temporary.file("m.safetensors"), "--cache", temporary.file("cache")],
            ["train", "--dataset", set, "--format", "mic", "--out", temporary.file("run")],
        ]
        for command in commands {
            let result = try BearingProcess.run(command)
            #expect(result.status == 78, "\(command[0]): \(result.status), \(result.error)")
            #expect(
                result.error.contains("expected capsules that differ along two axes of space at least, found capsules in a line"),
                "\(command[0]): \(result.error)")
        }
    }

    private func write(_ text: String, to name: String) throws {
        let path = temporary.file(name)
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
