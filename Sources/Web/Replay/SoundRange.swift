import FlyingFox
import FlyingSocks

/// A part of a `WaveSound` as the body of an answer, decoded piece by piece as the browser reads it.
struct SoundRange: AsyncBufferedSequence {
    typealias Element = UInt8

    let sound: WaveSound
    let range: Range<Int>

    private static let piece = 1 << 15

    func makeAsyncIterator() -> Iterator { Iterator(sound: sound, next: range.lowerBound, end: range.upperBound) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        let sound: WaveSound
        var next: Int
        let end: Int

        mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
            guard next < end else { return nil }
            let until = Swift.min(end, next + SoundRange.piece)
            defer { next = until }
            return sound.bytes(next..<until)
        }

        mutating func next() async throws -> UInt8? {
            guard next < end else { return nil }
            defer { next += 1 }
            return sound.bytes(next..<next + 1).first
        }
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
        guard ends[0].isEmpty || first != nil, ends[1].isEmpty || last != nil, Swift.min(first ?? 0, last ?? 0) >= 0 else { return .all }
        switch (first, last) {
        case (nil, nil): return .all
        case (nil, let suffix?): return suffix > 0 ? .part(Swift.max(0, count - suffix)..<count) : .unsatisfiable
        case (let first?, let last):
            if let last, last < first { return .all }
            return first < count ? .part(first..<Swift.min(count, (last ?? count - 1) + 1)) : .unsatisfiable
        }
    }
}
