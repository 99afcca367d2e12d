import Audio
import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing

/// Headers that disagree with the contents, in every container of uncompressed sound.
@Suite(.timeLimit(.hang)) struct AudioHeaderTests {
    typealias Container = ForgedRecording.Container

    private let folder = TemporaryFolder()
    private let values = AudioFileTests.signal(frames: 600)

    private func open(_ recording: ForgedRecording) throws(AudioError) -> AudioFileReader {
        try AudioFileReader(path: folder.put(recording.bytes, as: "a"), channels: 4)
    }

    private func remark(_ promised: Int, _ found: Int) -> String {
        "\(folder.file("a")): expected \(promised) frames as its header says, found \(found): all of them are used; save it again to correct "
            + "the header"
    }

    @Test(arguments: Container.allCases) func aCorrectHeaderCausesNoWarning(_ container: Container) throws {
        let reader = try open(ForgedRecording(container, values))
        #expect(reader.frames == 600 && reader.sampleRate == 24_000 && reader.remarks == [] && reader.ambisonics == nil)
        #expect(try reader.readAll() == values)
    }

    /// Power lost before the header was written again, a length that wrapped, a header never finished.
    @Test(arguments: Container.allCases, [0, 1, 300, 599]) func aHeaderWithTooFewFramesCausesAWarning(_ container: Container, _ frames: Int)
        throws
    {
        var recording = ForgedRecording(container, values)
        (recording.declared, recording.frames) = (8 * frames, frames)
        let reader = try open(recording)
        #expect(reader.frames == 600 && reader.remarks == [remark(frames, 600)])
        #expect(try reader.readAll() == values)
        try reader.seek(to: 590)
        #expect(try reader.readAll() == Array(values[(4 * 590)...]))
    }

    /// As pipes leave it.
    @Test(arguments: Container.allCases) func anUndeclaredLengthMeansTheWholeFile(_ container: Container) throws {
        var recording = ForgedRecording(container, values)
        (recording.declared, recording.frames) = (nil, -1)
        let reader = try open(recording)
        #expect(reader.frames == 600 && reader.remarks == [])
        #expect(try reader.readAll() == values)
    }

    @Test(arguments: Container.allCases) func aTruncatedFileIsRefusedWithBothLengths(_ container: Container) throws {
        for left in [8, 2400, 2403, 4792] {
            var recording = ForgedRecording(container, values)
            recording.samples.removeLast(recording.samples.count - left)
            let expected = AudioError.truncatedFile(path: folder.file("a"), expectedFrames: 600, foundFrames: left / 8)
            #expect(throws: expected, "\(left) bytes of samples") { try open(recording) }
        }
        var recording = ForgedRecording(container, values)
        recording.samples = []
        #expect(throws: AudioError.self) { try open(recording) }
    }

    /// However far reading comes: never a file without its header, or a shorter recording.
    @Test(arguments: Container.allCases) func aDiskThatFailsIsReported(_ container: Container) throws {
        let path = folder.put(ForgedRecording(container, values).bytes, as: "a")
        func samples() throws(AudioError) -> [Float] { try AudioFileReader(path: path, channels: 4).readAll() }
        var calls = 0
        while calls < 10_000 {
            do throws(AudioError) {
                #expect(try failingReads(after: calls, samples) == values)
                break
            } catch { #expect(error == .unreadableFile(path: path, reason: "Input/output error"), "after \(calls) calls") }
            calls += 1
        }
        #expect((3..<10_000).contains(calls))
    }

    @Test(arguments: Container.allCases) func dataAfterTheSamplesIsNotRead(_ container: Container) throws {
        guard container != .au, container != .auLittle else { return }
        for length in [0, 1, 7, 100] {
            var recording = ForgedRecording(container, values)
            let list = recording.chunk(container == .wave64 ? "list" : "LIST", [UInt8](repeating: 65, count: length))
            recording.tail = list + recording.chunk("xyz ", [UInt8](repeating: 66, count: 20))
            #expect(try open(recording).readAll() == values, "\(length)")
            #expect(try open(recording).remarks == [])
            // Cut within the chunk: the samples are whole.
            recording.tail = Array(list.dropLast(max(0, length - 2)))
            #expect(try open(recording).readAll() == values, "\(length)")
            #expect(try open(recording).remarks == [])
        }
    }

    @Test(arguments: Container.allCases) func anIncompleteFrameAfterTheSamplesIsIgnored(_ container: Container) throws {
        for count in 1...7 {
            var recording = ForgedRecording(container, values)
            recording.tail = [UInt8](repeating: 0xEE, count: count)
            let reader = try open(recording)
            #expect(try reader.readAll() == values, "\(count)")
            #expect(reader.remarks == [])
        }
    }

    @Test(arguments: [Container.wave, .rf64, .wave64, .aiff, .caf]) func twoRecordingsInOneFileAreRefused(_ container: Container) throws {
        var recording = ForgedRecording(container, values)
        let alone = recording.bytes
        recording.tail = alone
        let found = "another file after the first, from byte \(alone.count)"
        #expect(throws: AudioError.notAudio(path: folder.file("a"), reason: found)) { try open(recording) }
        recording.tail = recording.chunk(container == .aiff ? "SSND" : "data", [UInt8](repeating: 0, count: 80))
        #expect(throws: AudioError.notAudio(path: folder.file("a"), reason: "a second chunk of samples, at byte \(alone.count)")) {
            try open(recording)
        }
    }

    /// Beyond what 32 bits count: sparse files, with real samples at both ends.
    @Test(arguments: [Container.wave, .waveExtensible, .rifx, .aiff, .au]) func lengthsWrapAtFourGibibytes(_ container: Container) throws {
        for isOpen in [false, true] {
            var recording = ForgedRecording(container, values)
            (recording.declared, recording.frames) = isOpen ? (nil, -1) : (recording.declared, 600)
            let path = folder.put(recording.bytes, as: "a")
            let frames = (1 << 29) + 600
            let descriptor = unsafe Glibc.open(path, O_WRONLY)
            defer { close(descriptor) }
            #expect(ftruncate(descriptor, recording.head.count + 8 * frames) == 0)
            let end = Array(recording.samples.suffix(80))
            let written = unsafe pwrite(descriptor, end, 80, recording.head.count + 8 * (frames - 10))
            #expect(written == 80)
            let reader = try AudioFileReader(path: path)
            #expect(reader.frames == frames && reader.remarks == (isOpen ? [] : [remark(600, frames)]))
            try reader.seek(to: frames - 10)
            #expect(try reader.readAll() == Array(values.suffix(40)))
        }
    }

    /// What sox writes into a pipe: 2 GiB, whatever comes.
    @Test func aPlaceholderPromisesNothing() throws {
        var recording = ForgedRecording(.wave, values)
        recording.declared = 0x7FFF_F000
        let reader = try open(recording)
        #expect(reader.remarks == [remark(0x7FFF_F000 / 8, 600)])
        #expect(try reader.readAll() == values)
    }

    @Test func aDeclaredFrameCountIsCheckedToo() throws {
        var recording = ForgedRecording(.aiff, values)
        recording.frames = 300
        #expect(try open(recording).remarks == [remark(300, 600)])
        #expect(try open(recording).readAll() == values)
        recording.frames = 601
        #expect(throws: AudioError.truncatedFile(path: folder.file("a"), expectedFrames: 601, foundFrames: 600)) { try open(recording) }
    }

    @Test func moreThanAThousandHoursAreRefused() throws {
        var recording = ForgedRecording(.wave, values)
        recording.declared = nil
        let path = folder.put(recording.bytes, as: "a")
        #expect(unsafe truncate(path, 1 << 43) == 0)
        #expect(throws: AudioError.overlong(path: path, found: "12725 hours")) { try AudioFileReader(path: path) }
        // Nothing but zeros, and headers without end.
        let heads: [[UInt8]] = [[]] + Container.allCases.map { Array(ForgedRecording($0, values).head.prefix($0 == .wave64 ? 40 : 12)) }
        for head in heads {
            let path = folder.put(head, as: "a")
            #expect(unsafe truncate(path, 1 << 43) == 0)
            #expect(throws: AudioError.self) { try AudioFileReader(path: path) }
        }
    }

    @Test func aTruncatedOggStreamCausesAWarning() throws {
        let whole = try OggRecording.bytes()
        #expect(try AudioFileReader(path: folder.put(whole, as: "a")).remarks == [])
        // The mark of the last page is gone, its samples are there.
        var bytes = whole
        let last = try #require((0..<bytes.count - 4).last { bytes[$0..<$0 + 4].elementsEqual("OggS".utf8) })
        bytes.removeSubrange(last...)
        do throws(AudioError) {
            let reader = try AudioFileReader(path: folder.put(bytes, as: "a"))
            #expect(reader.remarks.count == 1 && reader.remarks[0].contains("expected the end of an Ogg stream"), "\(reader.remarks)")
        } catch {
            #expect(error.description.contains(folder.file("a")))
        }
    }

    /// libogg would search 8 TiB of zeros for the next page.
    @Test(.timeLimit(.hang)) func anOggStreamBeforeAHoleIsReadInBoundedTime() throws {
        let whole = try OggRecording.bytes()
        for length in [whole.count, whole.count - 1, whole.count / 2, 4096, 58] {
            let path = folder.put(Array(whole.prefix(length)), as: "a")
            #expect(unsafe truncate(path, 1 << 43) == 0)
            do throws(AudioError) {
                let reader = try AudioFileReader(path: path)
                _ = try reader.readAll(atMost: 48_000)
                try reader.seek(to: reader.frames / 2)
            } catch {
                #expect(error.description.contains(path))
            }
        }
    }

    /// libsndfile keeps one reason for all threads: while a thread waits between a failure and its reason, another opens files.
    @Test func filesOpenedAtOnceKeepTheirReasons() throws {
        let (good, bad) = (folder.put(ForgedRecording(.wave, values).bytes, as: "good"), folder.put(Array("garbage".utf8), as: "bad"))
        let isDone = Atomic(false)
        let (started, others) = (DispatchSemaphore(value: 0), DispatchGroup())
        DispatchQueue.global().async(group: others) {
            repeat {
                _ = try? AudioFileReader(path: good)
                started.signal()
            } while !isDone.load(ordering: .relaxed)
        }
        started.wait()
        for _ in 0..<20 {
            #expect(throws: AudioError.notAudio(path: bad, reason: "Format not recognised")) {
                try lateReasons(microseconds: 2000) { () throws(AudioError) in try AudioFileReader(path: bad) }
            }
        }
        isDone.store(true, ordering: .relaxed)
        others.wait()
    }

    @Test func specialFilesAreRefused() {
        let pipe = folder.file("pipe")
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        for (path, found) in [(pipe, "a named pipe"), (folder.path, "a folder"), ("/dev/zero", "a device")] {
            #expect(throws: AudioError.unreadableFile(path: path, reason: found)) { try AudioFileReader(path: path) }
        }
        let status = "/proc/self/status"
        #expect(throws: AudioError.emptyFile(path: status)) { try AudioFileReader(path: status) }
    }
}

/// A short Ogg Vorbis file: the fuzzer's.
private enum OggRecording {
    static func bytes() throws -> [UInt8] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let handle = unsafe fopen("/\(root)/Fuzz/Corpus/audio/seed-ogg-vorbis", "rb") else {
            throw AudioError.missingFile(path: root)
        }
        defer { unsafe fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = bytes.count
        let got = unsafe fread(&bytes, 1, count, handle)
        return Array(bytes[..<got])
    }
}
