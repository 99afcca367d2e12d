/// Numbers of 16 bits (IEEE 754, binary16), the format's F16. With integers, since not every processor has the type.
public enum Half {
    /// The largest finite number.
    public static let greatest: Float = 65_504
    /// From here on, numbers round to infinity.
    private static let overflow: Float = 65_520

    /// The nearest number of 16 bits, of two the one with an even last bit.
    /// - Returns: nil for a number that is not finite, or too large.
    public static func bits(_ value: Float) -> UInt16? {
        let size = value.magnitude
        guard size < overflow else { return nil }
        let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
        // Below the least normal number, there are multiples of 2^-24.
        if size < 0x1p-14 { return sign | UInt16((size * 0x1p24).rounded(.toNearestOrEven)) }
        // The exponent's bias is 15 in place of 127; a carry out of the fraction raises the exponent.
        let bits = size.bitPattern - 112 << 23
        return sign | UInt16((bits + 0xFFF + (bits >> 13 & 1)) >> 13)
    }

    /// The same number in 32 bits.
    public static func value(_ bits: UInt16) -> Float {
        let (exponent, fraction) = (UInt32(bits >> 10 & 31), UInt32(bits & 1023))
        let size: Float =
            switch exponent {
            case 0: Float(fraction) * 0x1p-24
            case 31: Float(bitPattern: 255 << 23 | fraction << 13)
            default: Float(bitPattern: (exponent + 112) << 23 | fraction << 13)
            }
        return bits & 0x8000 == 0 ? size : -size
    }
}
