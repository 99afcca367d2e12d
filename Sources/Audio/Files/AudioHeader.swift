/// What the header of an uncompressed recording says of itself, beside what is there.
///
/// libsndfile reads as much as the header promises, or as is there, and says nothing where the two differ: a recording whose
/// program was killed, or that passed 4 GiB, would be a short one, and one that broke off would pass for a whole one.
struct AudioHeader {
    /// Bytes of samples; nil where the header leaves them open, as that of a stream may.
    var declared: Int?
    /// Frames, in containers that tell them beside the bytes.
    var declaredFrames: Int?
    /// Where the samples are.
    var data: Range<Int>
    /// nil in compressed formats.
    var frameBytes: Int?
    /// Of compressed formats, where the header says it: bytes that are decoded together.
    var blockBytes: Int?
    /// Order and scaling of first-order Ambisonics; nil where the header says nothing of it.
    var ambisonics: AmbisonicConvention?
    /// Whether `declared` is what programs write that do not know better, and so promises nothing.
    var isPlaceholder = false
    /// What libsndfile must be given in place of the bytes that are there, to read all that is there.
    var patches: [DecoderFile.Patch] = []
    /// Whether libsndfile takes for samples whatever lies behind them.
    var readsBehind = false
    /// What makes it no recording, in words.
    var fault: String?

    /// The header of any container that is known here; nil for others.
    init?(_ file: AudioBytes) {
        guard let header = Self.riff(file) ?? Self.wave64(file) ?? Self.form(file) ?? Self.au(file) ?? Self.core(file) else { return nil }
        self = header
    }

    init(data: Range<Int>) { self.data = data }

    /// - Parameters:
    ///   - begin: the first byte of the samples.
    ///   - length: their bytes as the header says, by `declare`.
    init(_ file: AudioBytes, from begin: Int, length: Int?, style: ChunkStyle) {
        declared = length
        data = min(begin, file.size)..<file.size
        guard let length, length < data.count else { return }
        let end = begin + length
        let padding = (style.alignment - end % style.alignment) % style.alignment
        var rest = file.rest(from: end + padding, style)
        // Some programs do not pad.
        if rest == .samples, padding > 0 { rest = file.rest(from: end, style) }
        switch rest {
        case .chunks: data = begin..<end
        case .samples: break
        case .foreign(let found): fault = found
        }
    }

    /// Reads a length of 32 bits: programs that cannot go back to their header leave the largest number, or 2 GiB.
    mutating func declare(_ value: Int) {
        declared = Self.isOpen(value) ? nil : value
        isPlaceholder = (0x7FFF_F000...0x8000_0000).contains(value)
    }

    static func isOpen(_ value: Int) -> Bool { value >= 0xFFFF_F000 }

    /// Whether the file must be read through `patches` and its end be that of the samples.
    func needsPatches(size: Int) -> Bool { declared != data.count || (readsBehind && data.upperBound < size) }

    /// What the header promises where that is not what is there, in frames.
    /// - Parameter frames: that libsndfile found.
    func promise(besides frames: Int) -> Int? {
        guard let frameBytes else {
            let block = blockBytes ?? 1
            guard let declared, declared / block != data.count / block else { return nil }
            // A length of 64 bits may be any number.
            return Int(min(Double(declared) * Double(frames) / Double(max(1, data.count)), 1e15))
        }
        return [declared.map { $0 / frameBytes }, declaredFrames].compactMap(\.self).first { $0 != frames }
    }

    /// Little- or big-endian bytes of a length.
    static func bytes(_ value: Int, count: Int, bigEndian: Bool) -> [UInt8] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return bigEndian ? bytes.reversed() : bytes
    }
}
