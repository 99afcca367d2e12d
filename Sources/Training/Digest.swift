/// A short number that tells data apart: FNV-1a (Fowler, Noll and Vo) over 64 bits, a word of 32 bits a step. Not for secrets.
struct Digest {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ word: UInt32) { state = (state ^ UInt64(word)) &* 0x100_0000_01B3 }

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(UInt32(byte)) }
    }

    /// 16 hexadecimal digits.
    var text: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
