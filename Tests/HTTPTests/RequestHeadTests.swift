import Testing

@testable import HTTP

@Suite struct RequestHeadTests {
    private func parse(_ text: String) throws(HTTPFault) -> RequestHead { try RequestHead(Array(text.utf8)) }

    @Test func aRequestHasItsParts() throws {
        let head = try parse("POST /a/b?x=1&y=a%20b&z HTTP/1.1\r\nHost: pi:80\r\nCookie: a=b\r\ncookie:\tc=d \r\nContent-Length: 12\r")
        #expect(head.method == "POST" && head.path == "/a/b" && head.bodyBytes == 12)
        #expect(head.query.map(\.name) == ["x", "y", "z"] && head.query.map(\.value) == ["1", "a b", ""])
        #expect(head.headers["HOST"] == "pi:80" && head.headers["Cookie"] == "a=b, c=d" && head.headers["Range"] == nil)
        #expect(try parse("GET / HTTP/1.0\r").headers.fields.isEmpty)
    }

    @Test(arguments: [
        "", "\r", "GET", "GET /", "GET / HTTP/1.1 x", " / HTTP/1.1", "G(T / HTTP/1.1", "GET  / HTTP/1.1", "GET x HTTP/1.1",
        "GET http://evil/ HTTP/1.1", "GET / HTTP/1.1\nHost", "GET / HTTP/1.1\nHost : x", "GET / HTTP/1.1\n folded: x",
        "GET / HTTP/1.1\n: x", "GET / HTTP/1.1\nHost: a\nhost: b", "GET / HTTP/1.1\nContent-Length: -1",
        "GET / HTTP/1.1\nContent-Length: +1",
        "GET / HTTP/1.1\nContent-Length: ", "GET / HTTP/1.1\nContent-Length: 1\nContent-Length: 1", "GET /?a=%2 HTTP/1.1",
        "GET /?a=%+1 HTTP/1.1", "GET /?a=%ff HTTP/1.1", "GET /\u{0} HTTP/1.1", "GET / HTTP/1.1\nHost: a\u{7F}",
        "GET / HTTP/1.1\nHost: a\rb",
    ])
    func aMalformedRequestIsRefused(_ text: String) {
        #expect(throws: HTTPFault(.badRequest)) { try parse(text) }
    }

    @Test func whatTheServerDoesNotTakeHasItsStatus() {
        #expect(throws: HTTPFault(.versionNotSupported)) { try parse("GET / HTTP/2.0") }
        #expect(throws: HTTPFault(.notImplemented)) { try parse("POST / HTTP/1.1\nTransfer-Encoding: chunked") }
        #expect(throws: HTTPFault(.contentTooLarge)) { try parse("POST / HTTP/1.1\nContent-Length: 16385") }
        #expect(throws: HTTPFault(.contentTooLarge)) { try parse("POST / HTTP/1.1\nContent-Length: 99999999999999999999") }
        #expect(throws: HTTPFault(.badRequest)) { try RequestHead([0x47, 0xFF]) }
    }

    @Test func anEmptyLineEndsAHead() throws {
        for (text, head, body) in [("a\r\n\r\nb", 2, 5), ("a\n\nb", 1, 3), ("a\n\r\nb", 1, 4), ("\n\n", 0, 2)] {
            let bytes = Array(text.utf8)
            for count in 0...bytes.count {
                let end = RequestHead.end(in: Array(bytes[..<count]))
                #expect(end?.head == (count < body ? nil : head) && end?.body == (count < body ? nil : body), "\(count) of \(bytes)")
            }
        }
        #expect(RequestHead.end(in: Array("a\r\nb\r\n".utf8)) == nil)
    }

    @Test func anAnswerHasOneHead() {
        var response = HTTPResponse(.ok, ["Content-Type": "text/plain"], body: .bytes([1, 2, 3]))
        response.headers["content-type"] = "text/css"
        #expect(
            String(decoding: response.head, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\ncontent-type: text/css\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
    }
}
