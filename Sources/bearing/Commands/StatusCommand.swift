import ArgumentParser
import Configuration
import Glibc
import JSON
import Platform
import TrackFeed

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the health of a running daemon.",
        discussion: """
            Prints audio, levels, losses, latencies and subscribers. docs/health.md explains each figure and the remedies.

            Exit codes: 0 audio is running; 69 no daemon answers, audio is lost, or no block is analysed (the message says which); 65 the \
            answer does not come from a daemon of this program.

            --prometheus prints the text format of Prometheus, which node_exporter's textfile collector reads too; without \
            a daemon it prints bearing_up 0.

            Example: bearing status
            Example: bearing status --json | jq .status.latency_ms.minute.p99
            """)

    @Option(help: "The daemon's socket: PATH, @NAME or tcp:HOST:PORT (default: where `bearing run` puts it).")
    var socket: String?

    @Flag(help: "Print the hello line and the status line as one JSON object.")
    var json = false

    @Flag(help: "Print Prometheus' text format.")
    var prometheus = false

    @Option(help: "Seconds to wait for the answer.")
    var timeout = 5.0

    func validate() throws {
        if let socket, address == nil { throw ValidationError(FeedAddress.noPlaceToConnect(socket)) }
        guard !(json && prometheus) else { throw ValidationError("expected --json or --prometheus, found both") }
        guard timeout > 0, timeout <= 3600 else {
            throw ValidationError("--timeout expects seconds above 0, at most 3600, found \(timeout)")
        }
    }

    func run() throws {
        let (report, place): (DaemonReport, String)
        do {
            (report, place) = try ask()
        } catch let failure as Failure {
            if prometheus { print(StatusMetrics.unreachable, terminator: "") }
            throw failure
        }
        if json {
            let text = JSONWriter.text { json in
                json.field("hello", json: report.json.hello)
                json.field("status", json: report.json.status)
            }
            print(text)
        } else if prometheus {
            print(StatusMetrics.text(report), terminator: "")
        } else {
            for line in StatusTable(report: report, socket: place).lines { print(line) }
        }
        let status = report.status
        if status.state.description != "running" {
            let reason = status.error.map { " (\($0))" } ?? ""
            throw Failure(.unavailable, "expected the daemon at \(place) to capture audio, found its capture \(status.state)\(reason)")
        }
        if status.isHung {
            throw Failure(
                .unavailable,
                "expected the daemon at \(place) to analyse audio, found no block in the last minute: it hangs; restart it")
        }
    }

    /// The daemon's answer, and its address.
    private func ask() throws -> (DaemonReport, String) {
        let deadline = MonotonicTime.seconds + timeout
        let (client, place) = try connect()
        do throws(DaemonReport.Fault) {
            return (try DaemonReport(client, until: deadline), place)
        } catch .silent {
            throw Failure(
                .unavailable, "expected a status line of the daemon at \(place) within \(timeout) s, found none: it hangs, or is no daemon")
        } catch .closed {
            throw Failure(
                .unavailable, "expected a status line of the daemon at \(place), found the connection closed: it is ending, or is no daemon"
            )
        } catch .foreign(let what) {
            throw Failure(.badData, "\(place): expected a daemon of this program: \(what)")
        }
    }

    private var address: FeedAddress? { socket.flatMap { FeedAddress(connecting: $0) } }

    /// The given socket; by default the user's own, then the service's.
    private func connect() throws -> (FeedClient, String) {
        let places = address.map { [$0] } ?? [.path(SocketPath.standard), .path(SocketPath.service)]
        var refusal: (place: FeedAddress, why: FeedClient.Refusal)?
        for place in places {
            do throws(FeedClient.Refusal) {
                return (try FeedClient(reaching: place, timeout: timeout, byDefault: address == nil), place.description)
            } catch {
                // A refused connection is the better error than a missing socket.
                if refusal.map({ $0.why.code == ENOENT }) ?? true { refusal = (place, error) }
            }
        }
        let (place, why) = refusal ?? (places[0], FeedClient.Refusal(code: ENOENT))
        if let stranger = why.stranger { throw Failure(.unavailable, stranger) }
        throw Failure(.unavailable, "expected a daemon at \(place), found \(place.isTaken ? FeedClient.noSocket : Self.reason(why.code))")
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "no socket there: start `bearing run`, or give its --socket"
        case ECONNREFUSED: "a socket that no process serves: its daemon has ended; start it again"
        case EACCES, EPERM: "a socket that this user may not use: join its group, or set `mode` in [socket]"
        case EAGAIN, EINPROGRESS: "a daemon that accepts no connection: it hangs or is overloaded"
        case let other: unsafe String(cString: strerror(other))
        }
    }
}
