import Foundation
import TestSupport
import Testing

@testable import bearing

@Suite struct PlotCommandTests {
    @Test func theResultIsAPlotOrOneErrorLine() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        let files = [
            "r.csv": (0..<20).map { "\($0),3,0,10,0\n" }.joined(),
            "t.csv": (5..<20).map { "\($0),0,7,15,0\n" }.joined(),
            "t.jsonl": "{\"frame\":0,\"tracks\":[]}\n"
                + "{\"frame\":1,\"tracks\":[{\"id\":7,\"azimuth\":-3.25,\"elevation\":4,\"activity\":0.9,\"age\":0.1}]}\n",
            "bad.csv": "0,0,0,181,0\n", "cut.jsonl": "{\"frame\":0,\"tracks\":[]}\n{\"frame\":1,\"tra",
        ]
        for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
        let picture = "\(folder)/p.svg"
        for (tracks, hasActivity) in [("t.csv", false), ("t.jsonl", true)] {
            let result = try BearingProcess.run(
                "plot", "--reference", "\(folder)/r.csv", "--tracks", "\(folder)/\(tracks)", "--out", picture)
            #expect(result.status == 0 && result.error == "" && result.output == "")
            let svg = try String(contentsOfFile: picture, encoding: .utf8)
            #expect(svg.contains("data-id=\"7\"") && svg.contains("<title>t</title>"))
            #expect(svg.contains(">Activity<") == hasActivity)
            try FileManager.default.removeItem(atPath: picture)
        }
        let cases: [(String, String, Int32, String)] = [
            ("none.csv", picture, 66, "none.csv: expected a file"), ("bad.csv", picture, 65, "bad.csv:1: expected azimuth"),
            ("cut.jsonl", picture, 65, "cut.jsonl:2: expected a line"),
            ("t.csv", "\(folder)/no/p.svg", 74, "no/p.svg: expected to write there"),
        ]
        for (tracks, out, status, message) in cases {
            let result = try BearingProcess.run("plot", "--tracks", "\(folder)/\(tracks)", "--out", out)
            #expect(result.status == status && result.error.hasPrefix("bearing: \(folder)/\(message)"), "\(result.error)")
            #expect(result.error.filter { $0 == "\n" }.count == 1)
            #expect(!FileManager.default.fileExists(atPath: picture))
        }
        #expect(try BearingProcess.run("plot", "--out", picture).status == 64)
    }

    @Test func elevationsFollowTheTracksOrAreLeftOut() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let tracks = temporary.file("t.jsonl")
        let text = #"{"frame":0,"tracks":[{"id":7,"azimuth":-3.25,"elevation":4,"activity":0.9,"age":0.1}],"elevation":"unsigned"}"#
        try text.write(toFile: tracks, atomically: true, encoding: .utf8)
        func svg(_ options: String...) throws -> String {
            let path = temporary.file("p.svg")
            #expect(try BearingProcess.run(["plot", "--tracks", tracks, "--out", path] + options).status == 0)
            return try String(contentsOfFile: path, encoding: .utf8)
        }
        #expect(try svg().contains("Elevation, up or down"))
        #expect(try !svg("--azimuth").contains("Elevation"))
        #expect(try BearingProcess.run("plot", "--log", tracks, "--azimuth", "--out", temporary.file("p.svg")).status == 64)
    }

    /// Only SVG is drawn, so no file gets the name of another format.
    @Test func otherFormatsAreRefused() throws {
        let folder = try BadInputFolder()
        let tracks = "\(folder.path)/gap/metadata_dev/fold2_room1_mix001_ov1.csv"
        for name in ["p.png", "p.PDF", "p.svg.png", "p.svgz"] {
            let result = try BearingProcess.run("plot", "--tracks", tracks, "--out", "\(folder.path)/\(name)")
            #expect(
                result.status == 64
                    && result.error.contains("--out: expected a name that ends in .svg, the only supported format, found \(name)"))
            #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/\(name)"))
        }
        for name in ["p.SVG", "picture", "a.b.svg"] {
            #expect(try BearingProcess.run("plot", "--tracks", tracks, "--out", "\(folder.path)/\(name)").status == 0)
            #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(name)"))
        }
    }

    @Test func trainingCurvesAreDrawn() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        for run in ["a", "b"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(run)", withIntermediateDirectories: true)
            let lines = (1...3).map { "{\"epoch\":\($0),\"position_loss\":\(1.0 / Double($0)),\"validation.MOTA\":\(20 * $0)}\n" }
            try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: "\(folder)/\(run)/log.jsonl"))
        }
        try Data("{\"epoch\":1}\n{\"epo".utf8).write(to: URL(fileURLWithPath: "\(folder)/cut.jsonl"))
        let picture = "\(folder)/p.svg"
        let (first, second) = ("\(folder)/a/log.jsonl", "\(folder)/b/log.jsonl")
        let result = try BearingProcess.run("plot", "--log", first, "--log", second, "--out", picture, "--title", "Two")
        #expect(result.status == 0 && result.error == "" && result.output == "")
        let svg = try String(contentsOfFile: picture, encoding: .utf8)
        for part in ["<title>Two</title>", "data-name=\"a\"", "data-name=\"b\"", ">Position loss<", ">MOTA<"] {
            #expect(svg.contains(part), "\(part)")
        }
        let cut = try BearingProcess.run("plot", "--log", "\(folder)/cut.jsonl", "--out", picture)
        #expect(cut.status == 65 && cut.error.hasPrefix("bearing: \(folder)/cut.jsonl:2: expected a line of bearing train's"))
        let missing = try BearingProcess.run("plot", "--log", "\(folder)/c/log.jsonl", "--out", picture)
        #expect(missing.status == 66 && missing.error.filter { $0 == "\n" }.count == 1)
        #expect(try BearingProcess.run("plot", "--log", first, "--tracks", first, "--out", picture).status == 64)
        #expect(PlotCommand.runNames([first, second]) == ["a", "b"] && PlotCommand.runNames(["x/a.jsonl"]) == ["a"])
        #expect(PlotCommand.runNames(["x/a/log.jsonl", "y/a/log.jsonl"]) == ["x/a/log.jsonl", "y/a/log.jsonl"])
    }
}
