/// Encodes one JSON object as one line of UTF-8 into a reusable buffer.
///
/// Numbers have a fixed count of decimals and no locale; values that are not finite become null.
struct JSONLine {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false
    /// Number of lines begun.
    private(set) var count = 0

    init(capacity: Int = 1024) { bytes.reserveCapacity(capacity) }

    /// Clears the buffer and opens the object.
    mutating func begin() {
        count += 1
        bytes.removeAll(keepingCapacity: true)
        open("{")
    }

    /// Closes the object and the line.
    mutating func end() {
        close("}")
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func openObject() {
        element()
        open("{")
    }
    mutating func openObject(_ key: StaticString) {
        name(key)
        open("{")
    }
    mutating func closeObject() { close("}") }
    mutating func openArray(_ key: StaticString) {
        name(key)
        open("[")
    }
    mutating func closeArray() { close("]") }

    mutating func field(_ key: StaticString, _ value: Int) {
        name(key)
        append(value)
    }

    mutating func field(_ key: StaticString, _ value: Double, decimals: Int) {
        name(key)
        append(value, decimals: decimals)
    }

    /// nil becomes null.
    mutating func field(_ key: StaticString, _ value: String?) {
        name(key)
        value.map { append(quoted: $0) } ?? appendNull()
    }

    /// A key that is known only at run time.
    mutating func field(named key: String, _ value: Int) {
        element()
        append(quoted: key)
        bytes.append(UInt8(ascii: ":"))
        append(value)
    }

    /// A number as the next element of an array.
    mutating func element(_ value: Double, decimals: Int) {
        element()
        append(value, decimals: decimals)
    }

    /// A string as the next element of an array.
    mutating func element(_ value: String) {
        element()
        append(quoted: value)
    }

    // MARK: - Pieces

    private mutating func element() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    private mutating func name(_ key: StaticString) {
        element()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(_ value: Int) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        append(magnitude: value.magnitude, digits: 1)
    }

    /// At least `digits` decimal digits, with leading zeros.
    private mutating func append(magnitude: UInt, digits: Int) {
        var divisor: UInt = 1
        var count = 1
        while count < digits || magnitude / divisor >= 10 {
            divisor *= 10
            count += 1
        }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(magnitude / divisor % 10))
            divisor /= 10
        }
    }

    private mutating func append(_ value: Double, decimals: Int) {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value * scale).rounded()
        // No measured quantity exceeds 2^62.
        guard scaled.isFinite, abs(scaled) < 4.6e18 else {
            return appendNull()
        }
        let magnitude = UInt(abs(scaled))
        if scaled < 0 { bytes.append(UInt8(ascii: "-")) }
        append(magnitude: magnitude / UInt(scale), digits: 1)
        if decimals > 0 {
            bytes.append(UInt8(ascii: "."))
            append(magnitude: magnitude % UInt(scale), digits: decimals)
        }
    }

    private mutating func appendNull() {
        for byte in "null".utf8 { bytes.append(byte) }
    }

    private mutating func append(quoted text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                let hex = Array("0123456789abcdef".utf8)
                for escape in "\\u00".utf8 { bytes.append(escape) }
                bytes.append(hex[Int(byte >> 4)])
                bytes.append(hex[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
