import Files
import FoundationEssentials
import Glibc
package import Platform

/// The client's end of the track socket.
package final class FeedClient {
    /// The result of waiting for a line.
    package enum Reading {
        /// Without its newline.
        case line([UInt8])
        /// The server has closed the connection.
        case ended
        case timedOut
        /// More bytes without a newline than a line of the feed may have.
        case tooLong
    }

    /// Why there is no connection: an errno.
    package struct Refusal: Error {
        package let code: Int32
        /// The message if the server is not trusted.
        package var stranger: String?

        package init(code: Int32, stranger: String? = nil) {
            self.code = code
            self.stranger = stranger
        }
    }

    package static let noSocket = "something that is not a socket: give the path of its --socket"

    private let descriptor: Int32
    private var pending: [UInt8] = []
    /// Bytes of `pending` that contain no newline.
    private var searched = 0
    private static let longestLine = 1 << 20

    /// - Returns: nil if no process serves the address.
    package convenience init?(_ address: FeedAddress) {
        do { try self.init(reaching: address) } catch { return nil }
    }

    /// - Returns: nil if no process serves the path.
    package convenience init?(path: String) { self.init(.path(path)) }

    /// - Parameters:
    ///   - timeout: seconds to wait for a daemon whose queue of connections is full; nil waits without limit.
    ///   - byDefault: the user did not give the address, so only trusted servers are accepted.
    package init(reaching address: FeedAddress, timeout: Double? = nil, byDefault: Bool = false) throws(Refusal) {
        do throws(FeedError) {
            descriptor = try byDefault ? address.connectByDefault(timeout: timeout) : address.connect(timeout: timeout)
        } catch {
            switch error {
            case .pathTooLong: throw Refusal(code: ENAMETOOLONG)
            case .untrusted: throw Refusal(code: EACCES, stranger: error.description)
            default: throw Refusal(code: error.code ?? ENOENT)
            }
        }
    }

    deinit { close(descriptor) }

    /// Decodes a line of the feed; nil for any other line.
    package static func object(_ line: [UInt8]) -> FeedLine? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let decoded = try? decoder.decode(FeedLine.self, from: Data(line)), decoded.isPossible else { return nil }
        return decoded
    }

    /// The next line, whatever its content.
    ///
    /// - Parameters:
    ///   - deadline: seconds of `MonotonicTime` until which to wait; nil waits without limit.
    ///   - wake: ends the wait as a deadline does, while it is signalled.
    package func nextLine(until deadline: Double? = nil, wake: WakeEvent? = nil) -> Reading {
        while true {
            if let newline = pending[searched...].firstIndex(of: 10) {
                defer {
                    pending.removeFirst(newline + 1)
                    searched = 0
                }
                return .line(Array(pending[..<newline]))
            }
            searched = pending.count
            guard pending.count < Self.longestLine else { return .tooLong }
            if deadline != nil || wake != nil {
                // The system ignores a descriptor below 0.
                var waiting = [descriptor, wake?.descriptor ?? -1].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                let left = deadline.map { max(0, min(($0 - MonotonicTime.seconds) * 1000, 1e9)) }
                let ready = unsafe poll(&waiting, 2, left.map { Int32($0.rounded(.up)) } ?? -1)
                if ready < 0, errno == EINTR { continue }
                guard ready > 0, waiting[1].revents == 0 else { return .timedOut }
            }
            var piece = [UInt8](repeating: 0, count: 4096)
            let count = unsafe read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .ended }
            pending += piece[..<count]
        }
    }
}

extension FeedAddress {
    /// Parses an address for a client; nil for other text, and for addresses that a client cannot connect to.
    package init?(connecting text: String) {
        self.init(text)
        if self == .systemd { return nil }
    }

    /// Whether the path exists and is not a socket, so that no daemon will serve it.
    package var isTaken: Bool {
        guard case .path(let path) = self else { return false }
        return Folder.has(path) && !Folder.isSocket(path)
    }

    package static func noPlaceToConnect(_ text: String) -> String { "--socket expects a path, @NAME or tcp:HOST:PORT, found \"\(text)\"" }
}

/// A line of the feed, with the fields of all three types that `watch` shows.
package struct FeedLine: Decodable, Sendable {
    package struct Track: Decodable, Sendable {
        package var id: Int
        package var azimuth, elevation, activity, age: Double
        /// Absent in the lines of older daemons.
        package var levelDbfs: Double?
    }

    package var type: String
    package var `protocol`: Int?
    package var seq: Int?
    package var time: Double?
    package var tracks: [Track]?
    package var name, format, source, state: String?
    /// Of hello: `signed` or `unsigned`; absent from older daemons, whose elevations have a sign.
    package var elevation: String?
    package var overruns, droppedBlocks, maxTracks: Int?
    package var load: Double?
    package var levelDbfs: [Double?]?
}
