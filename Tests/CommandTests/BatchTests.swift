import Foundation
import TestSupport
import Testing

/// With one bad input of several, the others are processed, each fault is reported, and the exit code is that of the first.
@Suite(.timeLimit(.hang))
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

    @Test func recordingsAreLocalizedDespiteBadOnes() throws {
        try copy("good.wav", to: "last.wav")
        let result = try run("localize @/good.wav @/none.wav @/corrupt.wav @/last.wav --model @/good.safetensors --out @/out")
        #expect(result.status == 66, "the first fault's")
        #expect(files("out") == ["good.csv", "last.csv"])
        let lines = result.error.split(separator: "\n")
        #expect(lines.count == 3, "\(result.error)")
        #expect(lines.first?.contains("none.wav: ") == true && lines.dropFirst().first?.contains("corrupt.wav: ") == true)
        #expect(lines.last == "bearing: 2 of 4 recordings done, 2 failed")
    }

    @Test func oneBadPieceFailsAJoinedRecording() throws {
        let result = try run("localize --joined @/good.wav @/none.wav --model @/good.safetensors --out @/out")
        #expect(result.status == 66 && files("out") == [] && result.error.split(separator: "\n").count == 1)
    }

    private func dataset(_ names: [String]) throws {
        for part in ["foa_dev", "metadata_dev"] {
            try FileManager.default.createDirectory(atPath: "\(folder.path)/set/\(part)", withIntermediateDirectories: true)
        }
        for name in names {
            try copy("good.wav", to: "set/foa_dev/\(name).wav")
            try "0,0,0,10,0\n1,0,0,10,0\n".write(toFile: "\(folder.path)/set/metadata_dev/\(name).csv", atomically: true, encoding: .utf8)
        }
    }

    private func spoil(_ name: String) throws {
        try "garbage".write(toFile: "\(folder.path)/set/\(name)", atomically: true, encoding: .utf8)
    }

    @Test func evaluateContinuesAfterABadRecording() throws {
        try dataset((1...3).map { "fold1_room1_mix00\($0)_ov1" })
        try spoil("foa_dev/fold1_room1_mix001_ov1.wav")
        try spoil("metadata_dev/fold1_room1_mix002_ov1.csv")
        let result = try run("evaluate --model @/good.safetensors --dataset @/set --json --out @/tracks")
        #expect(result.status == 65 && result.output.contains("mix003") && !result.output.contains("mix001"), "\(result.output)")
        #expect(files("tracks") == ["fold1_room1_mix003_ov1.csv"])
        let lines = result.error.split(separator: "\n")
        #expect(lines.count == 3 && lines.last == "bearing: 1 of 3 recordings done, 2 failed", "\(result.error)")
        // None left: no figures.
        try spoil("metadata_dev/fold1_room1_mix003_ov1.csv")
        let none = try run("evaluate --model @/good.safetensors --dataset @/set --json")
        #expect(none.status == 65 && none.output == "" && none.error.contains("0 of 3 recordings done, 3 failed"), "\(none.error)")
    }

    @Test func scoreContinuesAfterABadRecording() throws {
        try dataset((1...4).map { "fold1_room1_mix00\($0)_ov1" })
        for name in ["tracks", "others"] { try copy("set/metadata_dev", to: name) }
        try spoil("../tracks/fold1_room1_mix001_ov1.csv")
        try spoil("metadata_dev/fold1_room1_mix002_ov1.csv")
        try spoil("../others/fold1_room1_mix003_ov1.csv")
        let result = try run("score @/set/metadata_dev @/tracks --baseline @/others --json")
        #expect(result.status == 65 && result.output.contains("mix004"))
        for name in ["mix001", "mix002", "mix003"] {
            #expect(!result.output.contains(name), "no system has more recordings than the other")
        }
        let lines = result.error.split(separator: "\n")
        #expect(lines.count == 4 && lines.last == "bearing: 1 of 4 recordings done, 3 failed", "\(result.error)")
        for name in ["mix003", "mix004"] { try spoil("metadata_dev/fold1_room1_\(name)_ov1.csv") }
        let none = try run("score @/set/metadata_dev @/tracks")
        #expect(none.status == 65 && none.output == "")
    }

    @Test func augmentContinuesAfterABadRecording() throws {
        try dataset(["mix001_ov1", "mix002_ov1", "mix003_ov1", "mix004_ov2"].map { "fold3_room1_\($0)" })
        try spoil("foa_dev/fold3_room1_mix002_ov1.wav")
        let result = try run("augment --dataset @/set --folds 3 --times 3 --out @/mixed")
        #expect(result.status == 65, "\(result.error)")
        #expect(files("mixed/foa_dev").count == 1 && files("mixed/metadata_dev").count == 1)
        let lines = result.error.split(separator: "\n")
        #expect(
            lines.count == 2 && lines.first?.contains("fold3_room1_mix002_ov1.wav: ") == true, "one line for one bad file: \(result.error)")
        #expect(lines.last == "bearing: 1 of 3 mixtures done, 2 failed")
    }

    @Test func everyBadRecordingOfAKnownDirectionIsNamed() throws {
        let result = try run(
            "check --model @/good.safetensors --socket @/s --from 0,0=@/none.wav --from 90,0=@/corrupt.wav --from 0,90=@/good.wav")
        #expect(result.status == 66, "\(result.error)")
        for name in ["none.wav: ", "corrupt.wav: ", "good.wav: "] { #expect(result.error.contains(name), "\(result.error)") }
    }

    /// Output that cannot be written for one input cannot be written for the next.
    @Test func anUnwritableFolderEndsTheBatch() throws {
        try copy("good.wav", to: "last.wav")
        for name in ["good", "last"] {
            try FileManager.default.createDirectory(atPath: "\(folder.path)/out/\(name).csv/x", withIntermediateDirectories: true)
        }
        let result = try run("localize @/good.wav @/last.wav --model @/good.safetensors --out @/out")
        #expect(result.status == 74 && result.error.split(separator: "\n").count == 1, "\(result.error)")
    }
}
