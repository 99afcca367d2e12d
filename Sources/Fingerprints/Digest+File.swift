public import Files

extension Digest {
    /// Bytes per read.
    private static let piece = 1 << 20
    /// The sample of a file: this many blocks of this many bytes, evenly spaced.
    private static let sampledBlocks = 4
    private static let sampledBytes = 4096

    /// The digest of all bytes of an ordinary file.
    /// - Throws: a `FileError` if the file is missing, unreadable, or not an ordinary file.
    public static func ofContents(_ path: String) throws(FileError) -> UInt64 {
        let file = try RegularFile(path, limit: .audio)
        var digest = Digest()
        var offset = 0
        while true {
            let bytes = try file.bytes(at: offset, count: piece)
            digest.add(bytes)
            offset += bytes.count
            guard bytes.count == piece else { break }
        }
        guard offset >= file.size else { throw .unreadable(path: path, reason: "it ends after \(offset) of \(file.size) bytes") }
        return digest.value
    }

    /// The digest of a file's size and a sample of its bytes, including the first and last. It distinguishes recordings and
    /// stays fast for thousands of them. A file of 16 KiB or less is read whole.
    /// - Throws: as `ofContents`.
    public static func ofSample(_ path: String) throws(FileError) -> UInt64 {
        let file = try RegularFile(path, limit: .audio)
        let isWhole = file.size <= sampledBlocks * sampledBytes
        let last = max(0, file.size - sampledBytes)
        var digest = Digest()
        digest.add(UInt64(file.size))
        for block in 0..<sampledBlocks {
            let offset = isWhole ? block * sampledBytes : last * block / (sampledBlocks - 1)
            digest.add(try file.bytes(at: offset, count: sampledBytes))
        }
        return digest.value
    }
}
