/// The declarations in the header of an uncompressed recording, compared with its contents.
///
/// libsndfile reads as much as the header declares, or as exists, and reports no difference. A recording whose program was
/// killed, or that exceeded 4 GiB, would appear short, and one that was cut off would appear complete.
struct AudioHeader {
    /// Bytes of samples; nil if the header does not declare them, as in a stream.
    var declared: Int?
    /// Number of frames, in containers that declare it besides the bytes.
    var declaredFrames: Int?
    /// The byte range of the samples.
    var data: Range<Int>
    /// nil in compressed formats.
    var frameBytes: Int?
    /// For compressed formats: bytes that are decoded together, if the header declares it.
    var blockBytes: Int?
    /// The convention of first-order Ambisonics; nil if the header declares none.
    var ambisonics: AmbisonicConvention?
    /// Whether `declared` is a value that programs write if they do not know the length in advance.
    var isPlaceholder = false
    /// Bytes that libsndfile must see in place of the file's own, to read all samples.
    var patches: [DecoderFile.Patch] = []
    /// Whether libsndfile reads all data after the samples as samples too.
    var readsBehind = false
    /// Why the file is not a recording, in words.
    var fault: String?

    /// The header of a known container; nil for others.
    init?(_ file: AudioBytes) {
        guard let header = Self.riff(file) ?? Self.wave64(file) ?? Self.form(file) ?? Self.au(file) ?? Self.core(file) else { return nil }
        self = header
    }

    init(data: Range<Int>) { self.data = data }

    /// - Parameters:
    ///   - begin: the first byte of the samples.
    ///   - length: their bytes according to the header, by `declare`.
    init(_ file: AudioBytes, from begin: Int, length: Int?, style: ChunkStyle) {
        declared = length
        data = min(begin, file.size)..<file.size
        guard let length, length < data.count else { return }
        let end = begin + length
        let padding = (style.alignment - end % style.alignment) % style.alignment
        var rest = file.rest(from: end + padding, style)
        // Some programs omit the padding.
        if rest == .samples, padding > 0 { rest = file.rest(from: end, style) }
        switch rest {
        case .chunks: data = begin..<end
        case .samples: break
        case .foreign(let found): fault = found
        }
    }

    /// Reads a 32-bit length. Programs that cannot rewrite their header leave the largest number, or 2 GiB.
    mutating func declare(_ value: Int) {
        declared = Self.isOpen(value) ? nil : value
        isPlaceholder = (0x7FFF_F000...0x8000_0000).contains(value)
    }

    static func isOpen(_ value: Int) -> Bool { value >= 0xFFFF_F000 }

    /// Whether the file must be read through `patches`, ending with the samples.
    func needsPatches(size: Int) -> Bool { declared != data.count || (readsBehind && data.upperBound < size) }

    /// The number of frames that the header declares, if it differs from the contents.
    /// - Parameter frames: the number found by libsndfile.
    func promise(besides frames: Int) -> Int? {
        guard let frameBytes else {
            let block = blockBytes ?? 1
            guard let declared, declared / block != data.count / block else { return nil }
            // A 64-bit length may be any number.
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
