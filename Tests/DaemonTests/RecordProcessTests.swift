import Foundation
import Geometry
import Logging
import Platform
import TestSupport
import Testing
import Tracking

@testable import Audio
@testable import Daemon
@testable import TrackFeed

/// Recordings by another process: its messages, and the daemon's behaviour when it hangs, ends or refuses.
@Suite(.timeLimit(.hang))
struct RecordProcessTests {
    private let folder = temporaryPath()
    private let hello = FeedHello(name: "a", format: "foa", source: "file:/x y", maximumTracks: 2, latencyMilliseconds: 100)

    private func plan(_ script: String) -> RecordPlan {
        var plan = RecordPlan(folder: folder, fileSeconds: 1, limit: 1 << 40)
        plan.writer = ["/bin/sh", "-c", script]
        return plan
    }

    private func second() -> [Float] { (0..<4 * 24_000).map { Float($0) * 1e-6 } }

    @Test func messagesAreDecodedUnchanged() throws {
        let samples = second().prefix(9600).map { $0 }
        let frames = RecordStream.message(samples.span)
        let head = try #require(RecordStream.head(Array(frames.prefix(RecordStream.headBytes))))
        #expect(head.kind == .frames && head.length == frames.count - RecordStream.headBytes)
        #expect(RecordStream.samples(Array(frames.dropFirst(RecordStream.headBytes))) == samples)
        for model in [nil, "models/m"] {
            var hello = hello
            hello.model = model
            hello.elevation = model == nil ? .signed : .unsigned
            let message = RecordStream.message(beginningAt: -1.5, restarted: true, hello: hello)
            let found = try #require(RecordStream.beginning(Array(message.dropFirst(RecordStream.headBytes))))
            #expect(found.time == -1.5 && found.restarted && found.hello.model == model && found.hello.source == hello.source)
            #expect(found.hello.elevation == hello.elevation)
        }
    }

    @Test(arguments: [[], [1, 0, 0], [9, 0, 0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 255, 255, 255, 255]] as [[UInt8]])
    func anInvalidHeaderIsRefused(_ bytes: [UInt8]) {
        #expect(RecordStream.head(bytes) == nil)
    }

    /// Sends the messages of a daemon to a writer in this process.
    private func write(_ messages: [[UInt8]], limit: Int = 1 << 40) throws {
        var ends: [Int32] = [-1, -1]
        let code = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        #expect(code == 0)
        let (far, path) = (ends[1], folder)
        let done = DispatchSemaphore(value: 0)
        Thread {
            RecordWriter(socket: far, plan: RecordPlan(folder: path, fileSeconds: 1, limit: limit), channels: 4, log: TestDaemon.log).run()
            close(far)
            done.signal()
        }.start()
        for message in messages {
            var sent = 0
            while sent < message.count {
                let count = unsafe message.withUnsafeBytes { bytes in
                    unsafe send(ends[0], bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { break }
                sent += count
            }
        }
        shutdown(ends[0], Int32(SHUT_WR))
        done.wait()
        close(ends[0])
    }

    @Test func theWriterWritesTheSameFiles() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let samples = second()
        var messages = [RecordStream.message(beginningAt: 1000, restarted: true, hello: hello)]
        for block in 0..<10 {
            messages.append(RecordStream.message(samples.span.extracting(block * 9600..<(block + 1) * 9600)))
            messages.append(RecordStream.message(.line, Array("{\"seq\":\(block)}\n".utf8)))
        }
        // What breaks off in the middle is no harm.
        messages.append([1, 0, 0, 0, 100])
        try write(messages)
        let heard = try AudioFileReader(path: "\(folder)/bearing-19700101T001640.000Z.wav").readAll()
        #expect(heard == samples)
        let lines = try String(contentsOfFile: "\(folder)/bearing-19700101T001640.000Z.jsonl", encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 11 && lines[0].contains(#""number":1"#) && lines[0].contains("file:/x y") && lines[10] == #"{"seq":9}"#)
    }

    @Test func theWritersMessageIsTheErrorOfTheStart() throws {
        let error = #expect(throws: AudioError.self) { try Recorder(plan("echo no way in >&0"), hello: hello, log: TestDaemon.log) }
        #expect(error?.description.contains("no way in") == true)
        #expect(throws: AudioError.self) { try Recorder(plan("exit 1"), hello: hello, log: TestDaemon.log) }
        var missing = plan("")
        missing.writer = ["/nowhere/bearing"]
        #expect(throws: AudioError.self) { try Recorder(missing, hello: hello, log: TestDaemon.log) }
    }

    /// A disk that hangs: the writer takes nothing and does not end.
    @Test func aHangingWriterBlocksNeitherTheAnalysisNorTheStop() throws {
        let recorder = try Recorder(plan("echo ready >&0; exec sleep 20"), hello: hello, log: TestDaemon.log)
        recorder.start()
        recorder.feed.restart(at: 0)
        for number in 0..<200 {
            recorder.feed.take([Float](repeating: 0.1, count: 9600).span, at: 0.1 * Double(number))
            _ = recorder.feed.take(FeedBlock(sequence: number, time: 0.1 * Double(number + 1), tracks: BlockTracks()))
        }
        // What fills ten seconds of ring and the socket before the writer.
        #expect(recorder.feed.dropped > 0)
        usleep(100_000)
        let began = MonotonicTime.now
        recorder.stop(patience: 10 * MonotonicTime.second)
        #expect(MonotonicTime.now - began < 5 * MonotonicTime.second)
    }

    /// A writer that ends gets a successor, which continues in another file.
    @Test func aWriterThatEndsIsReplaced() throws {
        let mark = folder + ".mark"
        defer { try? FileManager.default.removeItem(atPath: mark) }
        let recorder = try Recorder(plan("echo ready >&0; echo x >> \(mark); head -c 5000 >/dev/null"), hello: hello, log: TestDaemon.log)
        recorder.start()
        recorder.feed.restart(at: 0)
        var number = 0
        while ((try? String(contentsOfFile: mark, encoding: .utf8)) ?? "").count < 4 {
            recorder.feed.take([Float](repeating: 0.1, count: 9600).span, at: 0.1 * Double(number))
            _ = recorder.feed.take(FeedBlock(sequence: number, time: 0.1 * Double(number + 1), tracks: BlockTracks()))
            number += 1
            usleep(20_000)
        }
        recorder.stop()
    }
}
