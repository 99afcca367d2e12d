import Configuration
import Foundation
import HTTP
import Logging
import Subscription
import TestSupport
import Testing
import TrackFeed

@testable import Web

@Suite(.timeLimit(.hang))
struct WebServerTests {
    private static let hello = #"{"type":"hello","protocol":1,"name":"bearing test","format":"foa","source":"demo"}"#
    private static let status =
        #"{"type":"status","state":"running","overruns":0,"dropped_blocks":0,"blocks":42,"subscribers":1,"load":0.01,"uptime":4.3,"#
        + #""level_dbfs":[-31.2,null]}"#
    private static func tracks(_ seq: Int) -> String {
        #"{"type":"tracks","seq":\#(seq),"time":\#(100 + Double(seq) / 10),"tracks":[{"id":7,"azimuth":-31.2,"elevation":4,"activity":0.9,"age":1.4}]}"#
    }

    /// A server on a free port, with a daemon behind it.
    private final class Site {
        let peer = ScriptedPeer(.init(WebServerTests.hello, WebServerTests.status, WebServerTests.tracks(1), closes: false))
        let feed: LiveFeed
        let server: WebServer
        let port: UInt16
        private let folder = TemporaryFolder()

        init(token: String? = nil, connections: Int = 64) throws {
            var configuration = WebConfiguration()
            configuration.listen = WebAddress(host: "127.0.0.1", port: 0, isIPv6: false)
            configuration.connections = connections
            try "<p>page</p>".write(toFile: folder.file("index.html"), atomically: true, encoding: .utf8)
            try "<p>login</p>".write(toFile: folder.file("login.html"), atomically: true, encoding: .utf8)
            try "p {}".write(toFile: folder.file("style.css"), atomically: true, encoding: .utf8)
            if let token {
                try token.write(toFile: folder.file("token"), atomically: true, encoding: .utf8)
                configuration.tokenFile = folder.file("token")
            }
            let path = peer.path
            // The peer is silent after its lines, for as long as the tests take; by default the feed would connect again.
            var limits = FeedSubscription.Limits()
            limits.silence = 3600
            feed = LiveFeed(limit: connections, historyMinutes: 1) { [limits] receive in
                FeedSubscription(places: [.path(path)], limits: limits, receive: receive)
            }
            let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            server = try WebServer(
                configuration: configuration, content: .live(feed), pages: try StaticPages(folder: folder.path), log: log)
            port = try server.start()
            feed.start()
            // The history has a line after the state has it.
            while feed.history.text(newest: 1).isEmpty { usleep(1000) }
        }

        func end() {
            feed.stop()
            server.stop()
            peer.end()
        }

        func request(_ line: String, _ headers: String...) -> BrowserConnection? {
            let connection = BrowserConnection(port: port)
            let host = headers.contains { $0.hasPrefix("Host:") } ? [] : ["Host: 127.0.0.1:\(port)"]
            connection?.send("\(line) HTTP/1.1\r\n\((host + headers).map { $0 + "\r\n" }.joined())\r\n")
            return connection
        }

        func get(_ path: String, _ headers: String...) throws -> BrowserConnection.Answer {
            let connection = BrowserConnection(port: port)
            let host = headers.contains { $0.hasPrefix("Host:") } ? [] : ["Host: 127.0.0.1:\(port)"]
            connection?.send("GET \(path) HTTP/1.1\r\n\((host + headers).map { $0 + "\r\n" }.joined())\r\n")
            return try #require(connection?.answer())
        }

        static let upgrade = [
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        ]

        /// An open WebSocket; nil where it is refused, with the status.
        func socket(_ headers: String...) throws -> (BrowserConnection?, status: Int) {
            let connection = try #require(BrowserConnection(port: port))
            let all = ["Host: 127.0.0.1:\(port)"] + Self.upgrade + headers
            connection.send("GET /feed HTTP/1.1\r\n\(all.map { $0 + "\r\n" }.joined())\r\n")
            let head = try #require(connection.head())
            return (head.status == 101 ? connection : nil, head.status)
        }
    }

    /// Runs a test that waits on a thread of its own: the server needs those of the concurrency pool.
    private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            Thread { done.resume(with: Result { try body() }) }.start()
        }
    }

    @Test func routesAnswer() async throws {
        try await onThread {
            let site = try Site()
            defer { site.end() }
            let page = try site.get("/")
            #expect(page.status == 200 && page.text == "<p>page</p>" && page.headers["content-type"] == "text/html; charset=utf-8")
            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'") && !policy.contains("unsafe"))
            #expect(page.headers["x-content-type-options"] == "nosniff" && page.headers["referrer-policy"] == "same-origin")
            #expect(try site.get("/style.css").headers["content-type"] == "text/css; charset=utf-8")
            #expect(try site.get("/api/hello").text == Self.hello)
            let state = try #require(try JSONSerialization.jsonObject(with: Data(site.get("/api/state").body)) as? [String: Any])
            #expect(state["connected"] as? Bool == true && state["mode"] as? String == "live" && state["limit"] as? Int == 64)
            #expect((state["tracks"] as? [String: Any])?["seq"] as? Int == 1)
            #expect(try site.get("/api/history").text == Self.tracks(1) + "\n")
            #expect(try site.get("/api/history?seconds=0").text == "")
            #expect(try site.get("/api/history?seconds=x").status == 400)
            for path in ["/nothing", "/../Package.swift", "/%2e%2e/token", "/token", "/api/replay"] {
                #expect(try site.get(path).status == 404, "\(path)")
            }
            let post = try #require(site.request("DELETE /")?.answer())
            #expect(post.status == 405 && post.headers["allow"] == "GET")
        }
    }

    @Test func metricsAreThoseOfTheDaemonAndItsOwn() async throws {
        try await onThread {
            let site = try Site()
            defer { site.end() }
            let text = try site.get("/metrics").text
            for line in [
                "bearing_up 1", "bearing_blocks_total 42", "bearing_tracks 1", "bearing_level_dbfs{channel=\"0\"} -31.2",
                "bearing_web_streams 0",
            ] {
                #expect(text.contains("\n\(line)\n"), "\(line) in \(text)")
            }
            #expect(text.components(separatedBy: "# TYPE bearing_up ").count == 2)
        }
    }

    @Test func aWebSocketGetsTheLinesOfTheFeed() async throws {
        try await onThread {
            let site = try Site()
            defer { site.end() }
            let socket = try #require(try site.socket().0)
            #expect(socket.message() == Self.hello)
            #expect(socket.message() == Self.status)
            site.peer.say(Self.tracks(2))
            #expect(socket.message() == Self.tracks(2))
            // A masked ping comes back, a masked close ends it.
            _ = socket.send([0x89, 0x82, 0, 0, 0, 0, 104, 105])
            #expect(socket.message(opcode: 10) == "hi")
            _ = socket.send([0x88, 0x80, 0, 0, 0, 0])
            #expect(socket.message(opcode: 8) != nil)
            while site.feed.hub.count > 0 { usleep(1000) }
        }
    }

    @Test func eventsAreTheSameLines() async throws {
        try await onThread {
            let site = try Site()
            defer { site.end() }
            let connection = try #require(site.request("GET /events"))
            #expect(connection.head()?.headers["content-type"] == "text/event-stream")
            #expect(connection.event() == "event: hello\ndata: \(Self.hello)\n\n")
            #expect(connection.event() == "event: status\ndata: \(Self.status)\n\n")
            site.peer.say(Self.tracks(2))
            #expect(connection.event() == "event: tracks\ndata: \(Self.tracks(2))\n\n")
        }
    }

    @Test func aDaemonThatGoesIsReported() async throws {
        try await onThread {
            let site = try Site()
            defer { site.end() }
            let socket = try #require(try site.socket().0)
            _ = (socket.message(), socket.message())
            site.peer.end()
            let line = try #require(socket.message())
            #expect(line.contains(#""type":"connection","connected":false"#) && line.contains("closed the connection"))
            #expect(try site.get("/metrics").text.contains("bearing_up 0"))
            #expect(try site.get("/api/state").text.contains(#""connected":false"#))
        }
    }

    @Test func aSlowBrowserKeepsTheNewestLines() async throws {
        try await onThread {
            let hub = StreamHub(limit: 1)
            let socket = try #require(FeedSocket(hub, opening: { [] }))
            let count = 3 * StreamHub.queuedLines
            for number in 0..<count { hub.send(.message(FeedMessage(type: "tracks", json: Array("\(number)".utf8)))) }
            #expect(FeedSocket(hub, opening: { [] }) == nil)
            hub.end()
            let semaphore = DispatchSemaphore(value: 0)
            let got = Collected()
            Task {
                for await frame in socket.frames { got.add(frame.payload) }
                semaphore.signal()
            }
            semaphore.wait()
            #expect(got.texts.count <= StreamHub.queuedLines)
            #expect(got.texts.contains("\(count - 1)") && !got.texts.contains("\(count - StreamHub.queuedLines - 1)"))
        }
    }

    private final class Collected: @unchecked Sendable {
        private(set) var texts: [String] = []
        func add(_ data: [UInt8]) { texts.append(String(decoding: data, as: UTF8.self)) }
    }

    @Test func pagesOfOtherSitesAreRefused() async throws {
        try await onThread {
            let site = try Site()
            defer { site.end() }
            #expect(try site.get("/api/state", "Origin: http://evil.example").status == 403)
            #expect(try site.get("/api/state", "Origin: null").status == 403)
            #expect(try site.get("/api/state", "Host: evil.example").status == 421)
            #expect(try site.get("/api/state", "Origin: http://127.0.0.1:\(site.port)").status == 200)
            #expect(try site.socket("Origin: http://evil.example").status == 403)
            #expect(try site.socket("Origin: http://127.0.0.1:\(site.port)").status == 101)
            #expect(site.feed.hub.count <= 1)
        }
    }

    @Test func withATokenEveryRequestNeedsIt() async throws {
        try await onThread {
            let token = "0123456789abcdefABCDEF-_"
            let site = try Site(token: token + "\n")
            defer { site.end() }
            let refused = try site.get("/api/state")
            #expect(refused.status == 401 && refused.headers["www-authenticate"] == "Bearer")
            #expect(try site.get("/").text == "<p>login</p>")
            #expect(try site.get("/index.html").status == 401)
            #expect(try site.get("/style.css").status == 200)
            #expect(try site.socket().status == 401)
            for path in ["/api/state", "/metrics", "/api/history", "/api/hello"] {
                #expect(try site.get(path, "Authorization: Bearer \(token)x").status == 401)
                #expect(try site.get(path, "Authorization: Bearer \(token)").status == 200)
            }
            #expect(try site.get("/", "Cookie: a=b; bearing_token=\(token)").text == "<p>page</p>")
            #expect(try site.socket("Cookie: bearing_token=\(token)").status == 101)
            let link = try site.get("/?token=\(token)")
            #expect(link.status == 303 && link.headers["location"] == "/")
            #expect(link.headers["set-cookie"]?.hasPrefix("bearing_token=\(token); Path=/; ") == true)
            #expect(link.headers["set-cookie"]?.contains("HttpOnly; SameSite=Strict") == true)
            let body = "token=\(token)"
            let login = try #require(site.request("POST /login", "Content-Length: \(body.utf8.count)"))
            login.send(body)
            #expect(login.answer()?.headers["set-cookie"] != nil)
            let wrong = try #require(site.request("POST /login", "Content-Length: 7"))
            wrong.send("token=x")
            #expect(wrong.answer()?.status == 401)
        }
    }

    @Test func beyondTheLimitThereIs503() async throws {
        try await onThread {
            let site = try Site(connections: 5)
            defer { site.end() }
            let sockets = try (0..<5).map { _ in try #require(try site.socket().0) }
            #expect(try site.socket().status == 503)
            let busy = try site.get("/")
            #expect(busy.status == 503 && busy.headers["retry-after"] == "5")
            // Those that are there go on.
            site.peer.say(Self.tracks(9))
            for socket in sockets {
                _ = (socket.message(), socket.message())
                #expect(socket.message() == Self.tracks(9))
            }
            _ = sockets[0].send([0x88, 0x80, 0, 0, 0, 0])
            while site.feed.hub.count > 4 { usleep(1000) }
            var status = 503
            // The watch sees the closed connection within a second.
            while status == 503 { status = try site.get("/").status }
            #expect(status == 200)
        }
    }

    @Test func aRequestWithoutEndIsCut() async throws {
        try await onThread {
            let site = try Site()
            defer { site.end() }
            let connection = try #require(BrowserConnection(port: site.port))
            let piece = [UInt8](repeating: 120, count: 1 << 16)
            var sent = 0
            while connection.send(piece) { sent += 1 }
            // The connection is reset, in which case the answer may be lost.
            let rest = String(decoding: connection.rest(), as: UTF8.self)
            #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 431 "))
            #expect(sent < 1000)
            #expect(try site.get("/").status == 200)
        }
    }

    @Test func nonsenseEndsItsConnectionOnly() async throws {
        try await onThread {
            let site = try Site()
            defer { site.end() }
            for text in ["\r\n\r\n", "GET\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"] {
                let connection = try #require(BrowserConnection(port: site.port))
                connection.send(text)
                _ = connection.head()
            }
            #expect(try site.get("/").status == 200)
        }
    }

    @Test func anAddressInUseIsNamed() async throws {
        try await onThread {
            let site = try Site()
            defer { site.end() }
            var configuration = WebConfiguration()
            configuration.listen = WebAddress(host: "127.0.0.1", port: site.port, isIPv6: false)
            let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let feed = site.feed
            let folder = TemporaryFolder()
            let server = try WebServer(
                configuration: configuration, content: .live(feed), pages: try StaticPages(folder: folder.path), log: log)
            let error = #expect(throws: WebError.self) { try server.start() }
            guard case .inUse(let address)? = error else { throw Surprise(error: error) }
            #expect(address == "127.0.0.1:\(site.port)")
        }
    }

    private struct Surprise: Error { let error: WebError? }
}
