import Foundation
import Platform
import TestSupport
import Testing

/// What several processes make of their shards is what one process makes of the whole, byte for byte.
@Suite(.timeLimit(.hang))
struct ShardTests {
    private let folder: BadInputFolder

    init() throws { folder = try BadInputFolder() }

    private func run(_ command: String) throws -> BearingProcess.Result {
        try BearingProcess.run(command.replacing("@", with: folder.path).split(separator: " ").map(String.init))
    }

    /// All files below a folder, by their paths in it.
    private func contents(_ name: String) throws -> [String: Data] {
        let root = "\(folder.path)/\(name)"
        var contents: [String: Data] = [:]
        for file in try FileManager.default.subpathsOfDirectory(atPath: root) {
            if let data = FileManager.default.contents(atPath: "\(root)/\(file)") { contents[file] = data }
        }
        return contents
    }

    @Test func shardsAreDisjointAndComplete() throws {
        for count in 1...7 {
            let shards = try (1...count).map { try #require(Shard("\($0)/\(count)")) }
            for index in 0..<20 { #expect(shards.count { $0.contains(index) } == 1) }
            #expect(shards.flatMap { Array($0.indices(of: 20)) }.sorted() == Array(0..<20))
        }
        for wrong in ["0/3", "4/3", "1", "1/0", "-1/3", "1/3/5", "/3", "+1/2", "1/99999999999999999999", " 1/2"] {
            #expect(Shard(wrong) == nil)
        }
    }

    @Test func synthesisedShardsAreTheWhole() throws {
        let options = "synth --background-only --duration 2 --recordings 5 --fold 2-3 --threads 1"
        #expect(try run("\(options) --out @/whole").status == 0)
        // At the same time, in one folder.
        let processes = try (1...3).map { number in
            try BearingProcess.start(
                "\(options) --out \(folder.path)/shards --shard \(number)/3".split(separator: " ").map(String.init),
                output: FileHandle.nullDevice, error: Pipe())
        }
        for process in processes {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let (whole, shards) = (try contents("whole"), try contents("shards"))
        #expect(whole.count == 11 && shards == whole)
        // A shard is filled once, and only with the settings of the others.
        let again = try run("\(options) --out @/shards --shard 2/3")
        #expect(again.status == 74 && again.error.contains("expected no recordings of fold"), "\(again.error)")
        #expect(try run("\(options) --out @/shards --shard 2/3 --resume").status == 0)
        let other = try run("\(options) --out @/shards --seed 9 --recordings 8 --shard 8/8")
        #expect(other.status == 78 && other.error.contains("seed: 1 there, 9 now"), "\(other.error)")
    }

    @Test func localizedShardsAreTheWhole() throws {
        let good = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/good.wav"))
        for index in 0..<5 { try good.write(to: URL(fileURLWithPath: "\(folder.path)/\(index).wav")) }
        let options = "localize @/0.wav @/1.wav @/2.wav @/3.wav @/4.wav --model @/good.safetensors"
        #expect(try run("\(options) --out @/whole").status == 0)
        for number in 1...6 { #expect(try run("\(options) --out @/shards --shard \(number)/6").status == 0) }
        let (whole, shards) = (try contents("whole"), try contents("shards"))
        #expect(whole.count == 5 && shards == whole)
        let wrong = try run("\(options) --out @/shards --shard 7/6")
        #expect(wrong.status == 64 && wrong.error.contains("--shard: expected I/N with 1 <= I <= N"), "\(wrong.error)")
    }

    /// Recordings with and without faults.
    private func makeDataset() throws {
        for part in ["foa_eval", "metadata_eval"] {
            try FileManager.default.createDirectory(atPath: "\(folder.path)/set/\(part)", withIntermediateDirectories: true)
        }
        for index in 1...7 {
            let name = "mix00\(index)"
            try FileManager.default.copyItem(atPath: "\(folder.path)/good.wav", toPath: "\(folder.path)/set/foa_eval/\(name).wav")
            guard index != 4 else { continue }
            try "0,0,0,\(10 * index),0\n1,0,0,10,0\n".write(
                toFile: "\(folder.path)/set/metadata_eval/\(name).csv", atomically: true, encoding: .utf8)
        }
        try "garbage".write(toFile: "\(folder.path)/set/metadata_eval/mix003.csv", atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(atPath: "\(folder.path)/set/foa_eval/mix006.wav")
        try "garbage".write(toFile: "\(folder.path)/set/foa_eval/mix006.wav", atomically: true, encoding: .utf8)
    }

    @Test func theReportOfAllShardsIsThatOfOneProcess() throws {
        try makeDataset()
        let options = "evaluate --model @/good.safetensors --dataset @/set --set evaluation"
        for format in ["--json", "--per-recording"] {
            let whole = try run("\(options) \(format) --out @/tracks")
            #expect(whole.status == 65 && whole.output.contains("mix007"), "\(whole.error)")
            for number in [2, 3, 1] {
                let shard = try run("\(options) --shard \(number)/3 --parts @/parts --out @/shards")
                #expect(shard.status == (number == 3 ? 65 : 0), "\(shard.error)")
            }
            let sum = try run("evaluate --parts @/parts \(format)")
            #expect(sum.output == whole.output && sum.status == whole.status)
            #expect(Set(sum.error.split(separator: "\n")) == Set(whole.error.split(separator: "\n")), "\(sum.error) for \(whole.error)")
        }
        let (tracks, ofShards) = (try contents("tracks"), try contents("shards"))
        #expect(ofShards == tracks)
        try refusals(options)
    }

    private func refusals(_ options: String) throws {
        let files = FileManager.default
        #expect(try run("\(options) --shard 2/3 --parts @/parts --all-outputs").status == 0)
        let other = try run("evaluate --parts @/parts")
        #expect(other.status == 65 && other.error.contains("all-outputs: false there, true now"), "\(other.error)")
        try files.removeItem(atPath: "\(folder.path)/parts/shard-2-of-3.json")
        let missing = try run("evaluate --parts @/parts")
        #expect(missing.status == 66 && missing.error.contains("run --shard 2/3 too"), "\(missing.error)")
        try "{}".write(toFile: "\(folder.path)/parts/shard-2-of-3.json", atomically: true, encoding: .utf8)
        #expect(try run("evaluate --parts @/parts").status == 65)
        #expect(try run("evaluate --parts @/none").status == 66)
        for usage in ["evaluate --parts @/parts --dataset @/set", "\(options) --shard 1/3", "evaluate --dataset @/set"] {
            #expect(try run(usage).status == 64, "\(usage)")
        }
    }
}
