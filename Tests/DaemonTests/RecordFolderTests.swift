import Foundation
import Logging
import TestSupport
import Testing

@testable import Audio
@testable import Daemon
@testable import TrackFeed

/// The files in a folder of recordings, their permissions, and the order of deletion.
@Suite(.timeLimit(.hang))
struct RecordFolderTests {
    private let folder = temporaryPath()
    private let hello = FeedHello(name: "bearing", format: "foa", source: "demo", maximumTracks: 2, latencyMilliseconds: 100)

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    private func mode(_ path: String) -> mode_t {
        var facts = stat()
        _ = unsafe lstat(path, &facts)
        return facts.st_mode & 0o7777
    }

    private func names(_ ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(ending) }.sorted()
    }

    /// A pair of one second, as a tape leaves it.
    private func write(_ tape: inout RecordingFiles, at time: Double, frames: Int = 100) throws {
        let ring = SampleRing(frames: frames)
        ring.write([Float](repeating: 0.1, count: 4 * frames).span)
        tape.breakOff(at: time, restarted: true, hello: hello)
        try tape.record(ring, upTo: frames)
        try tape.writeLine(Array("{}\n".utf8))
        tape.close()
    }

    private func tape(limit: Int) throws -> RecordingFiles {
        RecordingFiles(folder: try RecordFolder(path: folder, limit: limit), frames: 24_000, bytes: 1000)
    }

    @Test func recordingsArePrivate() throws {
        defer { remove() }
        let before = umask(0)
        defer { umask(before) }
        var tape = try tape(limit: 1_000_000)
        try write(&tape, at: 1000)
        #expect(mode(folder) == 0o700)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.count == 2 && files.allSatisfy { mode("\(folder)/\($0)") == 0o600 }, "\(files)")
        // A folder that is there already keeps its mode, and those above a new one get the usual.
        #expect(chmod(folder) == 0)
        _ = try RecordFolder(path: "\(folder)/a/b", limit: 1)
        #expect(mode(folder) == 0o755 && mode("\(folder)/a/b") == 0o700)
    }

    private func chmod(_ path: String) -> Int32 { unsafe Glibc.chmod(path, 0o755) }

    /// The clock is a year ahead, then right, then in 1960: the first pair written is deleted first.
    @Test func theOldestPairIsTheFirstWritten() throws {
        defer { remove() }
        let now = 1_767_225_600.0
        var first = try tape(limit: 1 << 40)
        try write(&first, at: now)
        try write(&first, at: now + 31_557_600)
        // Another run continues the numbers.
        var second = try tape(limit: 1 << 40)
        try write(&second, at: now + 60)
        try write(&second, at: -300_000_000.25)
        var keeper = try RecordFolder(path: folder, limit: 1 << 40)
        let written = ["20260101T000000.000Z", "20270101T060000.000Z", "20260101T000100.000Z", "19600629T183959.750Z"]
        #expect(try Set(names("wav")) == Set(written.map { "bearing-\($0).wav" }))
        for gone in 1...4 {
            let total = try names("").reduce(0) { sum, name in
                sum + (try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int ?? 0)
            }
            keeper = try RecordFolder(path: folder, limit: total)
            keeper.makeRoom(for: 1)
            #expect(try Set(names("wav")) == Set(written.dropFirst(gone).map { "bearing-\($0).wav" }), "\(gone)")
            #expect(try names("jsonl").count == 4 - gone)
        }
    }

    /// Files of a version that numbered none are older than all that are numbered.
    @Test func unnumberedFilesAreDeletedFirst() throws {
        defer { remove() }
        var tape = try tape(limit: 1 << 40)
        try write(&tape, at: 1000)
        let old = "\(folder)/bearing-20990101T000000.000Z"
        try Data(count: 900).write(to: URL(fileURLWithPath: old + ".wav"))
        try Data(#"{"type":"recording","protocol":1,"name":"bearing"}"#.utf8).write(to: URL(fileURLWithPath: old + ".jsonl"))
        var keeper = try RecordFolder(path: folder, limit: 2000)
        keeper.makeRoom(for: 100)
        #expect(try names("wav") == ["bearing-19700101T001640.000Z.wav"])
    }

    /// Names are predictable. Existing files and links with such names are not touched.
    @Test func plantedLinksAreNotFollowed() throws {
        defer { remove() }
        var tape = try tape(limit: 1 << 40)
        let victim = "\(folder)/victim"
        #expect(FileManager.default.createFile(atPath: victim, contents: Data("precious".utf8)))
        let stems = (0..<3).map { "\(folder)/bearing-19700101T001640.00\($0)Z" }
        try FileManager.default.createSymbolicLink(atPath: stems[0] + ".wav", withDestinationPath: victim)
        try FileManager.default.createSymbolicLink(atPath: stems[1] + ".jsonl", withDestinationPath: victim)
        try write(&tape, at: 1000)
        #expect(FileManager.default.contents(atPath: victim) == Data("precious".utf8))
        #expect(try AudioFileReader(path: stems[2] + ".wav").frames == 100)
        // One of the same millisecond, as after a clock that was set back.
        try write(&tape, at: 1000)
        #expect(try AudioFileReader(path: "\(folder)/bearing-19700101T001640.003Z.wav").frames == 100)
    }

    /// A sparse file with such a name may have any size.
    @Test func hugeLengthsDoNotTrap() throws {
        defer { remove() }
        var tape = try tape(limit: 1 << 40)
        try write(&tape, at: 1000)
        for second in 0..<3 {
            let path = "\(folder)/bearing-19800101T00000\(second).000Z.wav"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            // As long as this file system allows.
            for bits in stride(from: 62, to: 30, by: -1) where unsafe truncate(path, 1 << bits) == 0 { break }
        }
        var keeper = try RecordFolder(path: folder, limit: 100_000)
        keeper.makeRoom(for: 1000)
        #expect(try names("wav") == ["bearing-19700101T001640.000Z.wav"])
    }

    /// A full disk leaves no row of empty files.
    @Test func aPairThatCouldNotBeginIsRemoved() throws {
        defer { remove() }
        var tape = try tape(limit: 1 << 40)
        let ring = SampleRing(frames: 100)
        ring.write([Float](repeating: 0.1, count: 400).span)
        tape.breakOff(at: 1000, restarted: true, hello: hello)
        // Nothing can be made there.
        try FileManager.default.removeItem(atPath: folder)
        #expect(FileManager.default.createFile(atPath: folder, contents: nil))
        #expect(throws: AudioError.self) { try tape.record(ring, upTo: 100) }
        tape.fail()
        try FileManager.default.removeItem(atPath: folder)
        // A removed folder is created again.
        try tape.record(ring, upTo: 100)
        tape.close()
        #expect(try names("wav").count == 1 && mode(folder) == 0o700)
    }
}
