import Files
import Foundation
import TestSupport
import Testing

/// File names that are not UTF-8, in both Unicode compositions, with leading dashes, control characters, or maximum length.
@Suite(.timeLimit(.hang))
struct NameTests {
    private let folder: BadInputFolder

    init() throws { folder = try BadInputFolder() }

    private func put(_ name: String) throws {
        try WholeFile.write(WholeFile.read("\(folder.path)/good.wav"), to: "\(folder.path)/names/\(name)")
    }

    /// Runs the program by a shell, in the folder of names, whose command is made of bytes.
    private func run(_ command: String, in inner: String = ".") throws -> BearingProcess.Result {
        let script = "cd '\(folder.path)/names/\(inner)' && exec \(BearingProcess.program.path) \(command)"
        try WholeFile.write(script.systemBytes, to: "\(folder.path)/script")
        let (output, error) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["\(folder.path)/script"]
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let written = output.fileHandleForReading.readDataToEndOfFile()
        let said = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return BearingProcess.Result(
            status: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
            error: String(decoding: said, as: UTF8.self))
    }

    private static let names: [[UInt8]] = [
        Array("caf".utf8) + [0xE9], [0x98, 0x5E, 0x89, 0xB9], Array("caf\u{E9}".utf8), Array("cafe\u{301}".utf8), Array("sp ace".utf8),
        Array("new\nline".utf8), Array("\u{1B}[2J".utf8), Array("quote\"s".utf8), Array("\u{301}mark".utf8), Array("\u{10EFE9}".utf8),
        Array("-cash".utf8), Array("-h1".utf8), Array("-".utf8), Array("-1".utf8), Array(repeating: 0x78, count: 250),
    ]

    @Test(arguments: names)
    func recordingsOfAnyNameAreLocalized(_ bytes: [UInt8]) throws {
        try Folder.make("\(folder.path)/names")
        let name = String(systemBytes: bytes)
        try put("\(name).wav")
        let result = try run("localize --model ../good.safetensors --out out '\(name).wav'")
        #expect(result.status == 0, "\(result.error)")
        #expect(try Folder.names(in: "\(folder.path)/names/out") == ["\(name).csv"])
        // A byte for a byte, which equal characters need not be.
        #expect(try Folder.names(in: "\(folder.path)/names/out").first?.systemBytes == bytes + Array(".csv".utf8))
    }

    @Test func aFolderNamedLikeAnArrayIsNotItsFile() throws {
        try Folder.make("\(folder.path)/names/tau-nigens-mic")
        try put("a.wav")
        let result = try run("localize --model ../good.safetensors --format aformat --array tau-nigens-mic a.wav")
        #expect(result.status == 0, "\(result.error)")
    }

    @Test func theFolderMayHaveAnyName() throws {
        let name = String(systemBytes: [0x64, 0xE9])
        try Folder.make("\(folder.path)/names/\(name)")
        try put("\(name)/a.wav")
        try WholeFile.write(WholeFile.read("\(folder.path)/good.safetensors"), to: "\(folder.path)/names/\(name)/m.safetensors")
        try WholeFile.write(Array("[model]\npath = \"m.safetensors\"\n".utf8), to: "\(folder.path)/names/\(name)/c.toml")
        let result = try run("localize --config '\(name)/c.toml' '\(name)/a.wav' --out '\(name)/out'")
        #expect(result.status == 0 && Folder.has("\(folder.path)/names/\(name)/out/a.csv"), "\(result.error)")
        // Relative paths of a configuration in a working directory of that name.
        let inside = try run("localize --config c.toml a.wav --out again", in: name)
        #expect(inside.status == 0 && Folder.has("\(folder.path)/names/\(name)/again/a.csv"), "\(inside.error)")
    }

    @Test func socketsAndFoldersOfRecordingsMayHaveAnyName() throws {
        let name = String(systemBytes: [0x64, 0xE9])
        try Folder.make("\(folder.path)/names/\(name)")
        try put("\(name)/a.wav")
        try WholeFile.write(Array("[input]\nloop = false\n".utf8), to: "\(folder.path)/names/c.toml")
        let result = try run(
            "run --config c.toml --source 'file:\(name)/a.wav' --model ../good.safetensors --socket '\(name)/s' --record '\(name)/r'")
        #expect(result.status == 0 && result.error.contains("d\\xE9/s"), "\(result.error)")
        #expect(try Folder.names(in: "\(folder.path)/names/\(name)/r").contains { $0.hasSuffix(".wav") }, "\(result.error)")
        #expect(
            try Folder.names(in: "\(folder.path)/names").map(\.systemBytes).sorted { $0.count < $1.count } == [
                [0x64, 0xE9], Array("c.toml".utf8),
            ])
    }

    /// Macintoshes write é as two characters, others as one: both are the same name.
    @Test func labelsAndTracksAreFoundByEitherComposition() throws {
        let (one, two) = ("fold1_caf\u{E9}", "fold1_cafe\u{301}")
        for part in ["set/foa_dev", "set/metadata_dev", "tracks"] { try Folder.make("\(folder.path)/names/\(part)") }
        try put("set/foa_dev/\(one).wav")
        let labels = Array("0,0,0,10,0\n1,0,0,10,0\n".utf8)
        try WholeFile.write(labels, to: "\(folder.path)/names/set/metadata_dev/\(two).csv")
        try WholeFile.write(labels, to: "\(folder.path)/names/tracks/\(one).csv")
        #expect(try run("evaluate --model ../good.safetensors --dataset set --json").status == 0)
        let scored = try run("score set/metadata_dev tracks --json")
        #expect(scored.status == 0 && scored.error == "" && scored.output.contains("\"recall\":100"), "\(scored.error)")
        // Both in one folder are two files of one name.
        try WholeFile.write(labels, to: "\(folder.path)/names/tracks/\(two).csv")
        let both = try run("score set/metadata_dev tracks")
        #expect(both.status == 65 && both.error.split(separator: "\n").count == 1, "\(both.error)")
        // Names of other bytes are those of recordings too.
        let latin = "fold1_" + String(systemBytes: [0xE9])
        try put("set/foa_dev/\(latin).wav")
        try WholeFile.write(labels, to: "\(folder.path)/names/set/metadata_dev/\(latin).csv")
        let evaluated = try run("evaluate --model ../good.safetensors --dataset set --out found")
        #expect(evaluated.status == 0 && Folder.has("\(folder.path)/names/found/\(latin).csv"), "\(evaluated.error)")
    }

    @Test func messagesAreOneLineWithoutControlCharacters() throws {
        try Folder.make("\(folder.path)/names")
        let result = try run("localize --model ../good.safetensors '\(String(systemBytes: [0xE9]))\u{1B}[2J\nx.wav'")
        #expect(result.status == 66)
        #expect(result.error == "bearing: \\xE9\\u{1B}[2J\\u{A}x.wav: expected an audio file, found nothing there: check the path\n")
    }

    /// The parser takes the letters of a name for flags: one of them asks for help.
    @Test func helpIsPrintedOnRequest() throws {
        try Folder.make("\(folder.path)/names")
        for words in ["localize -cash.wav", "localize --joined -cash.wav", "-hello", "run -ah", "score -h1 -h2", "localize -1h.wav"] {
            let result = try run(words)
            #expect(
                result.status == 64 && result.output == "" && result.error.contains(": expected an option with two dashes"),
                "\(words)")
        }
        for words in ["-h", "--help", "help", "help run", "run -h", "run --help", "localize -cash.wav -h"] {
            let result = try run(words)
            #expect(result.status == 0 && result.output.contains("USAGE:"), "\(words)")
        }
        try put("-cash.wav")
        #expect(try run("localize --model ../good.safetensors --out out --joined -cash.wav").status == 0)
        #expect(try run("localize --model ../good.safetensors --out out -- -cash.wav").status == 0)
        #expect(try Folder.names(in: "\(folder.path)/names/out") == ["-cash.csv"])
        // Values that begin with a dash are values, also where a file has that name.
        try WholeFile.write([], to: "\(folder.path)/names/-10")
        #expect(try run("train --print-config --gain-min -10").output.contains("gain_min = -10"))
    }
}
