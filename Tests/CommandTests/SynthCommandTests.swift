import Foundation
import Testing

@Suite struct SynthCommandTests {
    @Test func reverberationIsAskedForInSeconds() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bearing-synth-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        func synth(_ seconds: String, into name: String) throws -> BearingProcess.Result {
            try BearingProcess.run(
                "synth", "--background-only", "--out", folder.appendingPathComponent(name).path, "--recordings", "1",
                "--duration", "2", "--fold", "3", "--rt60", seconds)
        }
        func audio(_ name: String) throws -> Data {
            try Data(contentsOf: folder.appendingPathComponent("\(name)/foa_dev/fold3_room1_mix001_ov1.wav"))
        }
        for wrong in ["1.2-0.5", "0.05-0.5", "0.5-4", "long", "0.5-0.6-0.7", ""] {
            let result = try synth(wrong, into: "wrong")
            #expect(result.status == 64 && result.error.contains("--rt60: expected seconds such as 0.6"), "\(wrong)")
        }
        for (seconds, name) in [("0.2-0.9", "usual"), ("1.5", "church")] {
            #expect(try synth(seconds, into: name).status == 0)
        }
        #expect(try audio("usual") != audio("church"))
    }
}
