import Glibc

// Paths are bytes to the system and need not be UTF-8, but a `String` contains Unicode only. A byte outside valid UTF-8 (a name
// in Latin-1) is represented by one of 128 private characters, and becomes that byte again when a file is opened.
extension String {
    /// The stand-ins of the bytes 0x80...0xFF: the last byte of the scalar is the byte.
    private static let standIns: ClosedRange<UInt32> = 0x10EF80...0x10EFFF

    /// A path, or a part of one, as the command line and folders give it. Equal bytes give equal scalars, different bytes
    /// different scalars, so that `systemBytes` returns the original bytes.
    public init(systemBytes bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: { Self.standIns.contains($0.value) }) {
            self = text
            return
        }
        var scalars = String.UnicodeScalarView()
        var next = 0
        while next < bytes.count {
            let length = Self.sequenceLength(bytes[next])
            let end = Swift.min(next + length, bytes.count)
            // The UTF-8 of a stand-in is itself kept byte by byte, so that only invalid bytes become stand-ins.
            if let text = String(validating: bytes[next..<end], as: UTF8.self), let scalar = text.unicodeScalars.first,
                !Self.standIns.contains(scalar.value)
            {
                scalars.append(scalar)
                next = end
            } else {
                scalars.append(Unicode.Scalar(0x10EF00 | UInt32(bytes[next])) ?? "\u{FFFD}")
                next += 1
            }
        }
        self.init(scalars)
    }

    /// A path from C.
    public init(systemPath path: UnsafePointer<CChar>) {
        let count = unsafe strlen(path)
        self.init(systemBytes: unsafe UnsafeBufferPointer(start: path, count: count).map { UInt8(bitPattern: $0) })
    }

    /// The bytes of a path, without a zero at their end.
    public var systemBytes: [UInt8] {
        guard unicodeScalars.contains(where: { Self.standIns.contains($0.value) }) else { return Array(utf8) }
        var bytes: [UInt8] = []
        for scalar in unicodeScalars {
            if Self.standIns.contains(scalar.value) {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes += Array(String(scalar).utf8)
            }
        }
        return bytes
    }

    /// A path for `open` and similar calls.
    public var systemPath: [CChar] { systemBytes.map { CChar(bitPattern: $0) } + [0] }

    /// The byte that a stand-in represents; nil for other scalars.
    static func standIn(_ scalar: Unicode.Scalar) -> UInt8? {
        standIns.contains(scalar.value) ? UInt8(truncatingIfNeeded: scalar.value) : nil
    }

    /// Length in bytes of the sequence that a first byte begins.
    private static func sequenceLength(_ first: UInt8) -> Int {
        switch first {
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xFF: 4
        default: 1
        }
    }
}
