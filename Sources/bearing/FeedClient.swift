import Foundation

/// The reader's end of the track socket.
final class FeedClient {
    /// What came of waiting for a line.
    enum Reading {
        /// Without its newline.
        case line([UInt8])
        /// The other side has closed.
        case ended
        case timedOut
        /// More bytes without a newline than a line of the feed can have.
        case tooLong
    }

    /// Why there is no connection: an errno.
    struct Refusal: Error {
        let code: Int32
    }

    private let descriptor: Int32
    private var pending: [UInt8] = []
    private static let longestLine = 1 << 20

    /// - Returns: nil when nobody serves the path.
    convenience init?(path: String) {
        do { try self.init(reaching: path) } catch { return nil }
    }

    /// - Parameter timeout: seconds to wait for a daemon whose queue of connections is full; nil waits for ever.
    init(reaching path: String, timeout: Double? = nil) throws(Refusal) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !path.isEmpty, path.utf8.count < room else { throw Refusal(code: path.isEmpty ? ENOENT : ENAMETOOLONG) }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            for (i, byte) in path.utf8.enumerated() { unsafe bytes[i] = byte }
        }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if let timeout {
            var limit = timeval(tv_sec: Int(timeout), tv_usec: Int((timeout - timeout.rounded(.down)) * 1e6))
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        let connected = unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw Refusal(code: errno) }
    }

    deinit { close(descriptor) }

    /// The next line's object; nil once the connection is over. What no daemon says is passed over.
    func next() -> FeedLine? {
        while case .line(let line) = nextLine() {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            if let decoded = try? decoder.decode(FeedLine.self, from: Data(line)), decoded.isPossible { return decoded }
        }
        return nil
    }

    /// The next line, whatever it says.
    ///
    /// - Parameter deadline: seconds of `MonotonicClock` until which to wait; nil waits for ever.
    func nextLine(until deadline: Double? = nil) -> Reading {
        while true {
            if let newline = pending.firstIndex(of: 10) {
                defer { pending.removeFirst(newline + 1) }
                return .line(Array(pending[..<newline]))
            }
            guard pending.count < Self.longestLine else { return .tooLong }
            if let deadline {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let left = max(0, min((deadline - MonotonicClock.seconds) * 1000, 1e9))
                guard unsafe poll(&waiting, 1, Int32(left.rounded(.up))) > 0 else { return .timedOut }
            }
            var piece = [UInt8](repeating: 0, count: 4096)
            let count = unsafe read(descriptor, &piece, piece.count)
            guard count > 0 else { return .ended }
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
