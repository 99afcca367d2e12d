import Foundation
import TestSupport
import Testing

@testable import TrackFeed

/// Socket activation, with this process acting as systemd's child.
@Suite(.timeLimit(.hang))
struct PassedSocketsTests {
    private let process = String(getpid())

    /// A descriptor under a number that nothing else takes meanwhile, as systemd leaves it: inherited and waiting.
    private func pass(_ descriptor: Int32) -> Int32 {
        defer { close(descriptor) }
        let passed = fcntl(descriptor, F_DUPFD, Int32.random(in: 300..<900))
        _ = fcntl(passed, F_SETFL, fcntl(passed, F_GETFL) & ~O_NONBLOCK)
        return passed
    }

    private func listening(_ path: String) throws -> Int32 {
        let address = try SocketAddress(path: path)
        let descriptor = address.makeSocket()
        let bound = unsafe address.call { unsafe bind(descriptor, $0, $1) }
        #expect(bound == 0 && listen(descriptor, 8) == 0)
        return pass(descriptor)
    }

    @Test func aPassedSocketReplacesThePathAndIsKept() throws {
        let (path, other) = (FakeFeed.freshPath(), FakeFeed.freshPath())
        let descriptor = try listening(path)
        // Who came before the daemon waits for it.
        let reader = try #require(Reader(path))
        let passed = try PassedSockets.read(process: process, count: "1", names: "feed", first: descriptor)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
        let feed = try FakeFeed([.path(other), .tcp(host: "127.0.0.1", port: 0)], passed: passed)
        #expect(feed.address == .path(path) && feed.server.places[0].isPassed)
        #expect(feed.server.places.count == 2)
        #expect(feed.server.summary.hasPrefix("\(path) (from systemd), tcp:127.0.0.1:"))
        #expect(!FileManager.default.fileExists(atPath: other))
        feed.awaitSubscribers(1)
        feed.post(0)
        feed.end()
        #expect(try reader.rest("tracks").count == 1)
        // systemd's own copy keeps listening for the next start, so the file belongs to systemd.
        #expect(FileManager.default.fileExists(atPath: path))
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func variablesForAnotherProcessAreIgnored() throws {
        for (process, count) in [("1", "1"), (nil, "1"), (self.process, nil), (nil, nil), ("x", "1"), (self.process, "0")] {
            #expect(try PassedSockets.read(process: process, count: count, names: nil, first: 3).isEmpty)
        }
        for count in ["", "x", "-1", "2147483647"] {
            #expect(throws: FeedError.badCount(count)) {
                try PassedSockets.read(process: process, count: count, names: nil, first: 3)
            }
        }
    }

    @Test func aDescriptorThatIsNotAListeningStreamSocketIsReported() throws {
        func fault(_ descriptor: Int32, _ found: String) {
            #expect(throws: FeedError.badPassed(descriptor, name: "feed", found: found)) {
                try PassedSockets.read(process: process, count: "1", names: "feed:more", first: descriptor)
            }
            guard found != "nothing" else { return }
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
            close(descriptor)
        }
        let stream = Int32(SOCK_STREAM.rawValue)
        fault(pass(socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)), "a socket of another type")
        fault(pass(socket(AF_UNIX, stream, 0)), "a socket that does not listen")
        fault(pass(unsafe open("/dev/null", O_RDONLY)), "a descriptor that is not a socket")
        fault(1_000_000, "nothing")
        var pair: [Int32] = [0, 0]
        unsafe socketpair(AF_UNIX, stream, 0, &pair)
        fault(pass(pair[0]), "a socket that does not listen")
        close(pair[1])
    }

    @Test func passedSocketsAreNotInherited() throws {
        for (name, value) in [("LISTEN_PID", "1"), ("LISTEN_FDS", "1"), ("LISTEN_FDNAMES", "feed")] {
            unsafe setenv(name, value, 1)
        }
        #expect(try PassedSockets.take().isEmpty)
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] {
            let value = unsafe getenv(name)
            #expect(unsafe value == nil)
        }
    }
}
