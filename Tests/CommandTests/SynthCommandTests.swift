import Foundation
import TestSupport
import Testing

@Suite struct SynthCommandTests {
    /// Links are followed, once each; skipped files are named.
    @Test func linkedSoundsAreFoundAndUnreadableOnesNamed() throws {
        let folder = try BadInputFolder()
        let files = FileManager.default
        try files.createDirectory(atPath: "\(folder.path)/sounds/deep", withIntermediateDirectories: true)
        try files.copyItem(atPath: "\(folder.path)/good.wav", toPath: "\(folder.path)/sounds/deep/a.wav")
        for (path, target) in [
            ("link", "sounds"), ("sounds/deep/again.wav", "a.wav"), ("sounds/loop", ".."), ("sounds/deep/dangling.wav", "nothing"),
        ] {
            try files.createSymbolicLink(atPath: "\(folder.path)/\(path)", withDestinationPath: target)
        }
        for name in ["broken.wav", "._a.wav", "b.m4a", "c.WMA", "notes.txt"] {
            try Data("garbage".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/sounds/\(name)"))
        }
        // The loop leads to the whole folder, whose other recordings are sounds too, so link the folder alone.
        try files.removeItem(atPath: "\(folder.path)/sounds/loop")
        try files.createSymbolicLink(atPath: "\(folder.path)/sounds/loop", withDestinationPath: ".")
        let result = try BearingProcess.run(
            "synth", "--sounds", "\(folder.path)/link", "--out", "\(folder.path)/scenes", "--recordings", "1", "--duration", "2", "--fold",
            "3")
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("from 2 sounds (2 unreadable ones skipped)"), "\(result.output)")
        let lines = result.error.split(separator: "\n")
        #expect(lines.count == 3, "\(result.error)")
        for part in [
            "link/broken.wav: ", "link/deep/dangling.wav: ",
            "2 files of unsupported formats (m4a, wma), such as \(folder.path)/link/b.m4a",
        ] {
            #expect(lines.contains { $0.hasPrefix("bearing: skipped: ") && $0.contains(part) }, "\(part)")
        }
        let none = try BearingProcess.run("synth", "--sounds", "\(folder.path)/gap/metadata_dev", "--out", "\(folder.path)/scenes")
        #expect(none.status == 66)
    }

    @Test func reverberationIsGivenInSeconds() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = URL(fileURLWithPath: temporary.path)
        func synth(_ seconds: String, into name: String) throws -> BearingProcess.Result {
            try BearingProcess.run(
                "synth", "--background-only", "--out", folder.appendingPathComponent(name).path, "--recordings", "6",
                "--duration", "2", "--fold", "3", "--rt60", seconds)
        }
        // Of all recordings, since a background without a machine is the same in every room.
        func audio(_ name: String) throws -> [Data] {
            let folder = folder.appendingPathComponent("\(name)/foa_dev")
            return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).sorted { $0.path < $1.path }
                .map { try Data(contentsOf: $0) }
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
