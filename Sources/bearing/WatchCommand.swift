import ArgumentParser
import Configuration
import Foundation
import TrackFeed

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows the tracks of a running daemon in the terminal.",
        discussion: """
            The map unrolls the sphere: from behind over the left, the front and the right to behind, the horizon in the \
            middle. Where standard output is no terminal, each block is one line. When the daemon goes away, watch waits for it. Ctrl-C ends it.

            Example: bearing watch --duration 10
            """)

    @Option(help: "The daemon's socket: PATH, @NAME or tcp:HOST:PORT (default: where `bearing run` puts it).")
    var socket: String?

    @Option(help: "End after so many blocks.")
    var frames: Int?

    @Option(help: "End after so many seconds.")
    var duration: Double?

    private static let retrySeconds = 0.2

    func validate() throws {
        if let socket, address == nil {
            throw ValidationError(FeedAddress.noPlaceToConnect(socket))
        }
        if let frames, frames < 1 { throw ValidationError("--frames expects 1 or more, found \(frames)") }
        if let duration, !(duration > 0) { throw ValidationError("--duration expects a positive number, found \(duration)") }
    }

    func run() throws {
        let deadline = duration.map { MonotonicClock.seconds + $0 }
        if let deadline { Self.endProcess(at: deadline) }
        var view = TrackView(isTerminal: isatty(STDOUT_FILENO) == 1)
        var seen = 0
        var wasConnected: Bool?
        while true {
            guard let client = connect() else {
                if wasConnected != false {
                    Console.note("expected a daemon at \(place), found none: waiting for `bearing run`")
                    wasConnected = false
                }
                Thread.sleep(forTimeInterval: Self.retrySeconds)
                continue
            }
            wasConnected = true
            while let line = client.next() {
                view.show(line)
                if line.type == "tracks" { seen += 1 }
                if let frames, seen >= frames { return }
            }
            view.close()
            Console.note("the daemon at \(place) went away; waiting for it")
            wasConnected = false
        }
    }

    private var place: String { socket ?? SocketPath.standard }

    /// The given socket; nil where there is none that one can connect to.
    private var address: FeedAddress? { socket.flatMap { FeedAddress(connecting: $0) } }

    /// The given socket; else the user's own, else the service's.
    private func connect() -> FeedClient? {
        if let address { return FeedClient(address) }
        return FeedClient(path: SocketPath.standard) ?? FeedClient(path: SocketPath.service)
    }

    /// Reading a silent socket never returns, so time is kept beside it.
    private static func endProcess(at deadline: Double) {
        Thread {
            Thread.sleep(forTimeInterval: deadline - MonotonicClock.seconds)
            Foundation.exit(0)
        }.start()
    }
}
