/// Encodes one JSON object as UTF-8, without line ends inside, into a reusable buffer.
///
/// Numbers are written without a locale; values that are not finite become null.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false
    /// Number of objects begun.
    package private(set) var count = 0

    package init(capacity: Int = 1024) { bytes.reserveCapacity(capacity) }

    /// The text of one object.
    package static func text(_ members: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        json.begin()
        members(&json)
        json.closeObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Clears the buffer and opens the object.
    package mutating func begin() {
        count += 1
        bytes.removeAll(keepingCapacity: true)
        open("{")
    }

    /// Closes the object and its line.
    package mutating func endLine() {
        close("}")
        bytes.append(UInt8(ascii: "\n"))
    }

    package mutating func openObject() {
        element()
        open("{")
    }
    package mutating func openObject(_ key: String) {
        name(key)
        open("{")
    }
    package mutating func closeObject() { close("}") }
    package mutating func openArray(_ key: String) {
        name(key)
        open("[")
    }
    package mutating func closeArray() { close("]") }

    package mutating func field(_ key: String, _ value: Int) {
        name(key)
        append(value)
    }

    package mutating func field(_ key: String, _ value: Double, decimals: Int) {
        name(key)
        append(value, decimals: decimals)
    }

    /// A number with the fewest digits that restore it exactly; nil becomes null.
    package mutating func field(_ key: String, exact value: Double?) {
        name(key)
        guard let value, value.isFinite else { return appendNull() }
        bytes.append(contentsOf: value.description.utf8)
    }

    /// nil becomes null.
    package mutating func field(_ key: String, _ value: Bool?) {
        name(key)
        guard let value else { return appendNull() }
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Text that is JSON already.
    package mutating func field(_ key: String, json: [UInt8]) {
        name(key)
        bytes.append(contentsOf: json)
    }

    /// nil becomes null.
    package mutating func field(_ key: String, _ value: String?) {
        name(key)
        value.map { append(quoted: $0) } ?? appendNull()
    }

    package mutating func element(_ value: Int) {
        element()
        append(value)
    }

    /// A number as the next element of an array.
    package mutating func element(_ value: Double, decimals: Int) {
        element()
        append(value, decimals: decimals)
    }

    /// A string as the next element of an array.
    package mutating func element(_ value: String) {
        element()
        append(quoted: value)
    }

    // MARK: - Pieces

    mutating func element() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    mutating func open(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    mutating func name(_ key: String) {
        element()
        append(quoted: key)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func append(_ value: Int) {
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

    mutating func append(byte: UInt8) { bytes.append(byte) }

    mutating func appendNull() {
        for byte in "null".utf8 { bytes.append(byte) }
    }

    mutating func append(quoted text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
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
