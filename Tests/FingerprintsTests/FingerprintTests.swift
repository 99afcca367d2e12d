import Files
import Fingerprints
import Foundation
import Testing

@Suite struct FingerprintTests {
    private func list(_ entries: [(String, String, String?)]) -> Fingerprint {
        var list = Fingerprint(format: "test-1")
        for (name, value, standard) in entries { list.add(name, value, standard: standard) }
        return list
    }

    @Test func aTextReadsBackTheSame() {
        let made = list([("seed", "1", nil), ("sounds", "3 files = all", nil), ("empty", "", nil), ("line", "a\nb", nil)])
        let kept = Fingerprint(text: made.text)
        #expect(made.differences(from: kept) == [] && kept.text == made.text)
        #expect(kept["sounds"] == "3 files = all" && kept["line"] == "a b" && kept["empty"] == "")
    }

    @Test func differencesAreNamedBothWays() {
        let made = list([("seed", "9", nil), ("rt60", "1-2", nil)])
        let kept = Fingerprint(text: "format = test-1\nseed = 1\nrt60 = 1-2\nroom = large\n")
        #expect(made.differences(from: kept).map(\.description) == ["seed: 1 there, 9 now", "room: large there, none now"])
        #expect(made.differences(from: Fingerprint(text: "format = test-2\nseed = 9\nrt60 = 1-2")).map(\.name) == ["format"])
        // Invalid text matches nothing.
        #expect(made.differences(from: Fingerprint(text: "\u{0}\u{1}garbage")).count == 3)
    }

    /// An older program did not have the name, and did what is now the default.
    @Test func aMissingNameHasItsDefault() {
        let kept = Fingerprint(text: "format = test-1\nseed = 1\n")
        #expect(list([("seed", "1", "1"), ("masks", "0", "0")]).differences(from: kept) == [])
        #expect(list([("seed", "1", "1"), ("masks", "2", "0")]).differences(from: kept).map(\.description) == ["masks: none there, 2 now"])
        #expect(list([("seed", "1", "1"), ("masks", "0", nil)]).differences(from: kept).map(\.name) == ["masks"])
        // A default does not apply to an existing value.
        #expect(list([("seed", "2", "2")]).differences(from: kept).map(\.name) == ["seed"])
    }

    @Test func manyDifferencesAreOneLine() {
        let made = list((0..<9).map { ("key\($0)", "1", nil) })
        let text = made.differences(from: Fingerprint(format: "test-1")).summary
        #expect(text.hasPrefix("key0: none there, 1 now; ") && text.hasSuffix("; and 5 more") && !text.contains("\n"))
    }

    @Test func partsOfAFileAreIndependent() throws {
        let path = NSTemporaryDirectory() + "bearing-parts-\(UUID().uuidString).txt"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var file = try FingerprintFile(path, heading: "What it was made from.")
        #expect(file.parts.isEmpty)
        try file.keep(list([("seed", "1", nil)]), as: "fold3")
        try file.keep(list([("seed", "2", nil)]), as: "fold1")
        var again = try FingerprintFile(path, heading: "What it was made from.")
        #expect(again.parts["fold3"]?["seed"] == "1" && again.parts["fold1"]?["seed"] == "2" && again.parts.count == 2)
        try again.keep(list([("seed", "7", nil)]), as: "fold3")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text == "# What it was made from.\n\n[fold1]\nformat = test-1\nseed = 2\n\n[fold3]\nformat = test-1\nseed = 7\n")
        let directory = NSTemporaryDirectory()
        #expect(throws: FileError.self) { _ = try FingerprintFile(directory, heading: "") }
    }
}
