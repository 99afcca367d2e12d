package import Features
import Files
package import Fingerprints
import Glibc
import Signal

/// Why a feature file is not used.
package enum FeatureFault: Error, Hashable {
    case missing
    /// Made from other audio, with other features, for another array, or by another version of this program.
    case other
    case damaged(String)
}

/// The first bytes of a feature file: a magic number, then little-endian words.
///
/// Version with the form (`FeatureForm.flags`), kind with the number of channels where it is not four, and (from bit 8 on) replaced samples of the audio, frames, digest of the audio's bytes, digest of the
/// features, stamp of the audio (`FileStamp`; zeros: none), for mapped frames digest of the array, digest of all of these.
package struct FeatureCacheHeader {
    /// Increased whenever the features, their maps or the header change, so that old files are not used.
    package static let version: UInt64 = 3
    static let mark = "bearing-features"
    /// Without an array.
    package static let byteCount = size(of: .exact)
    private static let stampWords = 5..<5 + FileStamp.wordCount
    private static let kindBits: UInt64 = 8

    let words: [UInt64]

    /// Samples of the audio that were replaced by 0.
    package var unsoundSamples: Int { Int(words[1] >> Self.kindBits) }
    package var frames: Int { Int(clamping: words[2]) }
    var content: UInt64 { words[3] }
    var checksum: UInt64 { words[4] }
    var stamp: [UInt64] { Array(words[Self.stampWords]) }

    /// - Parameters: `channels` of the audio; `stamp` nil: the audio is read again the next time.
    package init(
        kind: FeatureKind, channels: Int = FrameLayout.channels, form: FeatureForm = .exact, frames: Int, content: UInt64, checksum: UInt64,
        unsoundSamples: Int = 0, stamp: FileStamp?
    ) {
        words =
            [
                Self.version | form.flags, Self.number(of: kind, channels) | UInt64(unsoundSamples) << Self.kindBits, UInt64(frames),
                content, checksum,
            ]
            + (stamp?.words ?? [UInt64](repeating: 0, count: FileStamp.wordCount)) + (form.map.map { [$0.digest] } ?? [])
    }

    private init(words: [UInt64]) { self.words = words }

    func with(stamp: FileStamp) -> FeatureCacheHeader {
        var words = words
        words.replaceSubrange(Self.stampWords, with: stamp.words)
        return FeatureCacheHeader(words: words)
    }

    /// Reads and checks the header of a file of one kind and form, of audio of some channels.
    package init(
        descriptor: Int32, kind: FeatureKind, channels: Int = FrameLayout.channels, form: FeatureForm = .exact
    ) throws(FeatureFault) {
        let bytes: [UInt8]
        let (wordCount, byteCount) = (Self.wordCount(of: form), Self.size(of: form))
        do throws(ReadFailure) {
            bytes = try RegularFile.bytes(of: descriptor, at: 0, count: byteCount)
        } catch { throw .damaged("it cannot be read: \(error.reason)") }
        let count = bytes.count
        let mark = Array(Self.mark.utf8)
        guard count > mark.count + 8, bytes.starts(with: mark) else { throw .damaged("it does not begin like a feature file") }
        guard Self.word(0, of: bytes) == Self.version | form.flags else { throw .other }
        guard count == byteCount else { throw .damaged("it is cut off") }
        let words = (0..<wordCount).map { Self.word($0, of: bytes) }
        guard Self.word(wordCount, of: bytes) == Self.digest(of: Array(bytes.dropLast(8))) else {
            throw .damaged("the checksum of its header does not match")
        }
        guard words[1] % (1 << Self.kindBits) == Self.number(of: kind, channels) else { throw .other }
        guard form.map.map({ $0.digest == words.last }) ?? true else { throw .other }
        self.words = words
    }

    static func size(of form: FeatureForm) -> Int { mark.utf8.count + 8 * (wordCount(of: form) + 1) }

    private static func wordCount(of form: FeatureForm) -> Int { stampWords.upperBound + (form.map == nil ? 0 : 1) }

    package var bytes: [UInt8] {
        var bytes = Array(Self.mark.utf8)
        func append(_ word: UInt64) { unsafe withUnsafeBytes(of: word.littleEndian) { unsafe bytes.append(contentsOf: $0) } }
        for word in words { append(word) }
        append(Self.digest(of: bytes))
        return bytes
    }

    /// Overwrites the header of an open file. If that is not permitted, the audio is only read again the next time.
    package func write(to descriptor: Int32) {
        _ = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress!, $0.count, 0) }
    }

    /// Channels from bit 4 on; 0 stands for four.
    private static func number(of kind: FeatureKind, _ channels: Int) -> UInt64 {
        UInt64(FeatureKind.allCases.firstIndex(of: kind)!) | (channels == FrameLayout.channels ? 0 : UInt64(channels) << 4)
    }

    private static func word(_ index: Int, of bytes: [UInt8]) -> UInt64 {
        let at = mark.utf8.count + 8 * index
        return (0..<8).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
    }

    /// The digest of all words except itself.
    private static func digest(of bytes: [UInt8]) -> UInt64 {
        var digest = Digest()
        digest.add(bytes)
        return digest.value
    }
}
