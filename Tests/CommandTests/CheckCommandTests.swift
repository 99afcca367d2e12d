import Audio
import Configuration
import Diagnosis
import Foundation
import Geometry
import TestSupport
import Testing

@testable import bearing

/// `bearing check` with a microphone whose channels differ from the configuration.
@Suite struct CheckCommandTests {
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.path }

    init() throws {
        try TestModel.write(to: "\(folder)/model.safetensors")
    }

    /// Bursts of noise from a direction over a quiet diffuse field, in Ambisonics whose channels `arrange` puts where they should not be.
    private func record(_ name: String, _ azimuth: Float, _ elevation: Float, _ arrange: ([Float]) -> [Float]) throws {
        let direction = Direction(azimuth: azimuth, elevation: elevation)
        let wave = [1, direction.y, direction.z, direction.x]
        let writer = try AudioFileWriter(path: "\(folder)/\(name).wav", encoding: .wave16, sampleRate: 24_000, channels: 4)
        var samples: [Float] = []
        for frame in 0..<72_000 {
            let burst: Float = frame % 8000 < 3000 ? 0.3 * Float.random(in: -1...1) : 0
            let field = [1, 0.577, 0.577, 0.577].map { 0.02 * $0 * Float.random(in: -1...1) }
            samples += arrange(zip(wave, field).map { $0 * burst + $1 })
        }
        try writer.write(samples.span)
        try writer.close()
    }

    private func recordThree(_ arrange: ([Float]) -> [Float]) throws -> [String] {
        var arguments: [String] = []
        for (name, azimuth, elevation) in [("front", 0, 0), ("left", 90, 0), ("above", 0, 90)] as [(String, Float, Float)] {
            try record(name, azimuth, elevation, arrange)
            arguments += ["--from", "\(Int(azimuth)),\(Int(elevation))=\(folder)/\(name).wav"]
        }
        return arguments + ["--model", "\(folder)/model.safetensors", "--socket", "\(folder)/socket"]
    }

    @Test func aFaultlessMicrophonePassesTheCheck() throws {
        let result = try BearingProcess.run(["check"] + recordThree { $0 })
        #expect(result.status == 0 && result.output.hasSuffix("All is well.\n"), "\(result)")
        #expect(result.output.contains("sound       left (azimuth 90, elevation 0): measured at azimuth "))
    }

    @Test func theReportedCorrectionRemovesTheFault() throws {
        // W and Y exchanged, and X inverted.
        let arguments = try recordThree { [$0[1], $0[0], $0[2], -$0[3]] }
        let result = try BearingProcess.run(["check"] + arguments)
        #expect(result.status == 69, "\(result)")
        let lines = result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(lines.suffix(3) == ["[input]", "channels = [1, 0, 2, 3]", "inverted = [3]"])
        #expect(result.error.split(separator: "\n").count == 1, "\(result.error)")
        try lines.suffix(3).joined(separator: "\n").write(toFile: "\(folder)/b.toml", atomically: true, encoding: .utf8)
        let again = try BearingProcess.run(["check"] + arguments + ["--config", "\(folder)/b.toml"])
        #expect(again.status == 0, "\(again)")
    }

    @Test func aFileSourceContainsAmbienceAndThenTheSounds() throws {
        try record("long", 0, 0) { $0 }
        let result = try BearingProcess.run(
            "check", "--source", "file:\(folder)/long.wav", "--seconds", "2", "--from", "0,0", "--model",
            "\(folder)/model.safetensors", "--socket", "\(folder)/socket")
        // Three seconds: two of ambience, one of the sound.
        #expect(result.status == 65, "\(result)")
        #expect(result.error.contains("expected at least 2 s of sound from front (azimuth 0, elevation 0), found 1.0 s"))
    }

    @Test(.enabled(if: VirtualMicrophone.problem == nil, "the virtual microphone needs a C compiler"))
    func aDeviceIsRecordedAndTheUserPrompted() throws {
        try record("front", 0, 0) { $0 }
        let device = VirtualMicrophone.device(playing: "\(folder)/front.wav", loops: true)
        let result = try BearingProcess.run(
            "check", "--source", "alsa:\(device)", "--seconds", "2", "--from", "0,0", "--model",
            "\(folder)/model.safetensors", "--socket", "\(folder)/socket")
        #expect(result.status == 0 && result.output.hasSuffix("All is well.\n"), "\(result)")
        #expect(result.error.contains("now make sounds from front (azimuth 0, elevation 0)"))
        #expect(result.output.contains("microphone  2.0 s captured"))
    }

    @Test(arguments: ["90", "90,100", "left,0", "0,0=", "0,0,0"])
    func anInvalidDirectionIsAUsageError(_ text: String) throws {
        let result = try BearingProcess.run("check", "--from", text)
        #expect(result.status == 64 && result.error.contains("--from: expected AZIMUTH,ELEVATION in degrees"))
    }

    private func lines(_ findings: [ChannelFinding], _ change: (inout BearingConfiguration.Input) throws -> Void = { _ in }) throws
        -> [String]
    {
        var input = BearingConfiguration().input
        try change(&input)
        return ChannelCorrection(findings, channels: 4, input, input.ambisonics ?? .ambix).lines
    }

    @Test func correctionsIncludeTheConfiguration() throws {
        #expect(try lines([.clipping(channel: 1, samples: 9)]).isEmpty)
        #expect(try lines([.order([1, 0, 2, 3], inverted: [], mounting: nil)]) == ["[input]", "channels = [1, 0, 2, 3]"])
        let mapped = try lines([.order([1, 0, 2, 3], inverted: [0], mounting: nil), .inverted(channels: [2])]) {
            $0.channels = try ChannelMap([4, 5, 6, 7], inverted: [0])
        }
        // Channel 0 is now source channel 5, inverted; channel 1 is 4, which was inverted before; channel 2 is measured as
        // inverted.
        #expect(mapped == ["[input]", "channels = [5, 4, 6, 7]", "inverted = [0, 1, 2]"])
        // Analysed as W, Y, Z, X, but lying there as W, X, Y, Z: Y and Z exchanged are channels 2 and 3.
        let fuma = try lines([.order([0, 2, 1, 3], inverted: [], mounting: nil)]) { $0.ambisonics = .fuma }
        #expect(fuma == ["[input]", "channels = [0, 1, 3, 2]"])
        #expect(try lines([.convention(.fuma)]) == ["[input]", "ambisonics = \"fuma\""])
        #expect(
            try lines([.mounting(Rotation(yaw: 90, pitch: 0, roll: 180))])
                == ["[mounting]", "yaw = 90", "pitch = 0", "roll = 180"])
    }
}
