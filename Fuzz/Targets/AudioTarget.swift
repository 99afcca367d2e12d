import Audio

enum AudioTarget {
    /// Frames that are read of a file at most, however many its header promises.
    private static let frames = 8192

    static func run(_ bytes: [UInt8]) {
        let file = MemoryFile(bytes)
        attempt { () throws(AudioError) in
            let reader = try AudioFileReader(path: file.path)
            precondition(reader.frames > 0 && reader.channels > 0 && reader.sampleRate > 0, "a file of nothing")
            var samples = [Float](repeating: 0, count: min(frames, 65_536 / reader.channels) * reader.channels)
            var span = samples.mutableSpan
            let got = try reader.read(into: &span)
            precondition(got <= reader.frames, "more frames than the file has")
            precondition(samples[..<(got * reader.channels)].allSatisfy { $0.isFinite }, "samples that are not finite")
            try reader.seek(to: reader.frames / 2)
            span = samples.mutableSpan
            _ = try reader.read(into: &span)
        }
        // As `localize` and a source of the daemon read it: four channels, resampled.
        attempt { () throws(AudioError) in
            let stream = try AudioFileStream(path: file.path, map: bytes.count % 2 == 0 ? .identity : nil)
            var samples = [Float](repeating: 0, count: frames)
            for _ in 0..<2 {
                var span = samples.mutableSpan
                _ = try stream.read(into: &span)
            }
            try stream.rewind()
        }
    }

    private static func attempt(_ body: () throws(AudioError) -> Void) {
        do throws(AudioError) {
            try body()
        } catch {
            demandOneLine(error.description)
        }
    }
}
