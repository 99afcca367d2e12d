import Foundation
import HTTP
import TestSupport
import Testing

@testable import Web

@Suite struct AccessTests {
    private func verdict(_ host: String?, _ origin: String? = nil) -> SiteCheck.Verdict {
        var headers = HTTPHeaders()
        headers["Host"] = host
        headers["Origin"] = origin
        return SiteCheck(names: ["Proxy.example"], machine: "pi").verdict(headers)
    }

    @Test func addressesAndOwnNamesAreHosts() {
        for host in [
            "127.0.0.1:7421", "192.168.1.5", "[::1]:7421", "[fe80::1]", "localhost", "LOCALHOST:80", "pi:7421", "pi.local", "proxy.example",
        ] {
            #expect(verdict(host) == .admitted, "\(host)")
        }
        for host in [nil, "", "evil.example", "127.0.0.1.evil.example", "pi.local.evil.example", "[evil]:80", "localhost.", "1.2.3.4.5"] {
            #expect(verdict(host) == .foreignHost, "\(host ?? "none")")
        }
    }

    @Test func anOriginIsTheHostItself() {
        for (host, origin) in [
            ("pi:7421", "http://pi:7421"), ("pi", "http://pi"), ("pi", "http://pi:80"), ("pi:443", "https://pi"), ("PI", "http://pi"),
            ("proxy.example", "https://proxy.example"), ("[::1]:7421", "http://[::1]:7421"),
        ] {
            #expect(verdict(host, origin) == .admitted, "\(origin) at \(host)")
        }
        for origin in ["null", "", "http://evil", "http://pi:7422", "http://pi", "ftp://pi:7421", "http://pi:7421@evil", "pi:7421"] {
            #expect(verdict("pi:7421", origin) == .foreignOrigin, "\(origin)")
        }
    }

    @Test func aTokenIsOneWord() throws {
        let folder = TemporaryFolder()
        func read(_ text: String) throws -> AccessToken {
            try text.write(toFile: folder.file("t"), atomically: true, encoding: .utf8)
            return try AccessToken(file: folder.file("t"))
        }
        #expect(try read("0123456789abcdef\n").matches("0123456789abcdef"))
        #expect(try !read("0123456789abcdef").matches("0123456789abcdeg"))
        #expect(try !read("0123456789abcdef").matches("0123456789abcdef0"))
        for text in ["", "0123456789abcde", "0123456789abcdef x", "0123456789abcdefü", String(repeating: "a", count: 257)] {
            #expect(throws: WebError.self) { try read(text) }
        }
        #expect(throws: WebError.self) { try AccessToken(file: folder.file("none")) }
    }
}
