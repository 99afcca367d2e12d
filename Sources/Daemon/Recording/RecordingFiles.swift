import Audio
import Files
import Glibc
import TrackFeed

/// The pair of files being written, and its successors. Used by one thread only.
struct RecordingFiles: RecordSink {
    private var folder: RecordFolder
    /// Frames of a file.
    private let length: Int
    private let bytes: Int
    private var wave: AudioFileWriter?
    private var pair: RecordFolder.Pair?
    /// Whether the pair has no frame yet.
    private var isEmpty = true
    private var hello: FeedHello?
    /// Time of the next frame in the air, Unix seconds.
    private var time = 0.0
    /// Whether the next file begins with a reset pipeline.
    private var isRestarted = true
    private let channels: Int
    private var samples: [Float]
    private var message = TrackMessage()

    /// - Parameters:
    ///   - frames, bytes: of a file.
    ///   - channels: of the audio.
    init(folder: RecordFolder, frames: Int, bytes: Int, channels: Int = AudioFormat.channels) {
        self.folder = folder
        length = frames
        self.bytes = bytes
        self.channels = channels
        samples = [Float](repeating: 0, count: RecordSinkPiece.frames * channels)
    }

    init(folder: RecordFolder, _ plan: RecordPlan, channels: Int) {
        self.init(
            folder: folder, frames: plan.fileSeconds * AudioFormat.sampleRate, bytes: plan.bytesOfFile(channels: channels),
            channels: channels)
    }

    mutating func record(_ ring: SampleRing, upTo end: Int) throws(AudioError) {
        while ring.framesRead < end {
            if wave == nil { try open() }
            guard let wave else { return }
            let count = min(end - ring.framesRead, RecordSinkPiece.frames, length - wave.framesWritten)
            // As much as fits into the file, which is at most a piece.
            unsafe samples.withUnsafeMutableBufferPointer { buffer in
                var target = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<(count * channels)]).mutableSpan
                _ = ring.read(into: &target)
            }
            time += Double(count) / Double(AudioFormat.sampleRate)
            try wave.write(samples.span.extracting(0..<count * channels))
            isEmpty = false
            if wave.framesWritten == length { finish() }
        }
    }

    /// A line follows the end of its block, so the last line of a file belongs to that file.
    mutating func writeLine(_ line: [UInt8]) throws(AudioError) { try append(line) }

    mutating func breakOff(at time: Double, restarted: Bool, hello: FeedHello) {
        finish()
        self.time = time
        self.hello = hello
        isRestarted = restarted
    }

    /// Called after a failed write: written data stays, and the next frames begin another file.
    mutating func fail() {
        if let pair, isEmpty { folder.remove(pair) }
        close()
        isRestarted = false
    }

    mutating func close() {
        finish()
        closeLines()
    }

    private mutating func finish() {
        try? wave?.close()
        wave = nil
    }

    private mutating func closeLines() {
        if let pair { Glibc.close(pair.lines) }
        pair = nil
    }

    private mutating func open() throws(AudioError) {
        closeLines()
        let made = try folder.makePair(at: time, bytes: bytes)
        pair = made
        isEmpty = true
        wave = try AudioFileWriter(
            path: made.path + ".wav", encoding: .waveFloat, sampleRate: AudioFormat.sampleRate, channels: channels,
            grows: true)
        if let hello {
            message.encode(recordingOf: hello, number: made.number, time: time, restarted: isRestarted)
            try append(message.bytes)
        }
        isRestarted = false
    }

    private mutating func append(_ bytes: [UInt8]) throws(AudioError) {
        guard let pair else { return }
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { room in
                unsafe write(pair.lines, room.baseAddress! + sent, room.count - sent)
            }
            if count > 0 {
                sent += count
            } else if count == 0 || errno != EINTR {
                let reason = FileError.text(of: errno)
                throw .unwritableFile(path: pair.path + ".jsonl", reason: "the lines of tracks cannot be written (\(reason))")
            }
        }
    }
}
