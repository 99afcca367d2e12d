package import Configuration
import Dispatch
import FlyingFox
import FlyingSocks
import Foundation
package import Logging
import Platform
import Synchronization

/// The HTTP server of `bearing web`. It runs in the concurrency pool, its connection watch on a thread.
package final class WebServer: Sendable {
    private let configuration: WebConfiguration
    private let content: WebContent
    private let pages: StaticPages
    private let token: AccessToken?
    private let log: Logger
    private let thread = NamedThread(name: "bearing-web")
    private let running = Mutex<(server: HTTPServer, task: Task<Void, Never>)?>(nil)
    private let isStopping = Atomic<Bool>(false)

    /// Seconds between two keep-alive messages on a stream.
    private static let beatSeconds = 15
    /// Connections beyond the limit that are answered with 503; further ones are closed.
    private static let refusedAtOnce = 32

    /// Seconds for an answer to begin, which all do at once, except that to a login whose body comes later. The library keeps the timer
    /// of each answered request until then (0.8 kB), so a longer limit costs memory.
    private static let answerSeconds = 3.0

    package init(configuration: WebConfiguration, content: WebContent, pages: StaticPages, log: Logger) throws(WebError) {
        self.configuration = configuration
        self.content = content
        self.pages = pages
        self.log = log
        // Swift's `map` loses the type of the error.
        if let path = configuration.tokenFile { token = try AccessToken(file: path) } else { token = nil }
    }

    /// Listens; returns when connections are accepted.
    ///
    /// - Parameter failed: called when the server cannot continue after a successful start.
    /// - Returns: the port.
    /// - Throws: `inUse`, `cannotListen`.
    package func start(failed: @escaping @Sendable (WebError) -> Void) throws(WebError) -> UInt16 {
        _ = Realtime.raiseDescriptorLimit()
        // The watch needs the port, which the system may choose.
        let port = try reserve()
        let watch = ConnectionWatch(port: port, limits: .init(connections: configuration.connections + Self.refusedAtOnce))
        if let error = listen(port, watch) { throw error }
        watch.limitStalls()
        thread.start { [self] in
            var beats = 0
            while !thread.isStopping {
                _ = thread.stopEvent.wait(until: MonotonicTime.now + MonotonicTime.second)
                let cut = watch.look()
                if cut > 0 { log.debug("\(cut) connections cut: they asked for nothing, or for too much") }
                beats += 1
                if beats % Self.beatSeconds == 0 { content.hub?.send(.beat) }
                // An error while accepting ends the library's server.
                if !isStopping.load(ordering: .acquiring), running.withLock({ $0 == nil }) {
                    log.warning("the server stopped taking connections; starting it again")
                    if let error = listen(port, watch) { return failed(error) }
                    watch.limitStalls()
                }
            }
        }
        return port
    }

    /// Ends all streams and connections.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        thread.stop(patience: MonotonicTime.second / 4)
        content.hub?.end()
        guard let (server, task) = running.withLock({ $0 }) else { return }
        let done = DispatchSemaphore(value: 0)
        Task {
            // Time for the last frames.
            await server.stop(timeout: 0.2)
            task.cancel()
            done.signal()
        }
        _ = done.wait(timeout: .now() + 0.6)
    }

    /// The configured port, or a free one.
    private func reserve() throws(WebError) -> UInt16 {
        guard configuration.listen.port == 0 else { return configuration.listen.port }
        do {
            let socket = try Socket(domain: configuration.listen.isIPv6 ? AF_INET6 : AF_INET)
            defer { try? socket.close() }
            // A bound port without a listener is free again at once.
            if configuration.listen.isIPv6 {
                try socket.bind(to: .inet6(ip6: configuration.listen.host, port: 0))
            } else {
                try socket.bind(to: .inet(ip4: configuration.listen.host, port: 0))
            }
            switch try socket.sockname() {
            case .ip4(_, let port), .ip6(_, let port): return port
            case .unix: return 0
            }
        } catch {
            throw failure(error, port: 0)
        }
    }

    /// Starts a server on the port and waits until it listens.
    private func listen(_ port: UInt16, _ watch: ConnectionWatch) -> WebError? {
        let handler = WebHandler(
            content: content, pages: pages, site: SiteCheck(names: configuration.names), token: token, watch: watch,
            limit: configuration.connections)
        let made = Result { try makeServer(port, handler) }
        guard case .success(let server) = made else {
            if case .failure(let error) = made { return failure(error, port: port) }
            return nil
        }
        let outcome = ListenOutcome()
        let task = Task { [self] in
            do { try await server.run() } catch { outcome.set(failure(error, port: port)) }
            running.withLock { $0 = nil }
        }
        running.withLock { $0 = (server, task) }
        Task {
            do { try await server.waitUntilListening(timeout: 5) } catch { outcome.set(failure(error, port: port)) }
            outcome.set(nil)
        }
        return outcome.wait()
    }

    private func makeServer(_ port: UInt16, _ handler: WebHandler) throws -> HTTPServer {
        let pool = SocketPool(queue: PollQueue())
        let (host, seconds) = (configuration.listen.host, Self.answerSeconds)
        if configuration.listen.isIPv6 {
            return HTTPServer(
                address: try .inet6(ip6: host, port: port), timeout: seconds, pool: pool, logger: .disabled, handler: handler)
        }
        return HTTPServer(address: try .inet(ip4: host, port: port), timeout: seconds, pool: pool, logger: .disabled, handler: handler)
    }

    private func failure(_ error: any Error, port: UInt16) -> WebError {
        let listen = configuration.listen
        let address = WebAddress(host: listen.host, port: port, isIPv6: listen.isIPv6).description
        guard case SocketError.failed(_, let code, let message) = error else {
            return .cannotListen(address: address, reason: error.localizedDescription)
        }
        return code == EADDRINUSE ? .inUse(address: address) : .cannotListen(address: address, reason: message)
    }
}

/// The result of an attempt to listen; the first one is kept.
private final class ListenOutcome: Sendable {
    private let word = Mutex<WebError??>(nil)
    private let isSet = DispatchSemaphore(value: 0)

    func set(_ error: WebError?) {
        word.withLock { if $0 == nil { $0 = .some(error) } }
        isSet.signal()
    }

    func wait() -> WebError? {
        isSet.wait()
        return word.withLock { $0 ?? nil }
    }
}
