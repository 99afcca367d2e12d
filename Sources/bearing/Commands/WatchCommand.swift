import ArgumentParser
import Configuration
import Glibc
import Platform
import Subscription
import TrackFeed

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows the tracks of a running daemon in the terminal.",
        discussion: """
            The map shows the whole sphere: azimuth from behind over left, front and right to behind, the horizon in the \
            middle. If standard output is not a terminal, each block is one line. When the daemon ends, watch waits for it. Ctrl-C ends watch.

            Example: bearing watch --duration 10
            """)

    @Option(help: "The daemon's socket: PATH, @NAME or tcp:HOST:PORT (default: where `bearing run` puts it).")
    var socket: String?

    @Option(help: "End after this many blocks.")
    var frames: Int?

    @Option(help: "End after this many seconds.")
    var duration: Double?

    func validate() throws {
        if let socket, address == nil {
            throw ValidationError(FeedAddress.noPlaceToConnect(socket))
        }
        if let frames, frames < 1 { throw ValidationError("--frames expects 1 or more, found \(frames)") }
        if let duration, !(duration > 0) { throw ValidationError("--duration expects a positive number, found \(duration)") }
    }

    func run() throws {
        let deadline = duration.map { MonotonicTime.seconds + $0 }
        var view = TrackView(isTerminal: isatty(STDOUT_FILENO) == 1)
        var waiting = DaemonWait(place: place)
        var left = frames ?? .max
        while !isOver(deadline) {
            guard let client = try connect() else {
                if address?.isTaken == true { throw Failure(.unavailable, "expected a daemon at \(place), found \(FeedClient.noSocket)") }
                waiting.pass(.absent, until: deadline)
                continue
            }
            guard let end = show(client, &view, &left, until: deadline) else { return }
            view.close()
            waiting.pass(end, until: deadline)
        }
    }

    /// Shows the lines of a daemon until the connection ends.
    /// - Returns: how it ended; nil if nothing is left to show.
    private func show(_ client: FeedClient, _ view: inout TrackView, _ left: inout Int, until deadline: Double?) -> FeedWait.Reason? {
        var hasTracks = false
        while true {
            switch client.nextLine(until: deadline) {
            case .line(let bytes):
                guard let line = FeedClient.object(bytes) else { continue }
                view.show(line)
                guard !StandardOutput.shared.isBroken else { return nil }
                guard line.type == "tracks" else { continue }
                hasTracks = true
                left -= 1
                if left == 0 { return nil }
            case .ended: return hasTracks ? .left : .turnedAway
            case .timedOut: return nil
            case .tooLong: return .endless
            }
        }
    }

    private func isOver(_ deadline: Double?) -> Bool { deadline.map { MonotonicTime.seconds >= $0 } ?? false }

    private var place: String { socket ?? SocketPath.standard }

    /// The given socket; nil if it does not exist.
    private var address: FeedAddress? { socket.flatMap { FeedAddress(connecting: $0) } }

    /// The given socket; by default the user's own, then the service's.
    /// - Throws: a `Failure` if the server there is not trusted.
    private func connect() throws -> FeedClient? {
        if let address { return FeedClient(address) }
        var stranger: String?
        for place in [SocketPath.standard, SocketPath.service] {
            do throws(FeedClient.Refusal) {
                return try FeedClient(reaching: .path(place), byDefault: true)
            } catch {
                stranger = stranger ?? error.stranger
            }
        }
        if let stranger { throw Failure(.unavailable, stranger) }
        return nil
    }
}
