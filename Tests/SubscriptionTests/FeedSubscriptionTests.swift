import Foundation
import Platform
import Synchronization
import TestSupport
import Testing
import TrackFeed

@testable import Subscription

@Suite(.timeLimit(.hang))
struct FeedSubscriptionTests {
    private static let hello = #"{"type":"hello","protocol":1,"name":"bearing test","max_tracks":2}"#
    private static let status = #"{"type":"status","state":"running"}"#

    private static func tracks(_ seq: Int) -> String {
        #"{"type":"tracks","seq":\#(seq),"time":1.5,"tracks":[{"id":7,"azimuth":-31.2,"elevation":4,"activity":0.9,"age":1.4}]}"#
    }

    /// What a subscription reports, in order.
    private final class Events: Sendable {
        private let all = Mutex<[String]>([])

        func take(_ event: FeedSubscription.Event) {
            let text =
                switch event {
                case .connected: "connected"
                case .disconnected(let reason, _): "\(reason)"
                case .line(let line): line.content.seq.map { "\(line.content.type) \($0)" } ?? line.content.type
                }
            all.withLock { $0.append(text) }
        }

        var list: [String] { all.withLock { $0 } }

        /// Waits until a number of events has come.
        func wait(for count: Int) -> [String] {
            while list.count < count { usleep(1000) }
            return list
        }
    }

    private func subscribe(_ path: String, _ events: Events, _ limits: FeedSubscription.Limits = .init()) -> FeedSubscription {
        let subscription = FeedSubscription(places: [.path(path)], limits: limits) { events.take($0) }
        subscription.start()
        return subscription
    }

    @Test func linesComeInOrderAndTheNewestIsKept() throws {
        let peer = ScriptedPeer(.init(Self.hello, Self.status, Self.tracks(1), Self.tracks(2), closes: false))
        let events = Events()
        let subscription = subscribe(peer.path, events)
        #expect(events.wait(for: 5) == ["connected", "hello", "status", "tracks 1", "tracks 2"])
        let state = subscription.state
        #expect(state.isConnected && state.reason == nil && state.connections == 1)
        let tracks = try #require(state.tracks)
        #expect(tracks.bytes == Array(Self.tracks(2).utf8))
        #expect(tracks.content.tracks?.first?.id == 7)
        #expect(state.hello?.content.name == "bearing test")
        subscription.stop()
        peer.end()
    }

    @Test func itStartsBeforeItsDaemonAndSaysSoOnce() {
        let (path, events) = (temporaryPath(".sock"), Events())
        let subscription = subscribe(path, events)
        #expect(events.wait(for: 1) == ["absent"])
        // Long enough for two more attempts, which are no news.
        usleep(700_000)
        let peer = ScriptedPeer(.init(Self.hello, Self.tracks(1), closes: false), path: path)
        #expect(events.wait(for: 4) == ["absent", "connected", "hello", "tracks 1"])
        subscription.stop()
        peer.end()
    }

    @Test func itConnectsAgainAfterTheDaemonHasGone() {
        let peer = ScriptedPeer(.init(Self.hello, Self.tracks(9)), .init(Self.hello, Self.tracks(0), closes: false))
        let events = Events()
        let subscription = subscribe(peer.path, events)
        #expect(events.wait(for: 7) == ["connected", "hello", "tracks 9", "left", "connected", "hello", "tracks 0"])
        #expect(subscription.state.connections == 2)
        subscription.stop()
        peer.end()
    }

    @Test func aPeerThatHangsUpIsReportedOnce() {
        let peer = ScriptedPeer(.init(Self.hello))
        let events = Events()
        let subscription = subscribe(peer.path, events)
        while peer.accepted < 3 { usleep(1000) }
        subscription.stop()
        #expect(events.list == ["turnedAway"])
        peer.end()
    }

    @Test func hostileLinesAreSkippedAndCounted() {
        let long = #"{"type":"tracks","name":""# + String(repeating: "x", count: 1 << 16) + #""}"#
        var script = ScriptedPeer.Script(
            "", "nonsense", "[]", #"{"type":7}"#, Self.hello, #"{"type":"tracks","seq":-1}"#, long,
            #"{"type":"tracks","tracks":[{"id":1,"azimuth":1e300,"elevation":0,"activity":0,"age":0}]}"#, closes: false)
        script.bytes += [0xFF, 0xFE, 10] + Array((Self.tracks(5) + "\n").utf8)
        let peer = ScriptedPeer(script)
        let events = Events()
        let subscription = subscribe(peer.path, events)
        #expect(events.wait(for: 3) == ["connected", "hello", "tracks 5"])
        #expect(subscription.state.skipped == 8)
        subscription.stop()
        peer.end()
    }

    @Test func aLineWithoutAnEndIsGivenUp() {
        let peer = ScriptedPeer(.init(bytes: [UInt8](repeating: 120, count: 1 << 21)))
        let events = Events()
        let subscription = subscribe(peer.path, events)
        #expect(events.wait(for: 1) == ["endless"])
        subscription.stop()
        peer.end()
    }

    @Test func anotherProtocolIsRefused() {
        let peer = ScriptedPeer(.init(#"{"type":"hello","protocol":2}"#, Self.tracks(1), closes: false))
        let events = Events()
        let subscription = subscribe(peer.path, events)
        #expect(events.wait(for: 1).first?.contains("expected protocol 1, found 2") == true)
        subscription.stop()
        peer.end()
    }

    @Test func aSilentPeerIsGivenUpAndLeftAtOnce() {
        let peer = ScriptedPeer(.init(Self.hello, Self.status, closes: false))
        let events = Events()
        var limits = FeedSubscription.Limits()
        limits.silence = 0.2
        let subscription = subscribe(peer.path, events, limits)
        #expect(events.wait(for: 4).dropFirst(3) == ["silent"])
        limits.silence = 3600
        let other = subscribe(peer.path, Events(), limits)
        while !other.state.isConnected { usleep(1000) }
        let began = MonotonicTime.seconds
        other.stop()
        #expect(MonotonicTime.seconds - began < 1.5)
        subscription.stop()
        peer.end()
    }

    @Test func aFileInPlaceOfASocketIsNamed() throws {
        let folder = TemporaryFolder()
        try "x".write(toFile: folder.file("a.sock"), atomically: true, encoding: .utf8)
        let events = Events()
        let subscription = subscribe(folder.file("a.sock"), events)
        #expect(events.wait(for: 1).first?.contains("something that is not a socket") == true)
        subscription.stop()
    }
}
