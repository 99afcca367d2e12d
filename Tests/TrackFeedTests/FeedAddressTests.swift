import Files
import TestSupport
import Testing

@testable import TrackFeed

@Suite struct FeedAddressTests {
    @Test(arguments: [
        ("/run/bearing.sock", FeedAddress.path("/run/bearing.sock")), ("here.sock", .path("here.sock")),
        ("./systemd", .path("./systemd")), ("@bearing", .abstract("bearing")), ("@/a b", .abstract("/a b")),
        ("systemd", .systemd), ("tcp:7420", .tcp(host: "127.0.0.1", port: 7420)),
        ("tcp:0.0.0.0:1", .tcp(host: "0.0.0.0", port: 1)), ("tcp:[::1]:65535", .tcp(host: "::1", port: 65535)),
        ("tcp:pi.local:7420", .tcp(host: "pi.local", port: 7420)),
    ])
    func anAddressIsParsedAndPrinted(_ text: String, _ address: FeedAddress) throws {
        let read = try #require(FeedAddress(text))
        #expect(read == address)
        #expect(FeedAddress(read.description) == address)
    }

    @Test(arguments: [
        "", "@", "a\0b", "@a\0b", "tcp:", "tcp:0", "tcp:65536", "tcp:-1", "tcp:+1", "tcp:x", "tcp:::1:80", "tcp::80", "tcp:[]:80",
        "tcp:127.0.0.1", "tcp:127.0.0.1:", "tcp:127.0.0.1:７",
    ])
    func anInvalidAddressIsRefused(_ text: String) { #expect(FeedAddress(text) == nil) }

    @Test func onlyNumbersAreServed() {
        #expect(FeedAddress("tcp:localhost:80")?.canBeServed == false)
        #expect(FeedAddress("tcp:300.0.0.1:80")?.canBeServed == false)
        #expect(FeedAddress("tcp:[::1]:80")?.canBeServed == true)
        #expect(FeedAddress("/a")?.canBeServed == true)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("0.0.0.0", false), ("192.168.1.2", false), ("::1", true), ("::", false),
        ("fe80::1", false), ("::ffff:127.0.0.1", true), ("::ffff:10.0.0.1", false),
    ])
    func nonLocalAddressesAreRecognised(_ host: String, _ isLoopback: Bool) throws {
        let address = try #require(SocketAddress.resolve(host: host, port: 80, numeric: true).first)
        #expect(address.isLoopback == isLoopback)
        #expect(address.feedAddress == .tcp(host: host, port: 80))
    }

    @Test func aNameIsNotTruncatedAndNotTooLong() throws {
        let longest = String(repeating: "n", count: 107)
        #expect(try SocketAddress(abstract: longest).feedAddress == .abstract(longest))
        #expect(try SocketAddress(path: longest).feedAddress == .path(longest))
        #expect(throws: FeedError.pathTooLong(path: "@n\(longest)", bytes: 108, limit: 107)) {
            try SocketAddress(abstract: "n\(longest)")
        }
    }

    /// Names are bytes, which need not be UTF-8.
    @Test func aNameIsKeptByteForByte() throws {
        let bytes: [UInt8] = [0x2F, 0x74, 0x6D, 0x70, 0x2F, 0xE9, 0x98]
        let name = String(systemBytes: bytes)
        #expect(try SocketAddress(path: name).feedAddress == .path(name))
        #expect(try SocketAddress(abstract: name).feedAddress == .abstract(name))
        #expect(throws: FeedError.pathTooLong(path: String(repeating: name, count: 16), bytes: 112, limit: 107)) {
            try SocketAddress(path: String(repeating: name, count: 16))
        }
    }

    @Test func aSocketFileMayHaveAnyName() throws {
        let folder = TemporaryFolder()
        let name = "\(folder.path)/" + String(systemBytes: [0x73, 0xE9])
        let feed = try FakeFeed(path: name)
        #expect(FeedClient(path: name) != nil)
        #expect(try Folder.names(in: folder.path).map(\.systemBytes) == [[0x73, 0xE9]])
        feed.end()
        #expect(try Folder.names(in: folder.path).isEmpty)
    }
}
