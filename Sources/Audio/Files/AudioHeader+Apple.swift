/// AIFF, AIFF-C, CAF and AU.
extension AudioHeader {
    static func form(_ file: AudioBytes) -> AudioHeader? {
        let isCompressed = file.isAt(8, "AIFC")
        guard file.isAt(0, "FORM"), isCompressed || file.isAt(8, "AIFF") else { return nil }
        let style = ChunkStyle.form
        var header: AudioHeader?
        var (frames, frameBytes, ambisonics): (Int?, Int?, AmbisonicConvention?)
        func field(_ offset: Int, _ bytes: Int) -> Int { file.integer(offset, bytes: bytes, bigEndian: true) ?? 0 }
        file.walk(from: 12, style) { chunk in
            switch chunk.name {
            case "COMM":
                let (channels, bits) = (field(chunk.contents, 2), field(chunk.contents + 6, 2))
                let kind = isCompressed ? field(chunk.contents + 18, 4) : 0
                let width = kind == 0 ? (bits + 7) / 8 : Self.sampleBytes(aiffKind: kind, bits: bits)
                frameBytes = width.flatMap { $0 * channels > 0 ? $0 * channels : nil }
                let declared = field(chunk.contents + 2, 4)
                frames = Self.isOpen(declared) ? nil : declared
            case "CHAN": ambisonics = Self.layout(file, chunk)
            case "SSND" where header == nil:
                // Offset and block size precede the samples and are included in the length.
                let skipped = 8 + field(chunk.contents, 4)
                let length = Self.isOpen(chunk.length) ? nil : max(0, chunk.length - skipped)
                var found = AudioHeader(file, from: chunk.contents + skipped, length: length, style: style)
                found.isPlaceholder = (0x7F00_0000...0x8000_0000).contains(chunk.length)
                let all = found.data.count + skipped
                // If it is 0, libsndfile reads to the end of the file.
                let declared = Self.isOpen(all) ? 0 : all
                found.patches = [
                    DecoderFile.Patch(offset: chunk.head + 4, bytes: Self.bytes(declared, count: 4, bigEndian: true))
                ]
                header = found
            default: break
            }
            return false
        }
        header?.frameBytes = frameBytes
        header?.ambisonics = ambisonics
        if frameBytes != nil { header?.declaredFrames = frames }
        return header
    }

    /// nil for compressed kinds.
    private static func sampleBytes(aiffKind kind: Int, bits: Int) -> Int? {
        switch String(decoding: bytes(kind, count: 4, bigEndian: true), as: UTF8.self) {
        case "NONE", "twos", "sowt", "raw ", "in24", "in32", "42ni", "23ni": (bits + 7) / 8
        case "fl32", "FL32": 4
        case "fl64", "FL64": 8
        case "ulaw", "ULAW", "alaw", "ALAW": 1
        default: nil
        }
    }

    static func core(_ file: AudioBytes) -> AudioHeader? {
        guard file.isAt(0, "caff") else { return nil }
        let style = ChunkStyle.core
        var header: AudioHeader?
        var (frameBytes, ambisonics): (Int?, AmbisonicConvention?)
        func field(_ offset: Int) -> Int { file.integer(offset, bytes: 4, bigEndian: true) ?? 0 }
        file.walk(from: 8, style) { chunk in
            switch chunk.name {
            case "desc":
                let (packet, frames) = (field(chunk.contents + 16), field(chunk.contents + 20))
                let isPlain = ["lpcm", "ulaw", "alaw"].contains { file.isAt(chunk.contents + 8, $0) }
                frameBytes = isPlain && frames == 1 && packet > 0 ? packet : nil
            case "chan": ambisonics = Self.layout(file, chunk)
            case "data" where header == nil:
                // The number of edits precedes the samples and is included in the length; -1 means up to the end of the file.
                let length = chunk.length == .max ? nil : max(0, chunk.length - 4)
                var found = AudioHeader(file, from: chunk.contents + 4, length: length, style: style)
                found.patches = [
                    DecoderFile.Patch(offset: chunk.head + 4, bytes: Self.bytes(found.data.count + 4, count: 8, bigEndian: true))
                ]
                header = found
            default: break
            }
            return false
        }
        header?.frameBytes = frameBytes
        header?.ambisonics = ambisonics
        return header
    }

    /// An AudioChannelLayout (CoreAudioBaseTypes.h): a tag, a bitmap, and descriptions of 20 bytes.
    private static func layout(_ file: AudioBytes, _ chunk: AudioChunk) -> AmbisonicConvention? {
        func field(_ offset: Int) -> Int { file.integer(chunk.contents + offset, bytes: 4, bigEndian: true) ?? 0 }
        let tag = field(0)
        switch tag >> 16 {
        case 107: return .fuma  // Ambisonic_B_Format: W, X, Y, Z
        case 190: return .ambix  // HOA_ACN_SN3D
        case 191: return .n3d  // HOA_ACN_N3D
        case 0 where tag == 0 && field(8) >= 4:
            switch (0..<4).map({ field(12 + 20 * $0) }) {
            case [200, 201, 202, 203]: return .fuma  // Ambisonic_W, X, Y, Z
            case [0x2_0000, 0x2_0001, 0x2_0002, 0x2_0003]: return .ambix  // HOA_ACN_0...
            case [0x3_0000, 0x3_0001, 0x3_0002, 0x3_0003]: return .n3d  // HOA_N3D...
            default: return nil
            }
        default: return nil
        }
    }

    /// Audio files of Sun and NeXT: a header of six numbers, then samples up to the end of the file.
    static func au(_ file: AudioBytes) -> AudioHeader? {
        let isBig = file.isAt(0, ".snd")
        guard isBig || file.isAt(0, "dns."), file.size >= 24 else { return nil }
        func field(_ index: Int) -> Int { file.integer(4 * index, bytes: 4, bigEndian: isBig) ?? 0 }
        let begin = field(1)
        var header = AudioHeader(data: min(begin, file.size)..<file.size)
        header.declare(field(2))
        let widths = [1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1]
        header.frameBytes = widths[field(3)].flatMap { $0 * field(5) > 0 ? $0 * field(5) : nil }
        let length = min(header.data.count, 0xFFFF_FFFF)
        header.patches = [DecoderFile.Patch(offset: 8, bytes: Self.bytes(length, count: 4, bigEndian: isBig))]
        return header
    }
}
