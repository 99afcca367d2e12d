import Foundation
import Testing

@Suite struct ScoreCommandTests {
    /// Writes files by their paths in a new folder, calls `body` with it and removes it.
    private func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "bearing-score-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files {
            let path = URL(fileURLWithPath: "\(folder)/\(name)")
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: path)
        }
        try body(folder)
    }

    /// One source for two seconds, and a system that hears it 5 degrees beside.
    private let reference = (0..<20).map { "\($0),3,0,10,0\n" }.joined()
    private let prediction = (0..<20).map { "\($0),0,7,15,0\n" }.joined()

    @Test func bothSetsAreReported() throws {
        try withFiles(["r/b.csv": reference, "t/b.csv": prediction, "r/a.csv": reference, "t/a.csv": "", "r/notes.txt": ""]) {
            let table = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--per-recording")
            #expect(table.status == 0 && table.error == "")
            let lines = table.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines.count == 4)
            #expect(lines[1] == ["a", "-", "0.0", "-", "0.0", "0.0", "0.0", "|", "0.0", "-", "0.0", "0.0", "0", "0", "-"])
            #expect(
                lines[2] == [
                    "b", "5.0", "100.0", "100.0", "100.0", "95.0", "30.0", "|", "100.0", "5.0", "100.0", "89.5", "0",
                    "0", "0",
                ])
            #expect(lines[3].prefix(4) == ["2", "recordings", "5.0", "50.0"])
            let json = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--json")
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            let pooled = try #require(object?["pooled"] as? [String: [String: Any]])
            #expect(pooled["clear"]?["mota"] as? Double == 50)
            #expect((object?["recordings"] as? [[String: Any]])?.map { $0["name"] as? String } == ["a", "b"])
        }
    }

    @Test func badInputIsNamed() throws {
        let files = [
            "r/a.csv": reference, "t/a.csv": prediction, "more/a.csv": prediction, "more/b.csv": "",
            "bad/a.csv": "0,0,0,0,0\n1,0,0,zero,0\n", "none/readme": "",
        ]
        try withFiles(files) { folder in
            let cases: [(String, String, Int32, String)] = [
                ("nowhere", "t", 66, "nowhere: expected a folder"), ("r", "nowhere", 66, "nowhere: expected a folder"),
                ("r", "none", 66, "none: expected csv files"), ("r", "more", 66, "r/b.csv: expected a csv"),
                ("more", "t", 66, "t/b.csv: expected a csv"), ("r", "bad", 65, "bad/a.csv:2: expected azimuth"),
                ("bad", "t", 65, "bad/a.csv:2: expected azimuth"),
            ]
            for (references, tracks, status, message) in cases {
                let result = try BearingProcess.run("score", "\(folder)/\(references)", "\(folder)/\(tracks)")
                #expect(result.status == status, "\(references) \(tracks)")
                #expect(result.error.hasPrefix("bearing: \(folder)/\(message)"), "\(result.error)")
                #expect(result.error.filter { $0 == "\n" }.count == 1 && result.output == "")
            }
            #expect(try BearingProcess.run("score", "\(folder)/r").status == 64)
        }
    }
}
