import Dispatch
import FlyingSocks
import Glibc
import Synchronization

/// Why a server cannot listen.
package enum HTTPListenError: Error, Hashable {
    /// Another process listens there.
    case inUse
    /// What the system says.
    case failed(String)
}

/// A server for HTTP/1.1 without encryption: GET and short bodies, one request a connection, streams, WebSockets.
///
/// It has no limit of time or of connections; the owner of the descriptors sets these. Connections are served in Swift's
/// concurrency pool.
package final class HTTPServer: Sendable {
    package typealias Answer = @Sendable (HTTPRequest) async -> HTTPResponse

    private let socket: Socket
    private let pool = SocketPool(queue: PollQueue())
    private let task = Mutex<Task<Void, Never>?>(nil)
    private let isStopping = Atomic<Bool>(false)
    private let hasEnded = DispatchSemaphore(value: 0)

    package let port: UInt16

    /// Milliseconds after which a failed `accept` is tried again: most often there are no descriptors left.
    private static let pause = 100

    /// Listens. Connections wait until `start`.
    /// - Parameter port: 0: a free one.
    package init(host: String, port: UInt16, isIPv6: Bool) throws(HTTPListenError) {
        do {
            socket = try Socket(domain: isIPv6 ? AF_INET6 : AF_INET)
            try socket.setValue(true, for: .localAddressReuse)
            if isIPv6 {
                try socket.bind(to: .inet6(ip6: host, port: port))
            } else {
                try socket.bind(to: .inet(ip4: host, port: port))
            }
            try socket.listen()
        } catch SocketError.failed(_, let code, let message) {
            throw code == EADDRINUSE ? .inUse : .failed(message)
        } catch {
            throw .failed("\(error)")
        }
        self.port = HTTPPeer.localPort(of: socket.file.rawValue) ?? port
    }

    /// The descriptor that listens.
    package var descriptor: Int32 { socket.file.rawValue }

    /// Accepts and answers until `stop`; does nothing after it.
    package func start(_ answer: @escaping Answer) {
        task.withLock { task in
            precondition(task == nil, "a server starts once")
            if isStopping.load(ordering: .acquiring) { return }
            task = Task { [self] in
                await run(answer)
                // Not by `stop`, which may not wait for a late task: the number might be another descriptor's by then.
                try? socket.close()
                hasEnded.signal()
            }
        }
    }

    private func run(_ answer: @escaping Answer) async {
        guard !isStopping.load(ordering: .acquiring) else { return }
        guard let listener = try? AsyncSocket(socket: socket, pool: pool), (try? await pool.prepare()) != nil else { return }
        let polling = Task { [pool] in try? await pool.run() }
        await withDiscardingTaskGroup { group in
            while !isStopping.load(ordering: .acquiring) {
                do {
                    let connection = HTTPConnection(socket: try await listener.accept())
                    group.addTask { await connection.serve(answer) }
                } catch {
                    try? await Task.sleep(for: .milliseconds(Self.pause))
                }
            }
        }
        polling.cancel()
        await polling.value
    }

    /// Accepts no further connections, waits for those that end within 0.2 seconds, and ends the others.
    package func stop() {
        guard !isStopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
        guard let task = task.withLock({ $0 }) else {
            try? socket.close()
            return
        }
        // A task that could not begin has closed its socket.
        if hasEnded.wait(timeout: .now()) == .success { return }
        // Wakes `accept`, which then fails.
        shutdown(descriptor, Int32(SHUT_RDWR))
        if hasEnded.wait(timeout: .now() + 0.2) == .timedOut {
            task.cancel()
            _ = hasEnded.wait(timeout: .now() + 0.4)
        }
    }
}

extension HTTPPeer {
    /// The other end of a connection; nil if it has ended.
    package init?(of descriptor: Int32) { self.init(of: Socket(file: .init(rawValue: descriptor))) }

    init?(of socket: Socket) {
        switch try? socket.remotePeer() {
        case .ip4(let host, let port), .ip6(let host, let port): self.init(host: host, port: port)
        case .unix, nil: return nil
        }
    }

    /// The port at this end of a TCP socket.
    package static func localPort(of descriptor: Int32) -> UInt16? {
        switch try? Socket(file: .init(rawValue: descriptor)).sockname() {
        case .ip4(_, let port), .ip6(_, let port): port
        case .unix, nil: nil
        }
    }
}
