import Files

/// The bytes of an open file, by offset.
final class AudioBytes {
    let descriptor: Int32
    let size: Int
    /// Why bytes could not be read; what was found in the file is then worth nothing.
    private(set) var failure: ReadFailure?

    init(descriptor: Int32, size: Int) {
        self.descriptor = descriptor
        self.size = size
    }

    /// nil if the file is shorter, or cannot be read.
    func bytes(_ offset: Int, _ count: Int) -> [UInt8]? {
        guard offset >= 0, count <= size, offset <= size - count else { return nil }
        do throws(ReadFailure) {
            let bytes = try RegularFile.bytes(of: descriptor, at: offset, count: count)
            return bytes.count == count ? bytes : nil
        } catch {
            failure = error
            return nil
        }
    }

    /// An unsigned integer of up to 8 bytes, at most the largest `Int`; nil if the file is shorter.
    func integer(_ offset: Int, bytes count: Int, bigEndian: Bool) -> Int? {
        guard let bytes = bytes(offset, count) else { return nil }
        let value = (bigEndian ? bytes : bytes.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(clamping: value)
    }

    func isAt(_ offset: Int, _ text: String) -> Bool { bytes(offset, text.utf8.count)?.elementsEqual(text.utf8) ?? false }
}

/// The chunk layout of a container of the RIFF family: name, length, contents, padding.
struct ChunkStyle {
    let nameBytes: Int
    let lengthBytes: Int
    let isBigEndian: Bool
    /// Chunks begin at multiples of this many bytes.
    let alignment: Int
    /// Whether a chunk's length includes its name and its length field.
    let countsHead: Bool

    /// "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991; RF64: EBU Tech 3306.
    static let riff = ChunkStyle(nameBytes: 4, lengthBytes: 4, isBigEndian: false, alignment: 2, countsHead: false)
    /// RIFX, and "Audio Interchange File Format", Apple, 1989.
    static let form = ChunkStyle(nameBytes: 4, lengthBytes: 4, isBigEndian: true, alignment: 2, countsHead: false)
    /// "Core Audio Format Specification 1.0", Apple, 2006.
    static let core = ChunkStyle(nameBytes: 4, lengthBytes: 8, isBigEndian: true, alignment: 1, countsHead: false)
    /// "Sony Pictures Digital Wave 64", 2003: names are GUIDs.
    static let wave64 = ChunkStyle(nameBytes: 16, lengthBytes: 8, isBigEndian: false, alignment: 8, countsHead: true)

    var headBytes: Int { nameBytes + lengthBytes }
}

struct AudioChunk {
    /// The first four bytes of the name.
    let name: String
    /// Offset of the chunk, and of its contents.
    let head, contents: Int
    /// Length of the contents in bytes according to the header; the file may be shorter.
    let length: Int
}

extension AudioBytes {
    /// Maximum number of chunks: reading a file of many empty chunks ends too.
    private static let mostChunks = 10_000

    /// nil if there is no complete chunk header with a name.
    func chunk(_ offset: Int, _ style: ChunkStyle) -> AudioChunk? {
        guard let name = bytes(offset, style.nameBytes), name[..<4].allSatisfy({ (0x20...0x7E).contains($0) }),
            style.nameBytes == 4 || Self.guidTails.contains(Array(name[4...])),
            let length = integer(offset + style.nameBytes, bytes: style.lengthBytes, bigEndian: style.isBigEndian)
        else { return nil }
        return AudioChunk(
            name: String(decoding: name[..<4], as: UTF8.self), head: offset, contents: offset + style.headBytes,
            length: style.countsHead ? max(0, length - style.headBytes) : length)
    }

    /// Offset of the next chunk; nil beyond the end of the file.
    func end(of chunk: AudioChunk, _ style: ChunkStyle) -> Int? {
        guard chunk.length <= size - chunk.contents else { return nil }
        let end = chunk.contents + chunk.length
        return end + (style.alignment - end % style.alignment) % style.alignment
    }

    /// Visits chunks until `visit` returns true.
    func walk(from offset: Int, _ style: ChunkStyle, _ visit: (AudioChunk) -> Bool) {
        var offset = offset
        for _ in 0..<Self.mostChunks {
            guard let chunk = chunk(offset, style), !visit(chunk), let next = end(of: chunk, style) else { return }
            offset = next
        }
    }

    /// The data after the samples.
    enum Rest: Equatable {
        /// Nothing, or chunks.
        case chunks
        /// No chunks, so samples that the header does not include.
        case samples
        /// Data that cannot be part of one recording, described in words.
        case foreign(String)
    }

    /// Classifies all bytes from an offset on.
    func rest(from offset: Int, _ style: ChunkStyle) -> Rest {
        var (offset, isFirst) = (offset, true)
        for _ in 0..<Self.mostChunks {
            guard size > offset else { return .chunks }
            guard let chunk = chunk(offset, style) else { return isFirst ? .samples : .chunks }
            if Self.files.contains(chunk.name) { return .foreign("another file after the first, from byte \(offset)") }
            if Self.samples.contains(chunk.name) { return .foreign("a second chunk of samples, at byte \(offset)") }
            guard let next = end(of: chunk, style) else {
                return isFirst && !Self.known.contains(chunk.name) ? .samples : .chunks
            }
            (offset, isFirst) = (next, false)
        }
        return .chunks
    }

    /// Names at the beginning of files.
    private static let files: Set<String> = ["RIFF", "RIFX", "RF64", "BW64", "FORM", "caff", "riff"]
    private static let samples: Set<String> = ["data", "SSND"]
    /// Chunks that may follow the samples, and may be cut off themselves.
    private static let known: Set<String> = [
        "LIST", "list", "bext", "iXML", "axml", "chna", "cue ", "smpl", "inst", "INST", "id3 ", "ID3 ", "fact", "PEAK", "JUNK", "junk",
        "FLLR", "PAD ", "plst", "cart", "levl", "umid", "_PMX", "acid", "afsp", "MARK", "COMT", "NAME", "AUTH", "(c) ", "ANNO", "APPL",
        "info", "mark", "strg", "free", "uuid", "pakt", "kuki", "peak", "ovvw", "edct", "midi", "umrk",
    ]
    /// The part after the first four bytes in the GUIDs of Wave 64: of its own chunks, and of "riff" and "list".
    private static let guidTails: Set<[UInt8]> = [
        [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A],
        [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00],
        [0x2F, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00],
    ]
}
