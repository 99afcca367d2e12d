import Foundation
import JSON
import Synchronization
import TestSupport
import Testing
import Tracking

@testable import TrackFeed

/// What subscribers may do to the feed, which is nothing.
@Suite(.timeLimit(.hang))
struct SubscriberTests {
    static let addresses: [FeedAddress] = [.path(""), .tcp(host: "127.0.0.1", port: 0)]

    private func feed(_ address: FeedAddress, _ limits: FeedLimits = FakeFeed.quiet) throws -> FakeFeed {
        try FakeFeed([address == .path("") ? .path(FakeFeed.freshPath()) : address], limits: limits)
    }

    /// Sends as much as the other side accepts.
    /// - Returns: how many bytes that were.
    private func shout(_ descriptor: Int32) -> Int {
        let noise = [UInt8](repeating: 0x7B, count: 65_536)
        var taken = 0
        // Over TCP, the buffer has space again after a while.
        var quiet = 0
        while quiet < 20, taken < 100_000_000 {
            let count = unsafe send(descriptor, noise, noise.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            if count > 0 {
                taken += count
            } else {
                quiet += 1
                usleep(1000)
            }
        }
        return taken
    }

    @Test(arguments: addresses) func endlessInputIsThrottledAndWakesNoThread(_ address: FeedAddress) throws {
        let feed = try feed(address)
        let (talker, healthy) = (try #require(Reader(feed.address)), try #require(Reader(feed.address)))
        feed.awaitSubscribers(2)
        // The capacity of the kernel's buffers between the two; the daemon reads nothing between its sweeps.
        #expect(shout(talker.descriptor) < 8_000_000)
        for sequence in 0..<20 { feed.post(sequence) }
        _ = shout(talker.descriptor)
        feed.end()
        #expect(try healthy.rest("tracks").count == 20)
        #expect(try talker.rest("tracks").count == 20 || address != .path(""))
        // Two connections, twenty blocks and one stop: no pass for the input.
        #expect(feed.server.passes < 30)
    }

    @Test func inputIsReadInPieces() throws {
        var limits = FeedLimits()
        limits.statusSeconds = 0.01
        let feed = try FakeFeed(limits: limits)
        let talker = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        let first = shout(talker.descriptor)
        // The buffer is emptied in pieces, one per sweep, so a client that sends once is not blocked forever.
        var more = 0
        while more < 3 * 4096 { more += shout(talker.descriptor) }
        #expect(first > 0)
        feed.end()
    }

    @Test(arguments: addresses) func aHalfClosedSubscriberStillReceivesLines(_ address: FeedAddress) throws {
        let feed = try feed(address)
        let reader = try #require(Reader(feed.address))
        feed.awaitSubscribers(1)
        // As `nc -N` and `socat` do at the end of their input.
        shutdown(reader.descriptor, Int32(SHUT_WR))
        for sequence in 0..<200 {
            feed.post(sequence)
            var seen: Int?
            while seen == nil { seen = try #require(try reader.object())["seq"] as? Int }
            #expect(seen == sequence)
        }
        feed.end()
        #expect(feed.server.passes < 450)
    }

    @Test func aVanishedSubscriberIsRemovedWithoutALine() throws {
        let feed = try FakeFeed()
        for _ in 0..<20 {
            let reader = try #require(Reader(feed.path))
            feed.awaitSubscribers(1)
            _ = consume reader
            feed.awaitSubscribers(0)
        }
        feed.end()
    }

    /// A closed TCP connection may also be half-closed: the next line decides.
    @Test func aVanishedTCPSubscriberIsRemovedWithTheNextLine() throws {
        let feed = try feed(.tcp(host: "127.0.0.1", port: 0))
        let healthy = try #require(Reader(feed.address))
        let reader = try #require(Reader(feed.address))
        feed.awaitSubscribers(2)
        _ = reader.line()
        _ = consume reader
        feed.post(0)
        feed.awaitSubscribers(1)
        feed.end()
        #expect(try healthy.rest("tracks").count == 1)
    }

    /// Over TCP the reset must not wait behind lines that the subscriber does not read.
    @Test(arguments: addresses) func aStalledSubscriberNoticesThatItIsDisconnected(_ address: FeedAddress) throws {
        var limits = FeedLimits()
        limits.statusSeconds = 0.005
        limits.stallSeconds = 0.05
        limits.sendBuffer = 4096
        let feed = try feed(address, limits)
        let stalled = try #require(Reader(feed.address))
        feed.awaitSubscribers(1)
        feed.awaitSubscribers(0)
        var waiting = pollfd(fd: stalled.descriptor, events: 0, revents: 0)
        let told = unsafe poll(&waiting, 1, 10_000)
        #expect(told == 1)
        feed.end()
    }

    @Test func connectionsAboveTheLimitAreRefusedAndCounted() throws {
        var limits = FakeFeed.quiet
        (limits.subscribers, limits.reserved) = (2, 0)
        let feed = try FakeFeed(limits: limits)
        let first = try #require(Reader(feed.path))
        var second = Reader(feed.path)
        feed.awaitSubscribers(2)
        for refused in 1...3 {
            let third = try #require(Reader(feed.path))
            // `bearing status` works without a free connection.
            let types = [try third.object(), try third.object(), try third.object()].map { $0?["type"] as? String }
            #expect(types == ["hello", "status", "refused"] && third.line() == nil)
            #expect(feed.server.refusedCount == refused)
        }
        #expect(second?.line() != nil)
        second = nil
        feed.awaitSubscribers(1)
        let next = try #require(Reader(feed.path))
        feed.awaitSubscribers(2)
        feed.post(0)
        feed.end()
        for reader in [first, next] { #expect(try reader.rest("tracks").count == 1) }
    }

    @Test func aLineIsEncodedOnceForAll() throws {
        let feed = try FakeFeed()
        let readers = try (0..<40).map { _ in try #require(Reader(feed.path)) }
        feed.awaitSubscribers(40)
        for sequence in 0..<10 { feed.post(sequence) }
        feed.end()
        for reader in readers { #expect(try reader.rest("tracks").count == 10) }
        // For each a greeting of two lines when it came; then ten blocks, a status at the start and one at the end.
        #expect(feed.server.message.line.count == 40 * 2 + 10 + 2)
    }

    @Test func manySubscribersLeaveNoDescriptorOpen() throws {
        let feed = try FakeFeed()
        let resident = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        for round in 0..<5 {
            // More than one pass of the loop takes on.
            let crowd = try (0..<150).map { _ in try #require(Reader(feed.path)) }
            feed.awaitSubscribers(151)
            feed.post(round)
            for reader in crowd { #expect(try reader.object()?["type"] as? String == "hello") }
            _ = consume crowd
            feed.awaitSubscribers(1)
        }
        feed.end()
        #expect(try resident.rest("tracks").compactMap { $0["seq"] as? Int } == Array(0..<5))
    }

    /// As on a machine that has no time for the feed: there is always another block when one is sent.
    @Test func aLateFeedStillAcceptsConnections() throws {
        let feed = try FakeFeed()
        let flood = Flood(feed.mailbox)
        // Each comes while blocks come faster than they are sent.
        let readers = try (0..<5).map { count in
            let reader = try #require(Reader(feed.path))
            feed.awaitSubscribers(count + 1)
            return reader
        }
        for reader in readers { #expect(try reader.object()?["type"] as? String == "hello") }
        flood.end()
        feed.end()
    }

    @Test func aQueueOfOneLineLosesNoLineThatCouldBeSent() throws {
        var limits = FakeFeed.quiet
        limits.queuedLines = 1
        let feed = try FakeFeed(limits: limits)
        let reader = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        // So few that the reader's socket takes them all.
        for sequence in 0..<12 { feed.post(sequence) }
        feed.end()
        #expect(try reader.rest("tracks").compactMap { $0["seq"] as? Int } == Array(0..<12))
    }

    /// A listener that cannot accept is left alone for a while, and does not keep the loop from the rest.
    @Test func aBrokenListenerDoesNotSpinTheLoop() throws {
        let name = FakeFeed.freshName()
        let feed = try FakeFeed([name, .path(FakeFeed.freshPath())])
        let path = feed.server.places[1].address
        // The effects of another process with the same passed socket.
        shutdown(feed.server.listenerDescriptors[0], Int32(SHUT_RDWR))
        let reader = try #require(Reader(path))
        feed.awaitSubscribers(1)
        for sequence in 0..<10 { feed.post(sequence) }
        feed.end()
        #expect(try reader.rest("tracks").count == 10)
        #expect(feed.server.passes < 20)
    }
}

/// Posts whenever there is space, on its own thread.
private final class Flood: @unchecked Sendable {
    private let stopping = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    init(_ mailbox: Mailbox) {
        Thread { [self] in
            var sequence = 0
            while !stopping.load(ordering: .relaxed) {
                if mailbox.post(FeedBlock(sequence: sequence, time: 0, tracks: .init())) { sequence += 1 }
            }
            ended.signal()
        }.start()
    }

    func end() {
        stopping.store(true, ordering: .relaxed)
        ended.wait()
    }
}
