import Audio
import Foundation
import Geometry
import TestSupport
import Testing

@testable import Formats
@testable import bearing

/// Commands with arrays of another number of capsules than four.
@Suite(.timeLimit(.hang))
struct CapsuleCommandTests {
    private let temporary = TemporaryFolder()

    /// Noise from one direction in open air, the capsules on the first channels; a channel of silence last.
    private func recording(_ name: String, of array: ArrayGeometry, from source: Direction, seconds: Double, spare: Int) throws -> String {
        let path = temporary.file(name)
        let channels = array.capsules.count + spare
        let writer = try AudioFileWriter(path: path, encoding: .wave16, sampleRate: 24_000, channels: channels)
        var random = SeededRandom(seed: 5)
        // A sum of tones, of which every capsule has its own delay.
        let tones = (0..<60).map { _ in (Float.random(in: 200...3500, using: &random), Float.random(in: 0...6, using: &random)) }
        let leads = array.capsules.map { capsule in
            (capsule.position * SIMD3(source.x, source.y, source.z)).sum() / 343
        }
        var samples: [Float] = []
        for frame in 0..<Int(seconds * 24_000) {
            let time = Float(frame) / 24_000
            for lead in leads {
                let sum = tones.reduce(Float(0)) { $0 + sin(2 * .pi * $1.0 * (time + lead) + $1.1) }
                samples.append(0.02 * sum + 1e-4 * random.normal())
            }
            for _ in 0..<spare { samples.append(0) }
        }
        try writer.write(samples.span)
        try writer.close()
        return path
    }

    @Test func sevenOfEightChannelsAreLocalized() throws {
        let array = try ArrayFile.load(Resources.array("uma-8-all"))
        let source = Direction(azimuth: -50, elevation: 20)
        let file = try recording("a.wav", of: array, from: source, seconds: 1.5, spare: 1)
        let options = ["localize", file, "--format", "mic", "--array", "uma-8-all"]
        let result = try BearingProcess.run(options + ["--channels", "0-6"])
        let rows = result.output.split(separator: "\n").map { $0.split(separator: ",").compactMap { Double($0) } }
        #expect(result.status == 0 && rows.count >= 5, "\(result.error)")
        #expect(rows.filter { abs($0[3] + 50) < 12 }.count >= rows.count - 2, "\(result.output)")
        let whole = try BearingProcess.run(options)
        #expect(
            whole.status == 65
                && whole.error.contains("expected 7 channels, found 8: choose 7 of them, counted from 0, with --channels A,B,C"))
        let few = try BearingProcess.run(options + ["--channels", "2,3,5,6"])
        #expect(few.status == 78 && few.error.contains("channels: expected 7 channel numbers, one for each capsule of"), "\(few.error)")
        let other = try BearingProcess.run(options + ["--channels", "0-6", "--model", try Resources.find("models/mic-live.safetensors")])
        #expect(other.status == 78 && other.error.contains("expected 4 capsules, which"), "\(other.error)")
        let check = try BearingProcess.run(
            "check", "--source", "file:\(file)", "--format", "mic", "--array", "uma-8-all", "--channels", "0-6", "--seconds", "0",
            "--socket",
            temporary.file("s"))
        #expect(check.status == 0, "\(check.error)")
        #expect(check.output.contains("UMA-8, all seven: azimuths, and elevations without sign, from 320 to 4000 Hz; error at 20 dB"))
    }

    @Test func scenesOfSixCapsulesAreMadeAndScored() throws {
        let set = temporary.file("set")
        let made = try BearingProcess.run(
            "synth", "--background-only", "--array", "respeaker-6-mic-hat-all", "--out", set, "--recordings", "1", "--duration", "2",
            "--fold",
            "1", "--threads", "1")
        #expect(made.status == 0, "\(made.error)")
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(set)/mic_dev").first { $0.hasSuffix(".wav") })
        #expect(try AudioFileReader(path: "\(set)/mic_dev/\(name)").channels == 6)
        let model = try Resources.find("models/array-live.safetensors")
        let scored = try BearingProcess.run("evaluate", "--model", model, "--dataset", set, "--cache", temporary.file("c"), "--json")
        #expect(scored.status == 0, "\(scored.error)")
        let again = try BearingProcess.run("evaluate", "--model", model, "--dataset", set, "--cache", temporary.file("c"), "--json")
        #expect(again.output == scored.output && !again.error.contains("rebuilt"))
        let other = try BearingProcess.run("evaluate", "--model", try Resources.find("models/mic-live.safetensors"), "--dataset", set)
        #expect(
            other.status == 78 && other.error.contains("expected an array of 4 capsules, as features mic-coherence have, found 6"),
            "\(other.error)")
        // Audio of another number of channels than the array file.
        try Data(contentsOf: URL(fileURLWithPath: Resources.array("uma-8-all"))).write(to: URL(fileURLWithPath: "\(set)/array.toml"))
        let mixed = try BearingProcess.run("evaluate", "--model", model, "--dataset", set, "--cache", temporary.file("c"))
        #expect(mixed.status == 65 && mixed.error.contains("expected 7 channels, found 6"), "\(mixed.error)")
    }
}
