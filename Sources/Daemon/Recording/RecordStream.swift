import Audio
import Geometry
import Glibc
import TrackFeed

/// The stream from the daemon to the process that writes its recordings: messages over a stream socket, in the machine's byte
/// order. Each has a header of its kind, three zero bytes and the length of its body in 32 bits.
enum RecordStream {
    enum Kind: UInt8 {
        /// Floats: interleaved frames.
        case frames = 1
        /// A line of the feed.
        case line
        /// The beginning of another file: the time of its first frame, whether the pipeline was reset (a byte), then name,
        /// format, source and model, separated by zeros.
        case beginning
    }

    static let headBytes = 8
    /// Maximum size of a body in bytes: a piece of audio, or a line.
    static let bodyLimit = 1 << 20
    /// The writer's first line if it is ready; any other line is an error message.
    static let ready = "ready\n"

    static func message(_ kind: Kind, _ body: [UInt8]) -> [UInt8] {
        var bytes = [kind.rawValue, 0, 0, 0]
        unsafe withUnsafeBytes(of: UInt32(body.count)) { unsafe bytes.append(contentsOf: $0) }
        return bytes + body
    }

    static func message(_ samples: Span<Float>) -> [UInt8] {
        message(.frames, unsafe samples.withUnsafeBytes { unsafe Array($0) })
    }

    static func message(beginningAt time: Double, restarted: Bool, hello: FeedHello) -> [UInt8] {
        var body: [UInt8] = []
        unsafe withUnsafeBytes(of: time) { unsafe body.append(contentsOf: $0) }
        body.append(restarted ? 1 : 0)
        let texts = [hello.name, hello.format, hello.source, hello.model ?? "", hello.elevation.rawValue]
        body += texts.map { Array($0.utf8) }.joined(separator: [0])
        return message(.beginning, body)
    }

    /// The kind and the length of the body from a header; nil for an invalid one.
    static func head(_ bytes: [UInt8]) -> (kind: Kind, length: Int)? {
        guard bytes.count == headBytes, let kind = Kind(rawValue: bytes[0]) else { return nil }
        let length = unsafe bytes.withUnsafeBytes { unsafe Int($0.loadUnaligned(fromByteOffset: 4, as: UInt32.self)) }
        return length <= bodyLimit ? (kind, length) : nil
    }

    static func samples(_ body: [UInt8]) -> [Float] {
        unsafe body.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { unsafe bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    static func beginning(_ body: [UInt8]) -> (time: Double, restarted: Bool, hello: FeedHello)? {
        let texts = body.dropFirst(9).split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        guard body.count >= 9, texts.count == 5, let elevation = ElevationSense(rawValue: texts[4]) else { return nil }
        let time = unsafe body.withUnsafeBytes { unsafe $0.loadUnaligned(as: Double.self) }
        var hello = FeedHello(
            name: texts[0], format: texts[1], source: texts[2], model: texts[3].isEmpty ? nil : texts[3], maximumTracks: 0,
            latencyMilliseconds: 0)
        hello.elevation = elevation
        return (time, body[8] == 1, hello)
    }
}
