import Files
import Fingerprints
import Foundation
import Testing

@Suite struct DigestTests {
    private func digest(_ text: String) -> String {
        var digest = Digest()
        digest.add(Array(text.utf8))
        return digest.text
    }

    /// Results of the reference implementation of xxHash.
    @Test func itIsXXH64() {
        #expect(digest("") == "ef46db3751d8e999")
        #expect(digest("a") == "d24ec4f1a98c6e5b")
        #expect(digest("abc") == "44bc2cf5ad770999")
        #expect(digest("Nobody inspects the spammish repetition") == "fbcea83c8a378bf1")
    }

    @Test func piecesGiveTheDigestOfTheWhole() {
        let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 * 37) }
        for length in [0, 1, 31, 32, 33, 63, 64, 65, 127, 200] {
            var whole = Digest()
            whole.add(Array(bytes[..<length]))
            for size in [1, 7, 31, 32, 33, 100] {
                var pieces = Digest()
                for start in stride(from: 0, to: length, by: size) { pieces.add(Array(bytes[start..<min(start + size, length)])) }
                #expect(pieces.value == whole.value, "\(length) bytes in pieces of \(size)")
            }
        }
    }

    /// Signs of samples that change in pairs, as a mirrored recording's do, cancel in a weaker sum.
    @Test func everyBitCounts() {
        let zeros = [UInt8](repeating: 0, count: 128)
        var plain = Digest()
        plain.add(zeros)
        var found: Set<UInt64> = [plain.value]
        for first in stride(from: 3, to: 128, by: 8) {
            for second in stride(from: first, to: 128, by: 8) {
                var bytes = zeros
                bytes[first] ^= 0x80
                if second != first { bytes[second] ^= 0x80 }
                var digest = Digest()
                digest.add(bytes)
                #expect(found.insert(digest.value).inserted)
            }
        }
    }

    @Test func textsAreDelimited() {
        var (one, other) = (Digest(), Digest())
        one.add("ab")
        one.add("c")
        other.add("a")
        other.add("bc")
        #expect(one.value != other.value)
    }

    @Test func filesAreReadWholeOrSampled() throws {
        let path = NSTemporaryDirectory() + "bearing-digest-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        for size in [0, 10, 16_384, 16_385, 3_000_000] {
            var bytes = Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) })
            try bytes.write(to: URL(fileURLWithPath: path))
            var whole = Digest()
            whole.add(Array(bytes))
            #expect(try Digest.ofContents(path) == whole.value)
            let sample = try Digest.ofSample(path)
            // The first byte, the last one and one more byte are in every sample.
            for index in [0, size - 1] where size > 0 {
                bytes[index] ^= 1
                try bytes.write(to: URL(fileURLWithPath: path))
                #expect(try Digest.ofSample(path) != sample)
                bytes[index] ^= 1
            }
            bytes.append(0)
            try bytes.write(to: URL(fileURLWithPath: path))
            #expect(try Digest.ofSample(path) != sample)
        }
    }

    @Test func specialFilesAreRefusedAtOnce() throws {
        let path = NSTemporaryDirectory() + "bearing-digest-\(UUID().uuidString)"
        #expect(throws: FileError.missing(path: path)) { try Digest.ofContents(path) }
        #expect(unsafe mkfifo(path, 0o600) == 0)
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (special, found) in [(path, "a named pipe"), (NSTemporaryDirectory(), "a folder"), ("/dev/zero", "a device")] {
            #expect(throws: FileError.notAFile(path: special, found: found)) { try Digest.ofContents(special) }
            #expect(throws: FileError.self) { try Digest.ofSample(special) }
        }
    }
}
