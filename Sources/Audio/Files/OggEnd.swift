/// Whether an Ogg stream ends with a complete page that is marked as the last (RFC 3533). The header of an Ogg file has no
/// length that would show that it was cut off.
enum OggEnd {
    /// 27 bytes, a table of 255 and 255 times 255.
    private static let longestPage = 27 + 255 + 255 * 255

    /// - Returns: nil if the file is not Ogg.
    static func isThere(_ file: AudioBytes) -> Bool? {
        guard file.isAt(0, "OggS") else { return nil }
        let count = min(file.size, 2 * longestPage)
        guard let tail = file.bytes(file.size - count, count) else { return false }
        let mark = Array("OggS".utf8)
        for place in stride(from: tail.count - 27, through: 0, by: -1) where tail[place..<place + 4].elementsEqual(mark) {
            let segments = Int(tail[place + 26])
            guard tail[place + 4] == 0 else { continue }
            guard place + 27 + segments <= tail.count else { return false }
            let length = tail[place + 27..<place + 27 + segments].reduce(27 + segments) { $0 + Int($1) }
            return place + length <= tail.count && tail[place + 5] & 4 != 0
        }
        return false
    }
}
