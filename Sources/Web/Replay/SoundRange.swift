import HTTP
import Synchronization

/// A part of a `WaveSound` as the body of an answer, decoded piece by piece as the browser reads it.
struct SoundRange {
    let sound: WaveSound
    let range: Range<Int>

    private static let piece = 1 << 15

    var body: HTTPResponse.Body {
        let position = Position(range.lowerBound)
        return .pieces(count: range.count) {
            let start = position.next.withLock { next in
                defer { next = min(range.upperBound, next + Self.piece) }
                return next
            }
            return start < range.upperBound ? sound.bytes(start..<min(range.upperBound, start + Self.piece)) : nil
        }
    }

    private final class Position: Sendable {
        let next: Mutex<Int>
        init(_ start: Int) { next = Mutex(start) }
    }

    /// The one range that a request asks for (RFC 9110, section 14.1.2).
    enum Asked: Hashable {
        /// No range, or one that the standard allows a server to ignore.
        case all
        case part(Range<Int>)
        case unsatisfiable
    }

    static func asked(_ header: String?, of count: Int) -> Asked {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return .all }
        let ends = header.dropFirst("bytes=".count).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return .all }
        let (first, last) = (Int(ends[0]), Int(ends[1]))
        guard ends[0].isEmpty || first != nil, ends[1].isEmpty || last != nil, min(first ?? 0, last ?? 0) >= 0 else { return .all }
        switch (first, last) {
        case (nil, nil): return .all
        case (nil, let suffix?): return suffix > 0 ? .part(max(0, count - suffix)..<count) : .unsatisfiable
        case (let first?, let last):
            if let last, last < first { return .all }
            return first < count ? .part(first..<min(count, (last ?? count - 1) + 1)) : .unsatisfiable
        }
    }
}
