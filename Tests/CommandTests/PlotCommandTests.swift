import Foundation
import Testing

@Suite struct PlotCommandTests {
    @Test func aPictureOrOneLineOfWhatIsWrong() throws {
        let folder = NSTemporaryDirectory() + "bearing-plot-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
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
}
