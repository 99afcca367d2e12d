@testable import Audio

/// Recordings of 16 bits, byte by byte, with arbitrary headers.
struct ForgedRecording {
    enum Container: CaseIterable {
        case wave, waveExtensible, rifx, rf64, wave64, aiff, aifc, au, auLittle, caf

        var isBigEndian: Bool { [.rifx, .aiff, .au].contains(self) }
        /// Bytes of the length of its samples.
        var lengthBytes: Int { [.rf64, .wave64, .caf].contains(self) ? 8 : 4 }
    }

    let container: Container
    /// The declared number of sample bytes; nil: all bits set, as in a stream.
    var declared: Int?
    /// The declared number of frames in AIFF.
    var frames: Int
    var samples: [UInt8]
    /// Data after the samples.
    var tail: [UInt8] = []
    /// Replaces the format of PCM, in WAVE_FORMAT_EXTENSIBLE.
    var guid = Self.pcm
    /// Contents of a chunk that describes the channels, in CAF and AIFF.
    var layout: [UInt8]?
    var channels = 4

    /// A correct header.
    init(_ container: Container, _ values: [Float]) {
        self.container = container
        samples = values.flatMap { Self.number(Int(($0 * 32768).rounded()), 2, container.isBigEndian) }
        declared = samples.count
        frames = values.count / 4
    }

    var bytes: [UInt8] { head + samples + tail }

    /// All that comes before the samples.
    var head: [UInt8] {
        let big = container.isBigEndian || container == .aifc || container == .caf
        let extra = container == .wave64 ? 24 : container == .caf ? 4 : container == .aiff || container == .aifc ? 8 : 0
        let length = number(declared.map { $0 + extra } ?? -1, container.lengthBytes, big)
        let open = [UInt8](repeating: 0xFF, count: 4)
        let told = declared ?? 0
        switch container {
        case .wave, .waveExtensible, .rifx:
            let format = chunk("fmt ", container == .waveExtensible ? extensibleFormat : plainFormat)
            let body = join(text("WAVE"), format, text("data"), length)
            return join(text(container == .rifx ? "RIFX" : "RIFF"), number(body.count + told, 4), body)
        case .rf64:
            let sizes = chunk("ds64", join(number(0, 8), length, number(0, 8), number(0, 4)))
            return join(text("RF64"), open, text("WAVE"), sizes, chunk("fmt ", extensibleFormat), text("data"), open)
        case .wave64:
            let format = extensibleFormat
            let body = join(
                Self.guid("wave"), Self.guid("fmt "), number(24 + format.count, 8), format, Self.guid("data"), length)
            return join(text("riff"), Self.riffTail, number(24 + body.count + told, 8), body)
        case .aiff, .aifc:
            let rate = join(number(0x400D, 2, true), number(24_000 << 17, 4, true), [0, 0, 0, 0])
            let kind = container == .aifc ? text("sowt\0\0") : []
            let common = join(number(channels, 2, true), number(frames, 4, true), number(16, 2, true), rate, kind)
            let channels = layout.map { chunk("CHAN", $0, true) } ?? []
            let form = text(container == .aifc ? "AIFC" : "AIFF")
            let body = join(form, chunk("COMM", common, true), channels, text("SSND"), length, number(0, 8, true))
            return join(text("FORM"), number(body.count + told, 4, true), body)
        case .au, .auLittle:
            let fields = [24, declared ?? -1, 3, 24_000, channels]
            return join(text(container == .au ? ".snd" : "dns."), fields.flatMap { number($0, 4, container == .au) })
        case .caf:
            let rate = number(Int(bitPattern: UInt(Double(24_000).bitPattern)), 8, true)
            let fields = [2, 2 * channels, 1, channels, 16].flatMap { number($0, 4, true) }
            let description = join(text("desc"), number(32, 8, true), rate, text("lpcm"), fields)
            let layout = layout.map { chunk("chan", $0) } ?? []
            return join(text("caff"), [0, 1, 0, 0], description, layout, text("data"), length, [0, 0, 0, 0])
        }
    }

    /// A chunk with its padding, in the container's own way; AU has none.
    func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
        switch container {
        case .wave64:
            let padding = [UInt8](repeating: 0, count: (8 - contents.count % 8) % 8)
            return join(Self.guid(name), number(24 + contents.count, 8), contents, padding)
        case .caf: return join(text(name), number(contents.count, 8, true), contents)
        default: return chunk(name, contents, container.isBigEndian || container == .aifc)
        }
    }

    private func chunk(_ name: String, _ contents: [UInt8], _ big: Bool) -> [UInt8] {
        join(text(name), number(contents.count, 4, big), contents, [UInt8](repeating: 0, count: contents.count % 2))
    }

    private var plainFormat: [UInt8] {
        let fields = [(1, 2), (channels, 2), (24_000, 4), (24_000 * 2 * channels, 4), (2 * channels, 2), (16, 2)]
        return fields.flatMap { number($0.0, $0.1, container.isBigEndian) }
    }

    private var extensibleFormat: [UInt8] {
        join(number(0xFFFE, 2), Array(plainFormat[2...]), number(22, 2), number(16, 2), number(0, 4), guid)
    }

    private func number(_ value: Int, _ count: Int, _ big: Bool? = nil) -> [UInt8] {
        Self.number(value, count, big ?? (container == .rifx))
    }

    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    private func join(_ parts: [UInt8]...) -> [UInt8] { Array(parts.joined()) }

    static func number(_ value: Int, _ count: Int, _ big: Bool) -> [UInt8] { AudioHeader.bytes(value, count: count, bigEndian: big) }

    private static func guid(_ name: String) -> [UInt8] {
        Array(name.utf8) + [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A]
    }
    private static let riffTail: [UInt8] = [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0]
    static let pcm: [UInt8] = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    static let furseMalham: [UInt8] = [1, 0, 0, 0, 0x21, 7, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0]
}
