import Foundation
import Options
import TestSupport
import Testing

@testable import Configuration

/// Every key of the configuration file, with every kind of error: one fault each, with its position.
///
/// Which keys there are is asked of the reader itself, so a key that is new is one that this table lacks, and the test fails.
@Suite struct EveryKeyTests {
    private enum Kind: String, CaseIterable {
        case text, integer, number, flag, array, table, date

        /// A value that no key of another kind takes.
        var sample: String {
            switch self {
            case .text: "\"\""
            case .integer: "-7000"
            case .number: "-7000.5"
            case .flag: "true"
            case .array: "[[]]"
            case .table: "{ a = 1 }"
            case .date: "1979-05-27"
            }
        }
    }

    private struct Key {
        /// A value that it takes.
        let good: String
        let kinds: [Kind]
        /// Values of its kind that it does not take.
        let beyond: [String]
    }

    private static func text(_ good: String, _ beyond: String...) -> Key { Key(good: good, kinds: [.text], beyond: beyond + ["\"\""]) }
    private static func integer(_ range: ClosedRange<Int>) -> Key {
        Key(good: "\(range.lowerBound)", kinds: [.integer], beyond: ["\(range.lowerBound - 1)", "\(range.upperBound + 1)", "\(Int.max)"])
    }
    private static func number(_ range: ClosedRange<Double>) -> Key {
        Key(
            good: "\(range.upperBound)", kinds: [.integer, .number],
            beyond: ["\(range.lowerBound - 0.01)", "\(range.upperBound + 0.01)", "nan", "inf", "-inf", "1e300"])
    }
    private static func account() -> Key {
        Key(good: "\"root\"", kinds: [.text, .integer], beyond: ["\"\"", "\"no such account\"", "-1", "4294967295"])
    }
    private static func flag() -> Key { Key(good: "false", kinds: [.flag], beyond: []) }
    private static func array(_ good: String, _ beyond: String...) -> Key { Key(good: good, kinds: [.array], beyond: beyond) }

    private static let keys: [String: Key] = [
        "input.source": text("\"demo\"", "\"hw:1\"", "\"alsa:\"", "\"file:\"", "\"Demo\""),
        "input.format": text("\"foa\"", "\"FOA\"", "\"ambix\""),
        "input.array": text("\"aformat-cardioid\""),
        "input.ambisonics": text("\"fuma\"", "\"acn\""),
        "input.channels": array("[3, 2, 1, 0]", "[0, 1]", "[0, 1, 2, 2]", "[0, 1, 2, -1]", "[0, 1, 2, 3.0]", "[0, 1, 2, \"3\"]"),
        "input.inverted": array("[1]\nchannels = [0, 1, 2, 3]", "[8]", "[-1]", "[1, 1]", "[true]"),
        "input.loop": flag(),
        "mounting.yaw": number(-360...360),
        "mounting.pitch": number(-90...90),
        "mounting.roll": number(-360...360),
        "ignore[0].azimuth": array("[10, 20]", "[10]", "[1, 2, 3]", "[0, 361]", "[0, nan]", "[\"0\", 1]", "[5, 5]"),
        "ignore[0].elevation": array("[-10, 20]", "[10]", "[0, 91]", "[20, 10]"),
        "model.path": text("\"m.safetensors\""),
        "socket.path": text("\"b.sock\"", "\"@\"", "\"tcp:7420\""),
        "socket.tcp": text("\"127.0.0.1:7420\"", "\"0\"", "\"65536\"", "\"x\"", "\"localhost:7420\"", "\"127.0.0.1:\""),
        "socket.owner": account(),
        "socket.group": account(),
        "socket.subscribers": integer(1...1_000_000),
        "socket.mode": text("\"0600\"", "\"0999\"", "\"1777\"", "\"rw\"", "\"-1\""),
        "socket.queue_lines": integer(1...10_000),
        "socket.stall_seconds": number(1...3600),
        "gate.open_threshold": number(0...1),
        "gate.open_blocks": integer(1...1000),
        "gate.stay_threshold": number(0...1),
        "gate.coast_blocks": integer(0...1000),
        "gate.recall_blocks": integer(0...1000),
        "gate.jump_degrees": number(0...180),
        "gate.duplicate_degrees": number(0...180),
        "gate.smoothing": number(0...0.95),
        "gate.refinement": number(0...1),
        "realtime.enabled": flag(),
        "realtime.priority": integer(2...99),
        "realtime.period_ms": integer(2...100),
        "record.path": text("\"recordings\""),
        "record.file_seconds": integer(10...1800),
        "record.limit_mb": integer(1500...100_000_000),
        "log.level": text("\"debug\"", "\"loud\""),
    ]

    private func faults(_ text: String) -> [ConfigurationFault] {
        do {
            _ = try ConfigurationFile.parse(text, file: "b.toml", folder: "/etc/bearing")
            return []
        } catch {
            return error.faults
        }
    }

    /// The names that the reader accepts in a table.
    private func known(_ text: String) throws -> [String] {
        let fault = try #require(faults(text).first { $0.found == "an unknown key" })
        #expect(fault.expected.hasPrefix("one of the keys "))
        return fault.expected.dropFirst("one of the keys ".count).components(separatedBy: ", ")
    }

    private func header(_ section: String) -> String { section == "ignore[0]" ? "[[ignore]]" : "[\(section)]" }

    private func split(_ path: String) -> (section: String, key: String) {
        let dot = path.lastIndex(of: ".")!
        return (String(path[..<dot]), String(path[path.index(after: dot)...]))
    }

    private func line(_ path: String, _ value: String) -> String {
        let (section, key) = split(path)
        return "\(header(section))\n\(key) = \(value)\n"
    }

    @Test func theTableHasEveryKey() throws {
        var paths: [String] = []
        for section in try known("zzz = 1") {
            let name = section == "ignore" ? "ignore[0]" : section
            paths += try known("\(header(name))\nzzz = 1").map { "\(name).\($0)" }
        }
        #expect(paths.sorted() == Self.keys.keys.sorted())
    }

    @Test func validValuesAreAccepted() {
        for (path, key) in Self.keys { #expect(faults(line(path, key.good)).isEmpty, "\(path)") }
    }

    @Test func aWrongTypeOrRangeIsOneFaultAtItsKey() {
        for (path, key) in Self.keys {
            for value in Kind.allCases.filter({ !key.kinds.contains($0) }).map(\.sample) + key.beyond {
                let found = faults(line(path, value)).filter { $0.place == path }
                #expect(found.count == 1, "\(path) = \(value): \(found)")
                let line = found.first?.description ?? ""
                #expect(line.hasPrefix("b.toml: \(path): expected ") && line.contains(", found ") && !line.contains("\n"), "\(line)")
            }
        }
    }

    @Test func aMisspeltKeyIsReportedWithASuggestion() {
        for path in Self.keys.keys {
            let (section, key) = split(path)
            let found = faults("\(header(section))\n\(key)x = 1\n").filter { $0.place == "\(path)x" }
            #expect(found.count == 1 && found[0].advice == "did you mean \(path)?", "\(path): \(found)")
        }
    }

    @Test func aDuplicateKeyIsReportedWithItsLine() {
        for (path, key) in Self.keys where !key.good.contains("\n") {
            let name = split(path).key
            let found = faults("# a comment\n\(line(path, key.good))\(name) = \(key.good)\n")
            #expect(found.count == 1 && found[0].place.hasPrefix("line 4, column "), "\(path): \(found)")
        }
    }

    @Test func exchangingATableAndAValueIsAFault() throws {
        for section in try known("zzz = 1") {
            for value in ["1", "\"a\"", "[1]", "true"] {
                let found = faults("\(section) = \(value)\n")
                #expect(found.count == 1 && found[0].place == section && found[0].expected.contains("[\(section)]"), "\(found)")
            }
        }
    }

    /// Everything at once: as many lines as there are keys.
    @Test func allFaultsAreReportedTogether() {
        var text = ""
        for section in Set(Self.keys.keys.map { split($0).section }) {
            text += "\(header(section))\n"
            for path in Self.keys.keys where split(path).section == section { text += "\(split(path).key) = { a = 1 }\n" }
        }
        let places = Set(faults(text).map(\.place))
        #expect(places == Set(Self.keys.keys))
    }

    @Test func aMissingNamedFileIsAFaultAtItsKey() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        let path = "\(folder)/b.toml"
        let text = "[input]\nsource = \"file:none.wav\"\narray = \"none.toml\"\nlop = true\n[model]\npath = \"../\(folder.dropFirst(5))\"\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let error = try #require(throws: ConfigurationError.self) { try ConfigurationFile.load(path) }
        let lines = error.faults.map(\.description)
        let advice = ": relative paths start from the folder of the configuration file"
        #expect(lines.count == 4)
        #expect(lines.contains("\(path): input.source: expected a recording, found nothing at \(folder)/none.wav\(advice)"))
        #expect(lines.contains("\(path): input.array: expected an array file, found nothing at \(folder)/none.toml\(advice)"))
        #expect(lines.contains("\(path): model.path: expected a model file, found a folder at \(folder)\(advice)"))
    }

    @Test(arguments: [
        ("[log]\nlevel = \"a\\nb\\u001B[2J\"", "log.level"), ("[log]\n\"a\\nb\" = 1", "log.a\nb"),
    ])
    func untrustedTextStaysOnItsLine(_ text: String, _ place: String) {
        let found = faults(text)
        #expect(found.map(\.place) == [place])
        #expect(!found[0].description.contains("\n") && !found[0].description.contains("\u{1B}"))
    }
}
