import Audio
import Foundation
import Geometry
import Logging
import TestSupport
import Testing
import Tracking

@testable import Daemon
@testable import TrackFeed

/// `run --record`, without a daemon around it.
@Suite(.timeLimit(.hang))
struct RecordingTests {
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.file("recordings") }
    private let hello = FeedHello(
        name: "bearing", format: "foa", source: "demo", model: "foa-live", maximumTracks: 2, latencyMilliseconds: 100)

    private func recorder(fileSeconds: Int = 1, limit: Int = 1_000_000_000) throws -> Recorder {
        try Recorder(.init(folder: folder, fileSeconds: fileSeconds, limit: limit), hello: hello, log: TestDaemon.log)
    }

    /// A block whose samples count on from `first`, so that a lost or repeated frame shows.
    private func samples(from first: Int, frames: Int = 2400) -> [Float] {
        (0..<4 * frames).map { Float(first + $0 / 4) * 1e-6 + Float($0 % 4) * 0.1 }
    }

    private func files(_ ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(ending) }.sorted()
    }

    private func lines(_ name: String) throws -> [[String: Any]] {
        try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")).split(separator: 10).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    private func block(_ number: Int, at time: Double) -> FeedBlock {
        var tracks = BlockTracks()
        tracks.append(Track(id: 7, direction: .front, activity: 1, age: number + 1))
        return FeedBlock(sequence: number, time: time, tracks: tracks)
    }

    @Test func everyFrameAndLineIsKeptOverFilesOfTheirLength() throws {
        let recorder = try recorder()
        recorder.start()
        let began = 1_767_225_600.25
        recorder.feed.restart(at: began)
        for number in 0..<25 {
            recorder.feed.take(samples(from: 2400 * number).span, at: began + 0.1 * Double(number))
            _ = recorder.feed.take(block(number, at: began + 0.1 * Double(number + 1)))
            usleep(2000)
        }
        recorder.stop()
        let waves = try files("wav")
        #expect(
            waves.map { String($0.dropFirst(8)) } == ["20260101T000000.250Z.wav", "20260101T000001.250Z.wav", "20260101T000002.250Z.wav"])
        let heard = try waves.flatMap { try AudioFileReader(path: "\(folder)/\($0)").readAll() }
        #expect(heard == (0..<25).flatMap { samples(from: 2400 * $0) })
        let told = try files("jsonl").map { try lines($0) }
        #expect(told.map { $0.first?["type"] as? String } == Array(repeating: "recording", count: 3))
        #expect(told.map { $0.first?["continues"] as? Int } == [0, 1, 1])
        #expect(told.first?.first?["model"] as? String == "foa-live")
        #expect(told.map { $0.dropFirst().compactMap { $0["seq"] as? Int } } == [Array(0..<10), Array(10..<20), Array(20..<25)])
        #expect(recorder.feed.dropped == 0)
    }

    @Test func aResetBeginsAnotherFile() throws {
        let recorder = try recorder(fileSeconds: 60)
        recorder.start()
        for (number, began) in [1000.0, 1010.0].enumerated() {
            recorder.feed.restart(at: began)
            recorder.feed.take(samples(from: 0, frames: 1000 + number).span, at: began)
            _ = recorder.feed.take(block(number, at: began))
        }
        recorder.stop()
        let frames = try files("wav").map { try AudioFileReader(path: "\(folder)/\($0)").frames }
        #expect(frames == [1000, 1001])
        #expect(try files("jsonl").map { try lines($0).first?["continues"] as? Int } == [0, 0])
    }

    @Test func blocksThatDoNotFitAreCountedAndLeaveABreak() throws {
        let recorder = try recorder(fileSeconds: 60)
        // The recorder sleeps: 10.9 s of frames fit.
        recorder.feed.restart(at: 0)
        for number in 0..<150 {
            recorder.feed.take(samples(from: 2400 * number).span, at: 0.1 * Double(number))
            _ = recorder.feed.take(block(number, at: 0.1 * Double(number + 1)))
        }
        #expect(recorder.feed.ring.framesAvailable == 109 * 2400 && recorder.feed.dropped == 41 * 2400)
        recorder.start()
        while recorder.feed.ring.framesAvailable > 0 { usleep(1000) }
        recorder.feed.take(samples(from: 2400 * 150).span, at: 15)
        _ = recorder.feed.take(block(150, at: 15.1))
        recorder.stop()
        #expect(try files("jsonl").map { try lines($0).first?["continues"] as? Int } == [0, 1])
        let first = try AudioFileReader(path: "\(folder)/\(try #require(files("wav").first))").readAll()
        #expect(first == (0..<109).flatMap { samples(from: 2400 * $0) })
        #expect(try lines(try #require(files("jsonl").last)).compactMap { $0["seq"] as? Int } == [150])
    }

    @Test func theOldestAreDeletedAndOtherFilesKept() throws {
        var keeper = try RecordFolder(path: folder, limit: 3000)
        for second in 0..<5 {
            let pair = keeper.pair(at: Double(second))
            try Data(count: 900).write(to: URL(fileURLWithPath: pair + ".wav"))
            try Data(count: 100).write(to: URL(fileURLWithPath: pair + ".jsonl"))
        }
        for name in ["bearing-notes.wav", "x.wav"] { try Data(count: 9000).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
        keeper.makeRoom(for: 1000)
        #expect(
            try files("wav") == ["bearing-19700101T000003.000Z.wav", "bearing-19700101T000004.000Z.wav", "bearing-notes.wav", "x.wav"])
        #expect(try files("jsonl").count == 2)
        keeper.makeRoom(for: 1_000_000)
        #expect(try files("wav") == ["bearing-notes.wav", "x.wav"])
    }

    @Test func aFolderThatCannotBeCreatedIsReported() {
        let error = #expect(throws: AudioError.self) {
            try Recorder(.init(folder: "/dev/null/below", fileSeconds: 60, limit: 1), hello: hello, log: TestDaemon.log)
        }
        #expect(error?.description.contains("/dev/null/below") == true)
    }

    /// After kill -9 there is no `close`.
    @Test func aGrowingFileIsValidAfterEachWrite() throws {
        _ = try RecordFolder(path: folder, limit: 1)
        let writer = try AudioFileWriter(
            path: "\(folder)/a.wav", encoding: .waveFloat, sampleRate: 24_000, channels: 4, grows: true)
        for count in 1...3 {
            try writer.write(samples(from: 0).span)
            #expect(try bytesOfAudio("\(folder)/a.wav") == 2400 * count * 16)
            #expect(try AudioFileReader(path: "\(folder)/a.wav").frames == 2400 * count)
        }
        writer.abort()
        #expect(try AudioFileReader(path: "\(folder)/a.wav").frames == 7200)
    }

    /// The length in the header of a WAV file, since not every reader uses the file's size as libsndfile does.
    private func bytesOfAudio(_ path: String) throws -> Int {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let place = try #require(bytes.range(of: Data("data".utf8))).upperBound
        return (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
}
