import HTTP

/// Answers every request: access, limits and contents.
struct WebHandler: Sendable {
    let content: WebContent
    let pages: StaticPages
    let site: SiteCheck
    let token: AccessToken?
    let watch: ConnectionWatch
    /// Connections at once.
    let limit: Int

    func respond(to request: HTTPRequest) -> HTTPResponse {
        let isStream = request.path == "/feed" || request.path == "/events"
        watch.note(request.peer, isStream: isStream)
        var response = isFull(besides: request.peer) ? busy : answer(request)
        for (name, value) in Self.protection { response.headers[name] = value }
        return response
    }

    /// For pages with scripts of this site only, that no other site may frame, and that send no referrer to other sites.
    private static let protection = [
        "Content-Security-Policy":
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; media-src 'self'; "
            + "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        // Without any referrer, a browser would send "null" as the Origin of the login form.
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    ]

    private func isFull(besides peer: HTTPPeer?) -> Bool {
        if (content.hub?.count ?? 0) >= limit { return true }
        guard watch.others(than: peer) >= limit else { return false }
        // Some may have ended since the last check.
        watch.look()
        return watch.others(than: peer) >= limit
    }

    var busy: HTTPResponse {
        var response = Self.text(.serviceUnavailable, "expected at most \(limit) connections, found as many: try again later")
        response.headers["Retry-After"] = "5"
        return response
    }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        switch site.verdict(request.headers) {
        case .admitted: break
        case .foreignHost:
            return Self.text(.misdirectedRequest, "expected a Host that is an address or a name of this machine: see `names` in [web]")
        case .foreignOrigin: return Self.text(.forbidden, "expected a request of this site's own page, found another Origin")
        }
        if request.method == "POST", request.path == "/login" { return login(request) }
        guard request.method == "GET" else {
            var response = Self.text(.methodNotAllowed, "expected GET")
            response.headers["Allow"] = "GET"
            return response
        }
        let name = request.path == "/" ? "index.html" : String(request.path.dropFirst())
        if let token, !token.admits(request.headers) {
            // A link with the token in it: for a telephone's camera, for example.
            if name == "index.html", let given = request.query.first(where: { $0.name == "token" })?.value, token.matches(given) {
                return Self.admitted(token)
            }
            // Scripts and styles are no secret.
            guard let page = pages[name], name != "index.html" else { return refusal(isPage: name == "index.html") }
            return Self.answer(page)
        }
        if let page = pages[name] { return Self.answer(page) }
        switch content {
        case .live(let feed): return live(feed, request)
        case .fleet(let feed): return fleet(feed, request)
        case .replay(let replay): return Self.replay(replay, request)
        }
    }

    // MARK: - Token

    private func login(_ request: HTTPRequest) -> HTTPResponse {
        guard let token else { return Self.text(.notFound, "expected no login, as there is no token") }
        // A form's only field; a token has no character that a form encodes.
        let body = String(decoding: request.body, as: UTF8.self)
        guard body.hasPrefix("token="), token.matches(body.dropFirst("token=".count)) else { return refusal(isPage: true) }
        return Self.admitted(token)
    }

    private static func admitted(_ token: AccessToken) -> HTTPResponse {
        var response = text(.seeOther, "")
        response.headers["Location"] = "/"
        response.headers["Set-Cookie"] = token.cookieValue
        return response
    }

    private func refusal(isPage: Bool) -> HTTPResponse {
        guard isPage, let page = pages["login.html"] else {
            var response = Self.text(
                .unauthorized, "expected a token: Authorization: Bearer TOKEN, or the cookie that the page's login sets")
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        }
        var response = Self.answer(page)
        response.status = .unauthorized
        return response
    }

    // MARK: - Replay

    private static func replay(_ replay: Replay, _ request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/api/state", "/api/replay": json(replay.summary)
        case "/replay/tracks": lines(replay.tracks)
        case "/replay/labels": lines(replay.references ?? [])
        case "/replay/audio.wav": sound(replay.sound, request.headers["Range"])
        default: text(.notFound, "expected /, /api/replay, /replay/tracks, /replay/labels or /replay/audio.wav")
        }
    }

    private static func sound(_ sound: WaveSound, _ range: String?) -> HTTPResponse {
        var headers: HTTPHeaders = ["Content-Type": "audio/wav", "Accept-Ranges": "bytes", "Cache-Control": "no-store"]
        switch SoundRange.asked(range, of: sound.count) {
        case .all:
            return HTTPResponse(.ok, headers, body: SoundRange(sound: sound, range: 0..<sound.count).body)
        case .part(let part):
            headers["Content-Range"] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(sound.count)"
            return HTTPResponse(.partialContent, headers, body: SoundRange(sound: sound, range: part).body)
        case .unsatisfiable:
            headers["Content-Range"] = "bytes */\(sound.count)"
            return HTTPResponse(.rangeNotSatisfiable, headers)
        }
    }

    // MARK: - Answers

    static func answer(_ page: StaticPages.Page) -> HTTPResponse { answer(.ok, type: page.type, page.bytes, cache: "no-cache") }

    static func json(_ text: String, _ status: HTTPStatus = .ok) -> HTTPResponse {
        answer(status, type: "application/json", Array(text.utf8))
    }

    static func lines(_ text: [UInt8]) -> HTTPResponse { answer(.ok, type: "application/x-ndjson", text) }

    static func text(_ status: HTTPStatus, _ text: String) -> HTTPResponse {
        answer(status, type: "text/plain; charset=utf-8", Array("\(text)\n".utf8))
    }

    static func answer(_ status: HTTPStatus, type: String, _ body: [UInt8], cache: String = "no-store") -> HTTPResponse {
        HTTPResponse(status, ["Content-Type": type, "Cache-Control": cache], body: .bytes(body))
    }
}
