import Audio
import TestSupport
import Testing

@Suite struct AudioFileTests {
    /// Four channels, each frame different, exact in 16 bits.
    static func signal(frames: Int, channels: Int = 4) -> [Float] {
        (0..<frames * channels).map { Float(($0 * 7919) % 65536 - 32768) / 32768 }
    }

    static func write(
        _ samples: [Float], _ encoding: AudioFileWriter.Encoding, to path: String, sampleRate: Int = 24_000,
        channels: Int = 4
    ) throws(AudioError) {
        let writer = try AudioFileWriter(path: path, encoding: encoding, sampleRate: sampleRate, channels: channels)
        try writer.write(samples.span)
        try writer.close()
    }

    @Test(arguments: AudioFileWriter.Encoding.allCases)
    func writtenAudioReadsBack(_ encoding: AudioFileWriter.Encoding) throws {
        let folder = TemporaryFolder()
        let samples = Self.signal(frames: 5000)
        try Self.write(samples, encoding, to: folder.file("a"))
        let reader = try AudioFileReader(path: folder.file("a"), channels: 4)
        #expect(reader.channels == 4 && reader.sampleRate == 24_000 && reader.frames == 5000)
        #expect(try reader.readAll() == samples)
        #expect(folder.names == ["a"])
    }

    @Test(arguments: [1, 7, 480, 4096, 9999])
    func piecesOfAnySizeGiveTheSameSamples(_ frames: Int) throws {
        let folder = TemporaryFolder()
        let samples = Self.signal(frames: 5000)
        try Self.write(samples, .wave16, to: folder.file("a.wav"))
        let reader = try AudioFileReader(path: folder.file("a.wav"))
        var buffer = [Float](repeating: 0, count: frames * 4)
        var read: [Float] = []
        while true {
            var span = buffer.mutableSpan
            let got = try reader.read(into: &span)
            if got == 0 { break }
            read += buffer[..<(got * 4)]
        }
        #expect(read == samples)
        try reader.seek(to: 4990)
        #expect(try reader.readAll() == Array(samples[(4990 * 4)...]))
    }

    @Test func integersAreClippedAndCountedWhileFloatsAreKept() throws {
        let folder = TemporaryFolder()
        let samples: [Float] = [1.5, -1.5, 1, -1, .nan, 0.25, -.infinity, 0]
        let writer = try AudioFileWriter(path: folder.file("a.wav"), encoding: .wave16, sampleRate: 24_000, channels: 4)
        try writer.write(samples.span)
        try writer.close()
        // 1 is one step above the largest 16-bit value; -1 fits.
        #expect(writer.clippedSamples == 5)
        let top: Float = 32767 / 32768
        #expect(try AudioFileReader(path: folder.file("a.wav")).readAll() == [top, -1, top, -1, 0, 0.25, -1, 0])

        try Self.write(samples, .waveFloat, to: folder.file("b.wav"))
        let reader = try AudioFileReader(path: folder.file("b.wav"))
        #expect(try reader.readAll() == [1.5, -1.5, 1, -1, 0, 0.25, 0, 0])
        #expect(reader.unsoundSamples == 2)

        // Beyond any sound, but finite; unscaled 32-bit integers are kept.
        let far: [Float] = [1e30, -2e19, 0x1p33, 0x1p32, -0x1p31, 32767, 0x1p-140, -.greatestFiniteMagnitude]
        try Self.write(far, .waveFloat, to: folder.file("c.wav"))
        let stream = try AudioFileStream(path: folder.file("c.wav"))
        var read = [Float](repeating: 9, count: 8)
        var span = read.mutableSpan
        #expect(try stream.read(into: &span) == 2)
        #expect(read == [0, 0, 0, 0x1p32, -0x1p31, 32767, 0x1p-140, 0] && stream.unsoundSamples == 4)
    }

    @Test func abortRemovesTheFileAndCloseReplacesAnExistingOne() throws {
        let folder = TemporaryFolder()
        let path = folder.file("a.wav")
        try Self.write(Self.signal(frames: 10), .wave16, to: path)
        do {
            let writer = try AudioFileWriter(path: path, encoding: .wave16, sampleRate: 24_000, channels: 4)
            try writer.write(Self.signal(frames: 99).span)
            #expect(folder.names.count == 2)
            writer.abort()
            #expect(folder.names == ["a.wav"])
            // Released without close: the same as abort.
            _ = try AudioFileWriter(path: path, encoding: .flac16, sampleRate: 24_000, channels: 4)
        }
        #expect(folder.names == ["a.wav"])
        #expect(try AudioFileReader(path: path).frames == 10)
        try Self.write(Self.signal(frames: 20), .wave16, to: path)
        #expect(try AudioFileReader(path: path).frames == 20)
    }

    @Test func writingToAMissingFolderFails() {
        let error = #expect(throws: AudioError.self) {
            try AudioFileWriter(path: "/nowhere/a.wav", encoding: .wave16, sampleRate: 24_000, channels: 4)
        }
        #expect(error == .unwritableFile(path: "/nowhere/a.wav", reason: "No such file or directory"))
    }

    @Test func invalidFilesAreNamedWithTheirFault() throws {
        let folder = TemporaryFolder()
        func opening(_ path: String) -> AudioError? {
            do throws(AudioError) {
                _ = try AudioFileReader(path: path, channels: 4)
                return nil
            } catch {
                return error
            }
        }
        let missing = folder.file("missing.wav")
        #expect(opening(missing) == .missingFile(path: missing))
        #expect(opening(folder.path) == .unreadableFile(path: folder.path, reason: "a folder"))

        let empty = folder.put([], as: "empty.wav")
        #expect(opening(empty) == .emptyFile(path: empty))
        let hollow = folder.file("hollow.wav")
        try Self.write([], .wave16, to: hollow)
        #expect(opening(hollow) == .emptyFile(path: hollow))

        let stereo = folder.file("stereo.wav")
        try Self.write(Self.signal(frames: 10, channels: 2), .wave16, to: stereo, channels: 2)
        #expect(opening(stereo) == .wrongChannelCount(source: stereo, expected: 4, found: 2))
        #expect(opening(stereo)?.description.contains("expected 4 channels, found 2: ") == true)

        let text = folder.put(Array("not audio at all, only words".utf8), as: "text.wav")
        guard case .notAudio(text, _) = opening(text) else {
            Issue.record("text passes for audio: \(opening(text)?.description ?? "no error")")
            return
        }
        var bytes = folder.bytes(of: "stereo.wav")
        bytes.replaceSubrange(12..<36, with: [UInt8](repeating: 0xFF, count: 24))
        let corrupt = folder.put(bytes, as: "corrupt.wav")
        guard case .notAudio(corrupt, _) = opening(corrupt) else {
            Issue.record("a corrupt header passes for audio: \(opening(corrupt)?.description ?? "no error")")
            return
        }
    }

    @Test func truncatedFilesAreReported() throws {
        let folder = TemporaryFolder()
        try Self.write(Self.signal(frames: 5000), .wave16, to: folder.file("a.wav"))
        let wave = folder.bytes(of: "a.wav")
        let cut = folder.put(Array(wave[..<(wave.count - 3200)]), as: "cut.wav")
        let error = #expect(throws: AudioError.self) { try AudioFileReader(path: cut) }
        #expect(error == .truncatedFile(path: cut, expectedFrames: 5000, foundFrames: 4600))

        try Self.write(Self.signal(frames: 50_000), .flac16, to: folder.file("a.flac"))
        let flac = folder.bytes(of: "a.flac")
        let half = folder.put(Array(flac[..<(flac.count / 2)]), as: "half.flac")
        let reader = try AudioFileReader(path: half)
        #expect(throws: AudioError.self) { try reader.readAll() }
        #expect(reader.position < 50_000)
    }
}
