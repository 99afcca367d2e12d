import Foundation
import Testing

/// One bad input of several: the others are done, each fault is told, and the exit code is that of the first.
@Suite(.timeLimit(.minutes(5)))
struct BatchTests {
    private let folder: BadInputFolder

    init() throws { folder = try BadInputFolder() }

    private func run(_ command: String) throws -> BearingProcess.Result {
        try BearingProcess.run(command.replacing("@", with: folder.path).split(separator: " ").map(String.init))
    }

    private func files(_ name: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(name)")) ?? []).sorted()
    }

    private func copy(_ name: String, to other: String) throws {
        try FileManager.default.copyItem(atPath: "\(folder.path)/\(name)", toPath: "\(folder.path)/\(other)")
    }

    @Test func recordingsAreLocalizedBesideBadOnes() throws {
        try copy("good.wav", to: "last.wav")
        let result = try run("localize @/good.wav @/none.wav @/corrupt.wav @/last.wav --model @/good.safetensors --out @/out")
        #expect(result.status == 66, "the first fault's")
        #expect(files("out") == ["good.csv", "last.csv"])
        let lines = result.error.split(separator: "\n")
        #expect(lines.count == 3, "\(result.error)")
        #expect(lines.first?.contains("none.wav: ") == true && lines.dropFirst().first?.contains("corrupt.wav: ") == true)
        #expect(lines.last == "bearing: 2 of 4 recordings done, 2 not")
    }

    @Test func piecesOfOneRecordingAreNoBatch() throws {
        let result = try run("localize --joined @/good.wav @/none.wav --model @/good.safetensors --out @/out")
        #expect(result.status == 66 && files("out") == [] && result.error.split(separator: "\n").count == 1)
    }

    /// What cannot be written for one cannot be written for the next.
    @Test func aFolderThatCannotBeWrittenEndsIt() throws {
        try copy("good.wav", to: "last.wav")
        for name in ["good", "last"] {
            try FileManager.default.createDirectory(atPath: "\(folder.path)/out/\(name).csv/x", withIntermediateDirectories: true)
        }
        let result = try run("localize @/good.wav @/last.wav --model @/good.safetensors --out @/out")
        #expect(result.status == 74 && result.error.split(separator: "\n").count == 1, "\(result.error)")
    }
}
