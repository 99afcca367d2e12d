import Audio

enum AudioTarget {
    /// Frames that are read of a file at most, however many its header promises.
    private static let frames = 8192

    static func run(_ bytes: [UInt8]) {
        read(bytes, MemoryFile(bytes))
        extent(bytes)
        // The same header before up to 16 TiB.
        read(bytes, MemoryFile(bytes, hole: 1 << (Int(bytes.last ?? 0) % 44)))
    }

    /// The declared samples exist, and no more.
    private static func extent(_ bytes: [UInt8]) {
        let file = MemoryFile(bytes)
        attempt { () throws(AudioError) in
            let reader = try AudioFileReader(path: file.path)
            guard reader.frames < 65_536, reader.channels <= 64 else { return }
            for remark in reader.remarks { demandOneLine(remark) }
            var samples = [Float](repeating: 0, count: (reader.frames + 1) * reader.channels)
            var total = 0
            while true {
                var span = samples.mutableSpan
                let got = try reader.read(into: &span)
                if got == 0 { break }
                total += got
            }
            precondition(total == reader.frames, "\(total) frames, of which \(reader.frames) were promised")
        }
    }

    private static func read(_ bytes: [UInt8], _ file: MemoryFile) {
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
            let stream = try AudioFileStream(path: file.path, map: bytes.count % 2 == 0 ? .identity() : nil)
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
