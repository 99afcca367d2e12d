import Audio
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

    /// One source for two seconds, and a system with an error of 5 degrees.
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
            #expect(lines[4].prefix(6) == ["95", "%", "from", "-", "0.0", "-"], "without b, nothing is found")
            let json = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--json")
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            let pooled = try #require(object?["pooled"] as? [String: [String: Any]])
            #expect(pooled["clear"]?["mota"] as? Double == 50)
            #expect((object?["recordings"] as? [[String: Any]])?.map { $0["name"] as? String } == ["a", "b"])
        }
    }

    @Test func azimuthsAreScoredAlone() throws {
        let above = (0..<20).map { "\($0),0,7,15,60\n" }.joined()
        try withFiles(["r/a.csv": reference, "t/a.csv": above]) {
            let whole = try BearingProcess.run("score", "\($0)/r", "\($0)/t")
            #expect(whole.output.split(separator: "\n")[1].contains("|  -100.0"), "\(whole.output)")
            let table = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--azimuth")
            let lines = table.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines[0].prefix(3) == ["by", "azimuth", "LE"] && lines[1].prefix(3) == ["1", "recording", "5.0"])
            #expect(lines[1].drop { $0 != "|" }.prefix(3) == ["|", "100.0", "5.0"])
            let json = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--azimuth", "--json")
            #expect(json.output.hasPrefix(#"{"angle":"azimuth","pooled""#), "\(json.output.prefix(60))")
        }
    }

    @Test func aBaselineIsCompared() throws {
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

    /// Runs `score` and returns its names and, of all recordings, blocks.
    private func scored(_ arguments: String...) throws -> (names: [String], blocks: Int, error: String) {
        let result = try BearingProcess.run(["score"] + arguments + ["--json"])
        try #require(result.status == 0, "\(result.error)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let pooled = try #require(object?["pooled"] as? [String: [String: Any]])
        let names = (object?["recordings"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        return (names ?? [], pooled["paper"]?["blocks"] as? Int ?? 0, result.error)
    }

    @Test func referencesWithoutTracksAreNamedAndNotScored() throws {
        let (first, second, third) = ("fold1_room1_mix001", "fold1_room1_mix002", "fold2_room1_mix001_ov1")
        var files = Dictionary(uniqueKeysWithValues: [first, second, third].map { ("m/dev-test/\($0).csv", reference) })
        files["t/\(third).csv"] = prediction
        files["t/\(first).csv"] = prediction
        files["one/\(third).csv"] = prediction
        try withFiles(files) { folder in
            let all = try scored("\(folder)/m", "\(folder)/t")
            #expect(all.names == [first, third])
            #expect(
                all.error == "bearing: \(folder)/t: no tracks of 1 of 3 references, which are not scored: \(second); "
                    + "an empty file means silence\n")
            let fold = try scored("\(folder)/m", "\(folder)/t", "--folds", "2-6")
            #expect(fold.names == [third] && fold.error == "", "tracks of other folds are ignored")
            for (arguments, said) in [
                (["\(folder)/m", "\(folder)/t", "--folds", "1"], "\(folder)/t/\(second).csv: expected a csv of this name"),
                (["\(folder)/m", "\(folder)/t", "--folds", "5"], "\(folder)/m: expected csv files of fold 5, found those of fold 1-2"),
                (["\(folder)/m", "\(folder)/t", "--baseline", "\(folder)/one"], "\(folder)/one/\(first).csv: expected a csv of this name"),
            ] {
                let result = try BearingProcess.run(["score"] + arguments)
                #expect(result.status == 66 && result.error.contains(said), "\(result.error)")
            }
            #expect(try BearingProcess.run("score", "\(folder)/m", "\(folder)/t", "--folds", "3-1").status == 64)
            #expect(try scored("\(folder)/m", "\(folder)/t", "--baseline", "\(folder)/t").names.count == 2)
        }
    }

    @Test func filesMayLieInSubfoldersWithASuffixInCapitals() throws {
        try withFiles([
            "m/dev-train-sony/a.CSV": reference, "m/dev-test-tau/b.csv": reference, "t/a.csv": prediction, "t/x/b.csv": prediction,
        ]) {
            let found = try scored("\($0)/m", "\($0)/t")
            #expect(found.names == ["a", "b"])
        }
        try withFiles(["m/x/a.csv": reference, "m/y/a.csv": reference, "t/a.csv": prediction]) {
            let result = try BearingProcess.run("score", "\($0)/m", "\($0)/t")
            #expect(result.status == 65 && result.error.contains("expected one csv named a, found x/a.csv and y/a.csv"))
        }
    }

    @Test func azimuthsOfReferencesAreWrappedThoseOfTracksRefused() throws {
        let beyond = (0..<20).map { "\($0),3,0,350,0,180\n" }.joined()
        let within = (0..<20).map { "\($0),3,0,-10,0\n" }.joined()
        try withFiles(["r/a.csv": beyond, "t/a.csv": within]) {
            let right = try BearingProcess.run("score", "\($0)/r", "\($0)/t", "--json")
            #expect(right.status == 0 && right.output.contains("\"localization_error_degrees\":0.0"), "\(right.output)")
            #expect(right.error == "bearing: \($0)/r/a.csv:1: 20 azimuths above 180 degrees are reduced by 360\n")
            let wrong = try BearingProcess.run("score", "\($0)/t", "\($0)/r")
            #expect(wrong.status == 65 && wrong.error.contains("r/a.csv:1: expected azimuth in -180...180 degrees, found 350"))
        }
    }

    @Test func durationsAreThoseOfTheAudio() throws {
        try withFiles([
            "d/metadata_dev/x/a.csv": reference, "d/metadata_dev/x/b.csv": reference, "t/a.csv": prediction, "t/b.csv": prediction,
        ]) {
            #expect(try scored("\($0)/d/metadata_dev", "\($0)/t").blocks == 40)
            for (name, frames, rate) in [("a", 24_000 * 6 + 2399, 24_000), ("b", 48_000 / 2, 48_000)] {
                try FileManager.default.createDirectory(atPath: "\($0)/d/foa_dev/x", withIntermediateDirectories: true)
                let writer = try AudioFileWriter(path: "\($0)/d/foa_dev/x/\(name).wav", encoding: .wave16, sampleRate: rate, channels: 4)
                try writer.write([Float](repeating: 0.1, count: frames * 4).span)
                try writer.close()
            }
            // 60 of a; of b 5 in the audio, and tracks up to 20.
            for references in ["\($0)/d/metadata_dev", "\($0)/d/metadata_dev/x"] {
                let found = try scored(references, "\($0)/t")
                #expect(found.blocks == 80)
                #expect(found.error.contains("b.csv: labels up to frame 19, but the recording ends after 5; later ones are ignored"))
            }
            try FileManager.default.moveItem(atPath: "\($0)/d/foa_dev", toPath: "\($0)/audio")
            #expect(try scored("\($0)/d/metadata_dev", "\($0)/t").blocks == 40)
            #expect(try scored("\($0)/d/metadata_dev", "\($0)/t", "--audio", "\($0)/audio").blocks == 80)
            try FileManager.default.removeItem(atPath: "\($0)/audio/x/b.wav")
            let found = try scored("\($0)/d/metadata_dev", "\($0)/t", "--audio", "\($0)/audio")
            #expect(found.blocks == 80 && found.error.contains("no readable audio of 1 recordings, such as b"))
            #expect(try BearingProcess.run("score", "\($0)/d/metadata_dev", "\($0)/t", "--audio", "\($0)/no").status == 66)
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
                ("more", "b", 66, "b: expected a folder"), ("r", "bad", 65, "bad/a.csv:2: expected azimuth"),
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
