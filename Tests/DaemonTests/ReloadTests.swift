import Audio
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing
import TrackFeed
import Tracking

@testable import Daemon

/// What SIGHUP asks of a daemon whose threads run.
@Suite(.serialized, .timeLimit(.hang))
struct ReloadTests {
    private struct Unreadable: Error {}

    @Test func anotherSetupTakesOverAndSubscribersStay() throws {
        let files = [try TestDaemon.recording(seconds: 1), try TestDaemon.recording(seconds: 1, amplitude: 0.001)]
        defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
        let path = TestDaemon.socketPath()
        let turn = Mutex(0)
        let adopted = Mutex<[Int]>([])
        let daemon = try Daemon(
            capture: FileCapture(path: files[0], loops: true, stream: CaptureStream()),
            pipeline: TestDaemon.pipeline(tellsAlways: true), hello: TestDaemon.hello("first"),
            options: .init(addresses: [.path(path)]), log: TestDaemon.log
        ) { stream in
            let number = turn.withLock {
                $0 += 1
                return $0
            }
            func setup(_ capture: FileCapture?, _ source: String) -> Daemon.Setup {
                Daemon.Setup(
                    capture: capture, analysis: .renewed(TestDaemon.pipeline(tellsAlways: true)), hello: TestDaemon.hello(source),
                    logLevel: .info, kept: [], adopted: { adopted.withLock { $0.append(number) } })
            }
            switch number {
            case 1: throw Unreadable()
            case 2: return setup(nil, "first")
            case 3: return setup(FileCapture(path: "/nowhere.wav", stream: stream), "none")
            default: return setup(FileCapture(path: files[1], loops: true, stream: stream), "second")
            }
        }
        let read = try #require(daemon.reading)
        try daemon.start()
        let subscriber = try Subscription(path)
        var lines = try subscriber.read(blocks: 5)
        for _ in 1...4 {
            daemon.adopt(Result { try read(daemon.stream) })
            lines += try subscriber.read(blocks: 5)
            #expect(daemon.stream.status.state == .running)
        }
        let level = try #require(daemon.health.status(of: daemon.stream, mailbox: daemon.mailbox).levels.first)
        daemon.stop()

        let tracks = lines.filter { $0["type"] as? String == "tracks" }
        let numbers = tracks.compactMap { $0["seq"] as? Int }
        #expect(numbers.count >= 25 && zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(numbers)")
        // The id of a closed track is never reused.
        var (past, present) = (Set<Int>(), Set<Int>())
        for line in tracks {
            let ids = Set(((line["tracks"] as? [[String: Any]]) ?? []).compactMap { $0["id"] as? Int })
            #expect(past.isDisjoint(with: ids))
            past.formUnion(present.subtracting(ids))
            present = ids
        }
        #expect(past.count >= 4, "three networks were started, the first with at least two tracks")
        let sources = lines.filter { $0["type"] as? String == "hello" }.compactMap { $0["source"] as? String }
        #expect(sources == ["first", "second"])
        // Uniform noise of amplitude 0.001 has a power of -64.8 dB.
        #expect(level < -60)
        #expect(adopted.withLock { $0 } == [2, 4], "an unusable setup is not adopted")
    }

    /// With a look-ahead, so that a network that began anew would cost blocks.
    private func daemon(_ path: String, _ file: String, reading: @escaping (Int) -> Daemon.Setup.Analysis) throws -> Daemon {
        let turn = Mutex(0)
        return try Daemon(
            capture: FileCapture(path: file, loops: true, stream: CaptureStream()),
            pipeline: TestDaemon.pipeline(tellsAlways: true, lookAhead: 2), hello: TestDaemon.hello(),
            options: .init(addresses: [.path(path)]), log: TestDaemon.log
        ) { _ in
            let number = turn.withLock {
                $0 += 1
                return $0
            }
            return Daemon.Setup(capture: nil, analysis: reading(number), hello: TestDaemon.hello(), logLevel: .info, kept: [])
        }
    }

    private func expectNoGap(_ tracks: [[String: Any]]) {
        let times = tracks.compactMap { $0["time"] as? Double }
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }
        #expect(steps.count >= 10 && steps.allSatisfy { abs($0 - 0.1) < 0.05 }, "\(steps)")
    }

    @Test func aReloadWithoutAChangeLosesNoBlockAndNoTrack() throws {
        let file = try TestDaemon.recording(seconds: 1)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let path = TestDaemon.socketPath()
        let daemon = try daemon(path, file) { _ in .kept }
        let read = try #require(daemon.reading)
        try daemon.start()
        let loop = daemon.audio.loop
        let subscriber = try Subscription(path)
        var lines = try subscriber.read(blocks: 4)
        for _ in 1...20 { daemon.adopt(Result { try read(daemon.stream) }) }
        lines += try subscriber.read(blocks: 8)
        #expect(daemon.audio.loop === loop)
        daemon.stop()
        let tracks = lines.filter { $0["type"] as? String == "tracks" }
        expectNoGap(tracks)
        #expect(lines.count { $0["type"] as? String == "hello" } == 1, "what has not changed is not announced again")
        let ids = tracks.compactMap { ($0["tracks"] as? [[String: Any]])?.compactMap { $0["id"] as? Int } }
        #expect(ids.first?.count == 2 && ids.allSatisfy { $0 == ids.first }, "\(ids)")
    }

    /// A gate that lets nothing through, and back: the network goes on, and no block is lost.
    @Test func anotherGateTakesOverWithoutALostBlock() throws {
        let file = try TestDaemon.recording(seconds: 1)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let path = TestDaemon.socketPath()
        let shut = GateSettings(openThreshold: 1, stayThreshold: 1, coastBlocks: 0)
        let daemon = try daemon(path, file) { .adjusted($0 == 1 ? shut : TestDaemon.openGate, Viewpoint()) }
        let read = try #require(daemon.reading)
        try daemon.start()
        let loop = daemon.audio.loop
        let subscriber = try Subscription(path)
        var tracks: [[String: Any]] = []
        func count(_ blocks: Int) throws -> [Int] {
            let lines = try subscriber.read(blocks: blocks).filter { $0["type"] as? String == "tracks" }
            tracks += lines
            return lines.compactMap { ($0["tracks"] as? [Any])?.count }
        }
        #expect(try count(4).last == 2)
        daemon.adopt(Result { try read(daemon.stream) })
        #expect(try count(5).last == 0)
        daemon.adopt(Result { try read(daemon.stream) })
        #expect(try count(5).last == 2)
        #expect(daemon.audio.loop === loop)
        daemon.stop()
        expectNoGap(tracks)
    }
}
