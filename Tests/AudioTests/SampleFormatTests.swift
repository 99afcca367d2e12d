import Audio
import Testing

@Suite struct SampleFormatTests {
    static func convert(_ bytes: [UInt8], _ format: SampleFormat, unsound: Int? = 0) -> [Float] {
        var samples = [Float](repeating: 9, count: bytes.count / format.bytes)
        var span = samples.mutableSpan
        let found = unsafe format.convert(bytes.span.bytes, into: &span)
        if let unsound { #expect(found == unsound) }
        return samples
    }

    @Test func everyFormatIsExact() {
        let s16: [Float] = [0, 0x1p-15, 32767 * 0x1p-15, -1, -0x1p-15]
        #expect(Self.convert([0, 0, 1, 0, 0xFF, 0x7F, 0, 0x80, 0xFF, 0xFF], .s16) == s16)
        let packed: [Float] = [0, 0x1p-23, 8_388_607 * 0x1p-23, -1, -0x1p-23, 66051 * 0x1p-23]
        #expect(
            Self.convert([0, 0, 0, 1, 0, 0, 0xFF, 0xFF, 0x7F, 0, 0, 0x80, 0xFF, 0xFF, 0xFF, 3, 2, 1], .s24Packed)
                == packed)
        // The fourth byte is not part of the sample.
        let s24: [Float] = [0x1p-23, -1, -0x1p-23]
        #expect(Self.convert([1, 0, 0, 0xAA, 0, 0, 0x80, 0, 0xFF, 0xFF, 0xFF, 0x55], .s24) == s24)
        let s32: [Float] = [0.5, -1, 0x1p-23]
        #expect(Self.convert([0, 0, 0, 0x40, 0, 0, 0, 0x80, 0, 1, 0, 0], .s32) == s32)
        let floats: [Float] = [1, -2, 0, 0]
        #expect(
            Self.convert([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0xFF], .float, unsound: 2) == floats)
        // A finite number far beyond any sound, 2^64, the largest that is one, 2^32, and the float next above.
        let far: [Float] = [0, 0x1p32, 0, -0x1p32]
        #expect(
            Self.convert([0, 0, 0x80, 0x5F, 0, 0, 0x80, 0x4F, 1, 0, 0x80, 0x4F, 0, 0, 0x80, 0xCF], .float, unsound: 2) == far)
    }

    @Test(arguments: SampleFormat.allCases)
    func unalignedBytesDoNotMatter(_ format: SampleFormat) {
        let bytes = (0..<format.bytes * 64 + 1).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let aligned = Self.convert(Array(bytes[1...]), format, unsound: nil)
        var samples = [Float](repeating: 0, count: 64)
        var span = samples.mutableSpan
        unsafe format.convert(bytes.span.bytes.extracting(1...), into: &span)
        #expect(samples == aligned)
    }
}
