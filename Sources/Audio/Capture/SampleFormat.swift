/// The memory layout of a device's sample; all are little-endian.
public enum SampleFormat: String, Sendable, Hashable, CaseIterable {
    // In the order of preference.
    case s32 = "S32_LE"
    /// 24 bits in 3 bytes.
    case s24Packed = "S24_3LE"
    /// 24 bits in the lower part of 4 bytes; the upper byte is ignored.
    case s24 = "S24_LE"
    case s16 = "S16_LE"
    case float = "FLOAT_LE"

    public var bytes: Int {
        switch self {
        case .s16: 2
        case .s24Packed: 3
        case .s32, .s24, .float: 4
        }
    }

    /// Converts samples to floats in ±1. Integers are divided by their largest magnitude, which is exact up to 24 bits. Floats
    /// are kept, except that values that are not finite or above the limit become 0.
    ///
    /// - Parameters:
    ///   - raw: [samples] of this format.
    ///   - samples: space for as many.
    /// - Returns: the number of samples replaced by 0.
    @discardableResult
    public func convert(_ raw: RawSpan, into samples: inout MutableSpan<Float>) -> Int {
        let count = raw.byteCount / bytes
        precondition(samples.count >= count, "the output has space for all samples")
        switch self {
        case .s16:
            for i in 0..<count {
                let value = unsafe raw.unsafeLoadUnaligned(fromByteOffset: 2 * i, as: Int16.self)
                samples[i] = Float(Int16(littleEndian: value)) * 0x1p-15
            }
        case .s24Packed:
            for i in 0..<count {
                let low = unsafe raw.unsafeLoadUnaligned(fromByteOffset: 3 * i, as: UInt16.self)
                let high = unsafe raw.unsafeLoadUnaligned(fromByteOffset: 3 * i + 2, as: Int8.self)
                samples[i] = Float(Int32(high) << 16 | Int32(UInt16(littleEndian: low))) * 0x1p-23
            }
        case .s24:
            for i in 0..<count {
                let value = unsafe raw.unsafeLoadUnaligned(fromByteOffset: 4 * i, as: Int32.self)
                samples[i] = Float((Int32(littleEndian: value) << 8) >> 8) * 0x1p-23
            }
        case .s32:
            for i in 0..<count {
                let value = unsafe raw.unsafeLoadUnaligned(fromByteOffset: 4 * i, as: Int32.self)
                samples[i] = Float(Int32(littleEndian: value)) * 0x1p-31
            }
        case .float:
            for i in 0..<count {
                let bits = unsafe raw.unsafeLoadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)
                samples[i] = Float(bitPattern: UInt32(littleEndian: bits))
            }
            return SoundSample.replaceInvalid(in: &samples, count: count)
        }
        return 0
    }
}
