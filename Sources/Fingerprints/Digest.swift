/// A 64-bit hash of contents: XXH64 (Yann Collet, xxHash, "XXH64 algorithm description"), seed 0. Not cryptographic.
///
/// Pieces of any length give the same result as the whole.
public struct Digest: Sendable {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
    /// Bytes that the four lanes process at once.
    private static let stripe = 32

    private var lanes = (prime1 &+ prime2, prime2, UInt64(0), 0 &- prime1)
    /// The last bytes, fewer than a stripe.
    private var rest: [UInt8] = []
    private var length: UInt64 = 0

    public init() { rest.reserveCapacity(Self.stripe) }

    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var start = 0
        if !rest.isEmpty {
            start = min(Self.stripe - rest.count, bytes.count)
            unsafe rest.append(contentsOf: bytes[..<start])
            guard rest.count == Self.stripe else { return }
            let first = rest
            unsafe first.withUnsafeBytes { unsafe takeStripes(of: $0) }
            rest.removeAll(keepingCapacity: true)
        }
        let whole = start + (bytes.count - start) / Self.stripe * Self.stripe
        unsafe takeStripes(of: UnsafeRawBufferPointer(rebasing: bytes[start..<whole]))
        unsafe rest.append(contentsOf: bytes[whole...])
    }

    public mutating func add(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe add($0) } }

    /// A text with its end, so that "a" and "bc" differ from "ab" and "c".
    public mutating func add(_ text: String) {
        add(Array(text.utf8))
        add([0])
    }

    public mutating func add(_ word: UInt64) {
        unsafe withUnsafeBytes(of: word.littleEndian) { unsafe add($0) }
    }

    public var value: UInt64 {
        var hash = Self.prime5
        if length >= UInt64(Self.stripe) {
            hash =
                Self.rotated(lanes.0, 1) &+ Self.rotated(lanes.1, 7) &+ Self.rotated(lanes.2, 12)
                &+ Self.rotated(lanes.3, 18)
            for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
                hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4
            }
        }
        hash &+= length
        var at = 0
        while at + 8 <= rest.count {
            hash = Self.rotated(hash ^ Self.round(0, word(at, bytes: 8)), 27) &* Self.prime1 &+ Self.prime4
            at += 8
        }
        if at + 4 <= rest.count {
            hash = Self.rotated(hash ^ word(at, bytes: 4) &* Self.prime1, 23) &* Self.prime2 &+ Self.prime3
            at += 4
        }
        for byte in rest[at...] { hash = Self.rotated(hash ^ UInt64(byte) &* Self.prime5, 11) &* Self.prime1 }
        hash = (hash ^ hash >> 33) &* Self.prime2
        hash = (hash ^ hash >> 29) &* Self.prime3
        return hash ^ hash >> 32
    }

    /// 16 hexadecimal digits.
    public var text: String { Self.text(value) }

    public static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private mutating func takeStripes(of bytes: UnsafeRawBufferPointer) {
        var (a, b, c, d) = lanes
        for at in stride(from: 0, to: bytes.count, by: Self.stripe) {
            a = unsafe Self.round(a, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
            b = unsafe Self.round(b, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)))
            c = unsafe Self.round(c, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 16, as: UInt64.self)))
            d = unsafe Self.round(d, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 24, as: UInt64.self)))
        }
        lanes = (a, b, c, d)
    }

    /// Little-endian, from the last bytes.
    private func word(_ at: Int, bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(rest[at + $1]) << UInt64(8 * $1) }
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotated(lane &+ input &* prime2, 31) &* prime1
    }

    private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }
}
