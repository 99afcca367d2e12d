import Foundation

/// The reader's end of the track socket.
final class FeedClient {
    private let descriptor: Int32
    private var pending: [UInt8] = []
    private static let longestLine = 1 << 20

    /// - Returns: nil when nobody serves the path.
    init?(path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !path.isEmpty, path.utf8.count < room else { return nil }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            for (i, byte) in path.utf8.enumerated() { unsafe bytes[i] = byte }
        }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let connected = unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// The next line's object; nil once the connection is over. What is no JSON object is passed over.
    func next() -> FeedLine? {
        while true {
            if let newline = pending.firstIndex(of: 10) {
                let line = Data(pending[..<newline])
                pending.removeFirst(newline + 1)
                let decoder = JSONDecoder()
                decoder.keyDecodingStrategy = .convertFromSnakeCase
                if let decoded = try? decoder.decode(FeedLine.self, from: line) { return decoded }
                continue
            }
            var piece = [UInt8](repeating: 0, count: 4096)
            let count = unsafe read(descriptor, &piece, piece.count)
            guard count > 0, pending.count < Self.longestLine else { return nil }
            pending += piece[..<count]
        }
    }
}

/// A line of the feed: of the three types' fields, those that `watch` shows.
struct FeedLine: Decodable {
    struct Track: Decodable {
        var id: Int
        var azimuth, elevation, activity, age: Double
    }

    var type: String
    var seq: Int?
    var time: Double?
    var tracks: [Track]?
    var name, format, source, state: String?
    var overruns, droppedBlocks, maxTracks: Int?
    var load: Double?
    var levelDbfs: [Double?]?
}
