import Testing

@testable import HTTP

@Suite struct WebSocketTests {
    /// The example of RFC 6455, section 1.3.
    @Test func theKeyIsAccepted() {
        #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    /// Of FIPS 180-4's examples, and lengths about a block's end (by Python's hashlib).
    @Test(arguments: [
        (0, "da39a3ee5e6b4b0d3255bfef95601890afd80709"), (3, "7e240de74fb1ed08fa08d38063f6a6a91462a815"),
        (55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"), (56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
        (64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"), (119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"),
    ])
    func digestsAgree(_ count: Int, _ digest: String) {
        let hex = sha1([UInt8](repeating: UInt8(ascii: "a"), count: count)).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        #expect(hex.joined() == digest)
    }

    @Test func base64Pads() {
        #expect(["", "f", "fo", "foo", "foob"].map { base64(Array($0.utf8)) } == ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="])
    }

    @Test func framesHaveTheirLengths() {
        #expect(WebSocketFrame(.text, [65]).bytes == [0x81, 1, 65])
        for (count, head) in [
            (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65_535, [0x81, 126, 255, 255]),
            (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])] {
            let bytes = WebSocketFrame(.text, [UInt8](repeating: 7, count: count)).bytes
            #expect(bytes.starts(with: head) && bytes.count == head.count + count)
        }
        #expect(WebSocketFrame.close(1001).bytes == [0x88, 2, 3, 0xE9])
    }

    /// A message in two pieces of data, between them a ping, and a close, for every chunking.
    @Test func controlFramesAreCutOut() throws {
        let long: [UInt8] = [0x01, 0xFE, 0, 200, 1, 2, 3, 4] + [UInt8](repeating: 9, count: 200)
        let ping: [UInt8] = [0x89, 0x85, 1, 2, 3, 4] + zip(Array("hallo".utf8), [1, 2, 3, 4, 1] as [UInt8]).map { $0 ^ $1 }
        let stream = long + ping + [0x80, 0x80, 0, 0, 0, 0] + [0x88, 0x82, 0, 0, 0, 0, 3, 0xE8]
        for size in 1...stream.count {
            var reader = WebSocketReader()
            var frames: [WebSocketFrame] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                frames += try reader.take(stream[start..<min(start + size, stream.count)])
            }
            #expect(frames == [WebSocketFrame(.ping, Array("hallo".utf8)), WebSocketFrame(.close, [3, 0xE8])], "\(size)")
        }
    }

    @Test(
        arguments: [
            [0x89, 0x05], [0xC1, 0x80], [0x83, 0x80], [0x8B, 0x80], [0x09, 0x80], [0x89, 0xFE],
            [0x82, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
        ] as [[UInt8]])
    func forbiddenFramesAreFaults(_ bytes: [UInt8]) {
        #expect(throws: WebSocketReader.Fault.self) {
            var reader = WebSocketReader()
            _ = try reader.take(bytes)
        }
    }

    private struct Silence: WebSocketSession {
        var frames: AsyncStream<WebSocketFrame> { AsyncStream { $0.finish() } }
        func receive(_ frame: WebSocketFrame) {}
        func end() {}
    }

    @Test func aHandshakeNeedsItsHeaders() {
        let whole: HTTPHeaders = [
            "Upgrade": "WebSocket", "Connection": "keep-alive, Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        func answer(_ name: String?, _ value: String?) -> HTTPResponse? {
            var headers = whole
            if let name { headers[name] = value }
            let request = HTTPRequest(method: "GET", path: "/feed", query: [], headers: headers, body: [], peer: nil)
            return WebSocketHandshake.answer(to: request) { Silence() }
        }
        #expect(answer(nil, nil)?.status == .switchingProtocols)
        #expect(answer(nil, nil)?.headers["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        for name in ["Upgrade", "Connection"] { #expect(answer(name, nil)?.status == .upgradeRequired) }
        #expect(answer("Sec-WebSocket-Version", "8")?.status == .upgradeRequired)
        for key in [nil, "", "AAAA", "dGhlIHNhbXBsZSBub25jZQ=A", "dGhlIHNhbXBsZSBub25!ZQ=="] {
            #expect(answer("Sec-WebSocket-Key", key)?.status == .badRequest)
        }
    }
}
