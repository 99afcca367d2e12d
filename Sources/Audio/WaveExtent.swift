import Glibc

/// How many bytes of samples a RIFF WAVE file declares, and how many it has.
///
/// libsndfile reads what is there and says nothing when a copy or a recording broke off; a short labelled file would
/// then pass for a whole one. Programs that write to a pipe leave 0 or the largest number: those declare nothing.
/// Layout: "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991.
struct WaveExtent {
    let declared: Int
    let available: Int

    var isTruncated: Bool { declared > available }

    /// - Parameter descriptor: of a readable file; its offset is not kept.
    /// - Returns: nil for files that are not RIFF WAVE, have no data chunk or declare no length.
    init?(descriptor: Int32) {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        var head = [UInt8](repeating: 0, count: 12)
        guard Self.read(descriptor, &head, at: 0), head[0..<4].elementsEqual("RIFF".utf8),
            head[8..<12].elementsEqual("WAVE".utf8)
        else { return nil }
        var offset = 12
        var chunk = [UInt8](repeating: 0, count: 8)
        while Self.read(descriptor, &chunk, at: offset) {
            let length = (4..<8).reversed().reduce(0) { $0 << 8 | Int(chunk[$1]) }
            offset += 8
            if chunk[0..<4].elementsEqual("data".utf8) {
                guard length != 0, length < 0xFFFF_F000 else { return nil }
                declared = length
                available = max(0, size - offset)
                return
            }
            // Chunks are padded to even lengths.
            offset += length + length % 2
        }
        return nil
    }

    private static func read(_ descriptor: Int32, _ bytes: inout [UInt8], at offset: Int) -> Bool {
        let wanted = bytes.count
        return unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress!, wanted, offset) } == wanted
    }
}
