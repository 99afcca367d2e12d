import Audio
import Foundation
import Geometry
import Networks
import TestSupport
import Testing

@testable import bearing

/// Warnings about recordings with faulty channels or samples.
@Suite struct FaultyAudioTests {
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.path }
    private var model: String { "\(folder)/model.safetensors" }

    init() throws {
        try TestModel.write(to: "\(folder)/model.safetensors")
        try TestModel.write(to: "\(folder)/paper.safetensors", form: .paper)
    }

    /// Bursts of noise from azimuth 60 over a diffuse field, in Ambisonics, each frame changed.
    private func record(_ name: String, seconds: Int = 3, _ change: (Int, [Float]) -> [Float]) throws -> String {
        let (path, direction) = ("\(folder)/\(name).wav", Direction(azimuth: 60, elevation: 10))
        let writer = try AudioFileWriter(path: path, encoding: .waveFloat, sampleRate: 24_000, channels: 4)
        var random = SeededRandom(seed: 7)
        var samples: [Float] = []
        for frame in 0..<seconds * 24_000 {
            let burst = frame % 8000 < 3000 ? 0.1 * random.normal() : 0
            let field = [1, 0.577, 0.577, 0.577].map { 1e-3 * $0 * random.normal() }
            samples += change(frame, zip([1, direction.y, direction.z, direction.x], field).map { $0 * burst + $1 })
        }
        try writer.write(samples.span)
        try writer.close()
        return path
    }

    private func localize(_ path: String, model: String? = nil) throws -> BearingProcess.Result {
        try BearingProcess.run("localize", path, "--model", model ?? self.model)
    }

    private func check(_ path: String, _ options: String...) throws -> BearingProcess.Result {
        try BearingProcess.run(
            ["check", "--source", "file:\(path)", "--model", model, "--socket", "\(folder)/socket"] + options)
    }

    @Test func aFaultlessRecordingCausesNoWarning() throws {
        let path = try record("sound") { $1 }
        let result = try localize(path)
        #expect(result.status == 0 && result.error.isEmpty && !result.output.isEmpty)
        #expect(try check(path).output.hasSuffix("All is well.\n"))
    }

    @Test(arguments: ["live", "paper"]) func oneHugeSampleIsReplacedAndReportedOnce(form: String) throws {
        let model = form == "live" ? model : "\(folder)/paper.safetensors"
        let huge = try record("huge") { frame, samples in frame == 30_000 ? [1e25, .nan, -2e19, samples[3]] : samples }
        let silent = try record("silent") { frame, samples in frame == 30_000 ? [0, 0, 0, samples[3]] : samples }
        let (found, expected) = (try localize(huge, model: model), try localize(silent, model: model))
        #expect(found.status == 0 && found.output == expected.output && !found.output.isEmpty)
        #expect(found.error == "bearing: \(huge): expected finite samples of up to 2^32 times full scale, found 3 others, replaced by 0\n")
        #expect(expected.error.isEmpty)
    }

    @Test func checkWarnsAboutInvalidSamples() throws {
        let path = try record("huge") { frame, samples in frame == 30_000 ? [1e25, .nan, -2e19, samples[3]] : samples }
        let result = try check(path)
        #expect(result.status == 0 && result.output.hasSuffix("No fault was found, but there are warnings.\n"))
        #expect(result.error == "bearing: \(path): expected finite samples of up to 2^32 times full scale, found 3 others, replaced by 0\n")
    }

    /// A header that promises less than there is.
    @Test func checkWarnsAboutTheDeclaredConvention() throws {
        let path = try record("odd") { $1 }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let data = try #require(bytes.range(of: Data("data".utf8)))
        bytes.replaceSubrange(data.upperBound..<data.upperBound + 4, with: [0, 0, 1, 0])
        try bytes.write(to: URL(fileURLWithPath: path))
        let result = try check(path)
        #expect(result.error.hasPrefix("bearing: \(path): expected 4096 frames as its header says"), "\(result)")
        #expect(result.status == 0 && result.output.hasSuffix("No fault was found, but there are warnings.\n"), "\(result)")
    }

    @Test func deadAndEqualChannelsAreReportedOnce() throws {
        let dead = try record("dead", seconds: 13) { _, samples in [samples[0], 0, samples[2], samples[3]] }
        let found = try localize(dead)
        #expect(found.status == 0 && found.error.hasPrefix("bearing: \(dead): channel 1 (Y): expected sound as on the others"))
        #expect(found.error.split(separator: "\n").count == 1, "\(found.error)")
        let mono = try record("mono") { _, samples in Array(repeating: samples[0], count: 4) }
        #expect(
            try localize(mono).error.contains(
                "channel 0 (W), channel 1 (Y), channel 2 (Z), channel 3 (X): expected a signal of its own in each"))
        for path in [dead, mono] {
            let result = try check(path)
            #expect(
                result.status == 69 && !result.output.contains("All is well") && result.error.split(separator: "\n").count == 1, "\(result)"
            )
        }
    }

    /// Findings about channels of another kind include no correction.
    @Test func equalChannelsAreNotComparedWithDirections() throws {
        let mono = try record("mono") { _, samples in Array(repeating: samples[0], count: 4) }
        let result = try check(mono, "--from", "0,0=\(mono)", "--from", "90,0=\(mono)", "--from", "0,90=\(mono)")
        #expect(result.status == 69 && !result.output.contains("Add to the configuration"), "\(result)")
    }

    @Test func aWarningPreventsAllIsWell() throws {
        let path = try record("sound") { $1 }
        let result = try check(path, "--format", "foa", "--array", "tau-nigens-mic")
        #expect(result.status == 0 && result.error.contains("not used, since format foa has no capsules"))
        #expect(result.output.hasSuffix("No fault was found, but there are warnings.\n"))
    }
}
