package import Configuration
import HTTP
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
    private let running = Mutex<HTTPServer?>(nil)

    /// Seconds between two keep-alive messages on a stream.
    private static let beatSeconds = 15
    /// Connections beyond the limit that are answered with 503; further ones are closed.
    private static let refusedAtOnce = 32

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
    /// - Returns: the port.
    /// - Throws: `inUse`, `cannotListen`.
    package func start() throws(WebError) -> UInt16 {
        _ = Realtime.raiseDescriptorLimit()
        let server = try listen()
        let watch = ConnectionWatch(port: server.port, limits: .init(connections: configuration.connections + Self.refusedAtOnce))
        watch.limitStalls(of: server.descriptor)
        let handler = WebHandler(
            content: content, pages: pages, site: SiteCheck(names: configuration.names), token: token, watch: watch,
            limit: configuration.connections)
        server.start { handler.respond(to: $0) }
        running.withLock { $0 = server }
        thread.start { [self] in
            var beats = 0
            while !thread.isStopping {
                _ = thread.stopEvent.wait(until: MonotonicTime.now + MonotonicTime.second)
                let cut = watch.look()
                if cut > 0 { log.debug("\(cut) connections cut: they asked for nothing, or for too much") }
                beats += 1
                if beats % Self.beatSeconds == 0 { content.hub?.send(.beat) }
            }
        }
        return server.port
    }

    /// Ends all streams and connections.
    package func stop() {
        thread.stop(patience: MonotonicTime.second / 4)
        content.hub?.end()
        running.withLock { $0 }?.stop()
    }

    private func listen() throws(WebError) -> HTTPServer {
        let listen = configuration.listen
        do throws(HTTPListenError) {
            return try HTTPServer(host: listen.host, port: listen.port, isIPv6: listen.isIPv6)
        } catch {
            switch error {
            case .inUse: throw .inUse(address: listen.description)
            case .failed(let reason): throw .cannotListen(address: listen.description, reason: reason)
            }
        }
    }
}
