import Foundation
import TestSupport
import Testing
import Training

@testable import Training

@Suite final class TrainingLogTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("log.jsonl") }

    private func line(_ epoch: Int, _ loss: Int = 0) -> String { "{\"epoch\":\(epoch),\"loss\":\(loss)}\n" }

    /// Logs of killed runs, and the part that is kept if the checkpoint has two epochs.
    @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7])
    func onlyWholeLinesOfKnownEpochsAreKept(index: Int) throws {
        let two = line(1) + line(2)
        let cases: [(found: String, kept: String)] = [
            (two, two), (two + line(3), two), (two + line(3) + line(4), two), (two + "{\"epoch\":3,\"lo", two),
            (two + "{\"epoch\":3,\"lo\n", two), (two + line(3).dropLast(), two),
            (line(1) + line(2) + line(2, 7) + line(0) + "\n[]\n", two), ("", ""),
        ]
        try cases[index].found.write(toFile: path, atomically: true, encoding: .utf8)
        try TrainingLog(path: path).keep(epochs: 2)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == cases[index].kept)
    }

    @Test func aLogWithoutACheckpointIsEmptied() throws {
        try (line(1) + line(2)).write(toFile: path, atomically: true, encoding: .utf8)
        try TrainingLog(path: path).keep(epochs: 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "")
    }

    @Test func aMissingLogIsNotAnError() throws {
        try TrainingLog(path: path).keep(epochs: 2)
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
