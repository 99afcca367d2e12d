import Audio
import Formats
import Foundation
import Geometry
import TestSupport
import Testing

@testable import bearing

@Suite(.timeLimit(.hang))
struct CalibrateCommandTests {
    private let temporary = TemporaryFolder()

    /// Delta pulses as capsules in free air receive them from a direction, with channel gains in dB: 2 s of a pulse every 50 ms.
    private func pulses(_ name: String, azimuth: Float, elevation: Float = 0, gains: [Float]) throws -> String {
        let path = temporary.file(name)
        let source = Direction(azimuth: azimuth, elevation: elevation)
        let array = ArrayGeometry(
            name: "a", mount: .open,
            capsules: ArrayGeometry.tetrahedral.capsules.map { .init(position: $0.position) })
        var samples = [Float](repeating: 0, count: 48_000 * 4)
        for (channel, capsule) in array.capsules.enumerated() {
            let place = capsule.position
            let lead = (place.x * source.x + place.y * source.y + place.z * source.z) / 343 * 24_000
            let gain = 0.5 * pow(10, gains[channel] / 20)
            for start in stride(from: 600, to: 47_000, by: 1200) {
                // A pulse with a band limit of 6 kHz, between samples where it has to be.
                for tap in -20...20 {
                    let x = (Float(tap) + lead) / 2
                    let value = abs(x) < 1e-4 ? 1 : sin(.pi * x) / (.pi * x)
                    samples[(start + tap) * 4 + channel] += gain * value * (0.5 + 0.5 * cos(.pi * Float(tap) / 21))
                }
            }
        }
        let writer = try AudioFileWriter(path: path, encoding: .waveFloat, sampleRate: 24_000, channels: 4)
        try writer.write(samples.span)
        try writer.close()
        return path
    }

    @Test func gainsAreWrittenIntoAFileThatRunReads() throws {
        let gains: [Float] = [1.5, -0.5, 0, -1]
        let sounds = try [(0, 0), (90, 0), (180, 0), (-90, 0), (0, 60)].map { azimuth, elevation in
            let path = try pulses("\(azimuth)_\(elevation).wav", azimuth: Float(azimuth), elevation: Float(elevation), gains: gains)
            return ["--at", "\(azimuth),\(elevation)=\(path)"]
        }
        let out = temporary.file("out.toml")
        let result = try BearingProcess.run(["calibrate", "--array", "open-tetrahedron", "--out", out, "--json"] + sounds.joined())
        #expect(result.status == 0, "\(result.error)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect((object["gains_db"] as? [Double])?.count == 4 && (object["yaw"] as? Double).map { abs($0) < 2 } == true, "\(object)")
        let (before, after) = (object["explained_before"] as? Double ?? 1, object["explained_after"] as? Double ?? 0)
        #expect(after > 0.95 && after >= before)
        let read = try ArrayFile.load(out)
        for (capsule, gain) in zip(read.capsules, gains) { #expect(abs(capsule.gain - gain) < 0.3, "\(read.capsules.map(\.gain))") }
        let table = try BearingProcess.run(["calibrate", "--array", "open-tetrahedron", "--out", out] + sounds.joined())
        #expect(table.output.contains("turned      yaw") && table.output.contains("explained"), "\(table.output)")
    }

    @Test func badInputIsRefusedInOneLine() throws {
        let sound = try pulses("a.wav", azimuth: 0, gains: [0, 0, 0, 0])
        let out = temporary.file("out.toml")
        let cases: [([String], Int32, String)] = [
            (["--array", "open-tetrahedron"], 64, "expected either --at with known directions or --moving, found neither"),
            (["--array", "open-tetrahedron", "--at", "0,0"], 64, "--at: expected AZIMUTH,ELEVATION=RECORDING in degrees, found \"0,0\""),
            (["--array", "open-tetrahedron", "--at", "0,0=\(sound)", "--channels", "0,0,1,2"], 64, "--channels: expected 3 to 8 d"),
            (["--array", "open-tetrahedron", "--at", "0,0=\(sound)"], 65, "add sounds from other sides"),
            (["--array", "open-tetrahedron", "--at", "0,0=none.wav"], 66, "none.wav"),
            (["--array", "nowhere.toml", "--at", "0,0=\(sound)"], 78, "nowhere.toml"),
            (["--array", "open-tetrahedron", "--moving", sound], 65, "record a minute"),
        ]
        for (options, status, message) in cases {
            let result = try BearingProcess.run(["calibrate", "--out", out] + options)
            #expect(result.status == status && result.error.contains(message), "\(options): \(result.status), \(result.error)")
            #expect(!FileManager.default.fileExists(atPath: out))
        }
        let unwritable = try BearingProcess.run(
            ["calibrate", "--array", "open-tetrahedron", "--at", "0,0=\(sound)", "--out", "\(temporary.path)/no/out.toml"])
        #expect(unwritable.status == 74, "\(unwritable.error)")
    }
}
