import Files
import Testing

@Suite struct SystemPathTests {
    /// Names as systems have them: UTF-8 in both compositions, Latin-1, Shift JIS, cut sequences, surrogates, overlong forms, a stand-in itself.
    private static let names: [[UInt8]] = [
        Array("plain.wav".utf8), Array("caf\u{E9}.wav".utf8), Array("cafe\u{301}.wav".utf8), Array("録音 🎤.wav".utf8), [],
        [0x63, 0x61, 0x66, 0xE9, 0x2E, 0x77, 0x61, 0x76], [0x98, 0x5E, 0x89, 0xB9], [0xE9], [0xC3], [0xC3, 0xA9, 0xC3], [0xF0, 0x9F, 0x8E],
        [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xFF, 0xFE, 0x2F], Array("\u{10EFE9}".utf8), Array("\u{10EFE9}".utf8) + [0xE9],
        Array(1...255),
    ]

    @Test(arguments: names)
    func bytesAreRestored(_ name: [UInt8]) {
        #expect(String(systemBytes: name).systemBytes == name)
        #expect(String(systemBytes: name).systemPath == name.map { CChar(bitPattern: $0) } + [0])
    }

    @Test func namesThatDifferStayDifferent() {
        let texts = Self.names.map { Array(String(systemBytes: $0).unicodeScalars) }
        #expect(Set(texts.map { $0.map(\.value) }).count == Self.names.count)
    }

    @Test func unicodeIsUnchanged() {
        #expect(Array(String(systemBytes: Array("cafe\u{301}".utf8)).unicodeScalars) == Array("cafe\u{301}".unicodeScalars))
        #expect(String(systemBytes: [0x61, 0xE9]).unicodeScalars.count == 2)
    }

    @Test func messagesShowTheBytes() {
        #expect(String(systemBytes: [0x63, 0xE9, 0x0A]).sanitized(nil) == "c\\xE9\\u{A}")
    }

    @Test(arguments: [
        ("a/take.1.wav", "take.1.wav", "take.1", "wav", "a"), ("take", "take", "take", "", "."),
        ("/take.WAV", "take.WAV", "take", "wav", "/"),
        ("a/b/", "b", "b", "", "a"), (".wav", ".wav", ".wav", "", "."), ("a//.b.c", ".b.c", ".b", "c", "a"), ("x.", "x.", "x", "", "."),
        ("a/\u{301}b.svg", "\u{301}b.svg", "\u{301}b", "svg", "a"),
    ])
    func partsOfPaths(_ path: String, _ last: String, _ stem: String, _ suffix: String, _ folder: String) {
        #expect(PathName.last(path) == last)
        #expect(PathName.stem(path) == stem)
        #expect(PathName.suffix(path) == suffix)
        #expect(PathName.folder(path) == folder)
    }

    @Test func pathsFromTheRoot() {
        #expect(Folder.absolute("/a/./b/../c", in: "/x") == "/a/c")
        #expect(Folder.absolute("b/../../c", in: "/x/y") == "/x/c")
        #expect(Folder.absolute("../../..", in: "/x") == "/")
        #expect(Folder.absolute("a") == "\(Folder.current)/a")
    }
}
