/// WAV, WAVE_FORMAT_EXTENSIBLE, RIFX, RF64 and Wave 64.
extension AudioHeader {
    static func riff(_ file: AudioBytes) -> AudioHeader? {
        let magic = ["RIFF", "RIFX", "RF64"].first { file.isAt(0, $0) }
        guard let magic, file.isAt(8, "WAVE") else { return nil }
        let style = magic == "RIFX" ? ChunkStyle.form : .riff
        var header: AudioHeader?
        var format = WaveFormat()
        var long: AudioChunk?
        file.walk(from: 12, style) { chunk in
            switch chunk.name {
            case "ds64": long = chunk
            case "fmt ": format = WaveFormat(file, chunk, bigEndian: style.isBigEndian)
            case "data":
                if magic == "RF64", isOpen(chunk.length), let place = long?.contents,
                    let length = file.integer(place + 8, bytes: 8, bigEndian: false)
                {
                    var found = AudioHeader(file, from: chunk.contents, length: length == .max ? nil : length, style: style)
                    found.patch(at: place + 8, with: found.data.count, bytes: 8)
                    header = found
                } else {
                    header = AudioHeader(file, chunk, style)
                }
                return true
            default: break
            }
            return false
        }
        header?.frameBytes = format.frameBytes
        header?.blockBytes = format.blockBytes
        header?.ambisonics = format.ambisonics
        return header
    }

    /// For a "data" chunk whose own length is valid.
    private init(_ file: AudioBytes, _ chunk: AudioChunk, _ style: ChunkStyle) {
        self.init(file, from: chunk.contents, length: Self.isOpen(chunk.length) ? nil : chunk.length, style: style)
        declare(chunk.length)
        // A 32-bit length cannot hold more than 4 GiB; libsndfile reads an apparently unfinished file to its end.
        let fits = !Self.isOpen(data.count)
        patch(at: chunk.head + style.nameBytes, with: fits ? data.count : 0, bytes: 4, bigEndian: style.isBigEndian)
        if !fits { patch(at: 4, with: 8, bytes: 4, bigEndian: style.isBigEndian) }
    }

    private mutating func patch(at offset: Int, with value: Int, bytes count: Int, bigEndian: Bool = false) {
        patches.append(DecoderFile.Patch(offset: offset, bytes: Self.bytes(value, count: count, bigEndian: bigEndian)))
    }

    static func wave64(_ file: AudioBytes) -> AudioHeader? {
        let style = ChunkStyle.wave64
        guard let riff = file.chunk(0, style), riff.name == "riff", file.isAt(24, "wave") else { return nil }
        var header: AudioHeader?
        var format = WaveFormat()
        file.walk(from: 40, style) { chunk in
            switch chunk.name {
            case "fmt ": format = WaveFormat(file, chunk, bigEndian: false)
            case "data":
                let isOpen = chunk.length >= Int.max - style.headBytes
                var found = AudioHeader(file, from: chunk.contents, length: isOpen ? nil : chunk.length, style: style)
                found.patch(at: chunk.head + style.nameBytes, with: found.data.count + style.headBytes, bytes: 8)
                found.readsBehind = true
                header = found
                return true
            default: break
            }
            return false
        }
        header?.frameBytes = format.frameBytes
        header?.blockBytes = format.blockBytes
        header?.ambisonics = format.ambisonics
        return header
    }
}

/// The contents of a "fmt " chunk.
private struct WaveFormat {
    /// nil for compressed formats.
    var frameBytes: Int?
    /// Of compressed formats.
    var blockBytes: Int?
    var ambisonics: AmbisonicConvention?

    init() {}

    init(_ file: AudioBytes, _ chunk: AudioChunk, bigEndian: Bool) {
        func field(_ offset: Int) -> Int { file.integer(chunk.contents + offset, bytes: 2, bigEndian: bigEndian) ?? 0 }
        var tag = field(0)
        let (channels, block, bits) = (field(2), field(12), field(14))
        if tag == Self.extensible, let guid = file.bytes(chunk.contents + 24, 16) {
            tag = Int(guid[0]) | Int(guid[1]) << 8
            if guid[2...].elementsEqual(Self.bFormat) { ambisonics = .fuma }
        }
        guard Self.uncompressed.contains(tag) else {
            blockBytes = block > 0 ? block : nil
            return
        }
        let width = block > 0 ? block : channels * ((bits + 7) / 8)
        frameBytes = width > 0 ? width : nil
    }

    private static let extensible = 0xFFFE
    /// PCM, float, A-law, mu-law.
    private static let uncompressed = [1, 3, 6, 7]
    /// {0000000X-0721-11d3-8644-C8C1CA000000} from its third byte on: X = 1 integers, X = 3 floats (R. Dobson, "The AMB
    /// Ambisonic File Format", 2000).
    private static let bFormat: [UInt8] = [0x00, 0x00, 0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0x00, 0x00, 0x00]
}
