import FlyingSocks
import FoundationEssentials

/// A connection: one request and its answer.
struct HTTPConnection: Sendable {
    let socket: AsyncSocket

    /// Returns when the connection has ended.
    func serve(_ answer: @Sendable (HTTPRequest) async -> HTTPResponse) async {
        defer { try? socket.close() }
        do {
            let (request, rest) = try await request()
            try await send(await answer(request), rest: rest)
        } catch let fault as HTTPFault {
            try? await send(HTTPResponse(fault.status), rest: [])
        } catch {
            // The client has gone, or the server ends.
        }
    }

    /// - Returns: a request, and what was received after it.
    private func request() async throws -> (HTTPRequest, rest: [UInt8]) {
        var bytes: [UInt8] = []
        var end: (head: Int, body: Int)?
        while end == nil {
            guard bytes.count <= RequestHead.longest else { throw HTTPFault(.headTooLarge) }
            let seen = bytes.count
            bytes += try await socket.read(atMost: 4096)
            end = RequestHead.end(in: bytes, from: max(0, seen - 3))
        }
        let (head, start) = end!
        let parsed = try RequestHead(bytes[..<head])
        while bytes.count < start + parsed.bodyBytes { bytes += try await socket.read(atMost: 4096) }
        let request = HTTPRequest(
            method: parsed.method, path: parsed.path, query: parsed.query, headers: parsed.headers,
            body: Array(bytes[start..<start + parsed.bodyBytes]), peer: HTTPPeer(of: socket.socket))
        return (request, Array(bytes[(start + parsed.bodyBytes)...]))
    }

    private func send(_ response: HTTPResponse, rest: [UInt8]) async throws {
        switch response.body {
        case .bytes(let bytes):
            try await socket.write(Data(response.head + bytes))
        case .pieces(_, let next):
            try await socket.write(Data(response.head))
            while let piece = await next() { try await socket.write(Data(piece)) }
        case .webSocket(let session):
            defer { session.end() }
            try await socket.write(Data(response.head))
            await run(session, rest)
        }
    }

    private func run(_ session: any WebSocketSession, _ rest: [UInt8]) async {
        let reading = Task {
            await receive(session, rest)
            session.end()
        }
        for await frame in session.frames {
            do { try await socket.write(Data(frame.bytes)) } catch { break }
        }
        // The descriptor is closed after this, so nothing may wait for it any more.
        reading.cancel()
        await reading.value
    }

    private func receive(_ session: any WebSocketSession, _ rest: [UInt8]) async {
        var reader = WebSocketReader()
        do {
            var bytes = rest
            while true {
                for frame in try reader.take(bytes) { session.receive(frame) }
                bytes = try await socket.read(atMost: 4096)
            }
        } catch is WebSocketReader.Fault {
            session.receive(.close(WebSocketFrame.protocolError))
        } catch {
            // The client has gone, or the session has ended.
        }
    }
}
