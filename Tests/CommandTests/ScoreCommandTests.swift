import Foundation
import TestSupport
import Testing

@Suite struct ScoreCommandTests {
    /// Writes files by their paths in a new folder, calls `body` with it and removes it.
    private func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
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
            #expect(lines.count == 6)
            #expect(lines[1] == ["a", "-", "0.0", "-", "0.0", "0.0", "0.0", "|", "0.0", "-", "0.0", "0.0", "0.0", "0.0", "-"])
            #expect(
                lines[2] == [
                    "b", "5.0", "100.0", "100.0", "100.0", "95.0", "30.0", "|", "100.0", "5.0", "100.0", "89.5", "0.0",
                    "0.0", "0",
                ])
            #expect(lines[3].prefix(4) == ["2", "recordings", "5.0", "50.0"])
            #expect(lines[4].prefix(6) == ["95", "%", "from", "-", "-585.3", "-"], "without b, nothing is found")
            let json = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--json")
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            let pooled = try #require(object?["pooled"] as? [String: [String: Any]])
            #expect(pooled["clear"]?["mota"] as? Double == 50)
            #expect((object?["recordings"] as? [[String: Any]])?.map { $0["name"] as? String } == ["a", "b"])
        }
    }

    @Test func aBaselineIsSubtracted() throws {
        var files: [String: String] = [:]
        for (name, missed) in [("a", 2), ("b", 4), ("c", 3)] {
            files["r/\(name).csv"] = reference
            files["t/\(name).csv"] = prediction
            files["late/\(name).csv"] = (missed..<20).map { "\($0),0,7,15,0\n" }.joined()
        }
        try withFiles(files) {
            let table = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--baseline", "\($0)/late")
            #expect(table.status == 0 && table.error == "")
            let lines = table.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines[7].prefix(3) == ["difference", "0.0", "+15.0"])
            #expect(lines[8].prefix(5) == ["95", "%", "from", "0.0", "+2.6"] && lines[9][4] == "+27.4")
            #expect(lines[10].prefix(4) == ["contains", "0", "yes", "no"])
            let json = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--baseline", "\($0)/late", "--json")
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            let difference = try #require(object?["difference"] as? [String: [String: [String: Any]]])
            #expect(difference["clear"]?["onset_latency_ms"]?["estimate"] as? Double == -300)
            #expect(difference["clear"]?["onset_latency_ms"]?["contains_zero"] as? Bool == false)
            let missing = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--baseline", "\($0)/nowhere")
            #expect(missing.status == 66 && missing.error.hasPrefix("bearing: \($0)/nowhere: expected a folder"))
        }
    }

    @Test func switchesOfFilesAddUp() throws {
        // The same ids in every file, each exchanged once within; the last id of one file is the first of the next.
        func tracks(_ first: Int, _ second: Int) -> String {
            (0..<20).map { "\($0),0,\($0 < 10 ? first : second),10,0\n" }.joined()
        }
        try withFiles(["r/a.csv": reference, "r/b.csv": reference, "t/a.csv": tracks(1, 2), "t/b.csv": tracks(2, 1)]) {
            let json = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--json")
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            let recordings = try #require(object?["recordings"] as? [[String: Any]])
            let switches = recordings.compactMap { ($0["clear"] as? [String: Any])?["switches"] as? Int }
            let pooled = try #require(object?["pooled"] as? [String: [String: Any]])
            #expect(switches == [1, 1] && pooled["clear"]?["switches"] as? Int == 2)
            #expect(pooled["paper"]?["switches"] as? Int == 4 && pooled["clear"]?["idf1"] as? Double == 50)
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
