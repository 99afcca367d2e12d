import Foundation
import Testing

/// Headers of recordings in the messages of `localize`, `check` and `run`.
@Suite struct FileHeaderTests {
    private let folder: BadInputFolder

    init() throws { folder = try BadInputFolder() }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// The good recording with other bytes in its header.
    private func forge(_ name: String, _ change: (inout Data) -> Void) throws -> String {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path("good.wav")))
        change(&bytes)
        try bytes.write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    private func localize(_ file: String, _ more: String...) throws -> BearingProcess.Result {
        try BearingProcess.run(["localize", file, "--model", path("good.safetensors"), "--output", "jsonl"] + more)
    }

    /// Furse-Malham by its sub-format, in a header of 68 bytes.
    private func furseMalham() throws -> String {
        try forge("scene.amb") { bytes in
            let tail: [UInt8] = [22, 0, 16, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x21, 7, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0]
            (bytes[16], bytes[20], bytes[21]) = (40, 0xFE, 0xFF)
            bytes.insert(contentsOf: tail, at: 36)
        }
    }

    @Test func allFramesAreUsedAndBothLengthsAreReported() throws {
        let whole = try localize(path("good.wav"))
        #expect(whole.status == 0 && whole.error == "" && whole.output.split(separator: "\n").count == 2)
        for (declared, frames) in [([0, 0, 0, 0], 0), ([0x80, 0x3E, 0, 0], 2000)] as [([UInt8], Int)] {
            let file = try forge("behind.wav") { $0.replaceSubrange(40..<44, with: declared) }
            let found = try localize(file)
            #expect(found.status == 0 && found.output == whole.output)
            #expect(
                found.error == "bearing: \(file): expected \(frames) frames as its header says, found 6000: all of them are used; save it "
                    + "again to correct the header\n")
        }
        let stream = try forge("stream.wav") { $0.replaceSubrange(40..<44, with: [0xFF, 0xFF, 0xFF, 0xFF]) }
        let found = try localize(stream)
        #expect(found.status == 0 && found.output == whole.output && found.error == "")
    }

    @Test func theDaemonLogsTheWarning() throws {
        let file = try forge("behind.wav") { $0.replaceSubrange(40..<44, with: [0x80, 0x3E, 0, 0]) }
        try Data("[input]\nloop = false\n".utf8).write(to: URL(fileURLWithPath: path("once.toml")))
        let result = try BearingProcess.run(
            "run", "--config", path("once.toml"), "--source", "file:\(file)", "--socket", path("socket"), "--model",
            path("good.safetensors"))
        let lines = result.error.split(separator: "\n").filter { $0.contains("expected 2000 frames as its header says, found 6000") }
        #expect(lines.count == 1 && lines[0].contains("warning"), "\(result.error)")
    }

    @Test func declaredAmbisonicsIsThatOfTheOption() throws {
        let file = try furseMalham()
        let declared = try localize(file)
        #expect(declared.status == 0 && declared.error == "")
        let configured = try localize(path("good.wav"), "--ambisonics", "fuma")
        #expect(declared.output == configured.output)
        #expect(try declared.output != localize(path("good.wav")).output)
        let same = try localize(file, "--ambisonics", "fuma")
        #expect(same.output == configured.output && same.error == "")
        let other = try localize(file, "--ambisonics", "ambix")
        #expect(try other.output == localize(path("good.wav")).output)
        #expect(
            other.error == "bearing: \(file): expected AmbiX (ambix) as configured, found Furse-Malham (fuma) in its header: read as "
                + "configured\n")
    }

    @Test func checkReportsTheDeclaredConvention() throws {
        let file = try furseMalham()
        let result = try BearingProcess.run(
            "check", "--source", "file:\(file)", "--socket", path("socket"), "--model", path("good.safetensors"))
        #expect(result.output.contains("source      file:\(file): opens; read as Furse-Malham (fuma), which its header declares"))
    }
}
