import Audio
import Foundation
import TrackFeed

/// The pair of files that is being written, and the next after it. Used by the recorder's thread alone.
struct Tape {
    private let folder: RecordFolder
    /// Of a file.
    private let length: Int
    private let bytes: Int
    private var wave: AudioFileWriter?
    private var lines: FileHandle?
    private var hello: FeedHello?
    /// When the next frame was in the air, Unix seconds.
    private var time = 0.0
    /// Whether the next file begins with a pipeline that has heard nothing.
    private var beginsAnew = true
    private var samples = [Float](repeating: 0, count: 2400 * AudioFormat.channels)
    private var message = TrackMessage()
    /// Whether the latest write failed.
    var isFaulty = false

    init(folder: RecordFolder, frames: Int, bytes: Int) {
        self.folder = folder
        length = frames
        self.bytes = bytes
    }

    /// Takes frames from a ring until its frame `end`, over as many files as it takes.
    mutating func record(_ ring: SampleRing, upTo end: Int) throws(AudioError) {
        while ring.framesRead < end {
            if wave == nil { try open() }
            guard let wave else { return }
            let count = min(end - ring.framesRead, 2400, length - wave.framesWritten)
            // As much as there is room for, which the piece is not longer than.
            unsafe samples.withUnsafeMutableBufferPointer { buffer in
                var target = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<(count * AudioFormat.channels)]).mutableSpan
                _ = ring.read(into: &target)
            }
            time += Double(count) / Double(AudioFormat.sampleRate)
            try wave.write(samples.span.extracting(0..<count * AudioFormat.channels))
            if wave.framesWritten == length { close() }
        }
    }

    /// The line that subscribers got. It comes at the end of its block, so that the last of a file goes to that file.
    mutating func tell(_ block: FeedBlock) throws(AudioError) {
        message.encode(block)
        try append(message.bytes)
    }

    /// The next frame, in the air at `time`, begins another file.
    mutating func breakOff(at time: Double, anew: Bool, hello: FeedHello) {
        close()
        self.time = time
        self.hello = hello
        beginsAnew = anew
    }

    mutating func close() {
        try? wave?.close()
        wave = nil
    }

    /// After a failed write: what was written stays, and the next frames begin another file.
    mutating func fail() {
        isFaulty = true
        close()
        beginsAnew = false
    }

    private mutating func open() throws(AudioError) {
        folder.makeRoom(for: bytes)
        let pair = folder.pair(at: time)
        try? lines?.close()
        lines = nil
        guard FileManager.default.createFile(atPath: pair + ".jsonl", contents: nil),
            let handle = FileHandle(forWritingAtPath: pair + ".jsonl")
        else { throw .unwritableFile(path: pair + ".jsonl", reason: "no way to create it") }
        lines = handle
        wave = try AudioFileWriter(
            path: pair + ".wav", encoding: .waveFloat, sampleRate: AudioFormat.sampleRate, channels: AudioFormat.channels,
            grows: true)
        if let hello {
            message.encode(recordingOf: hello, time: time, anew: beginsAnew)
            try append(message.bytes)
        }
        beginsAnew = false
    }

    private mutating func append(_ bytes: [UInt8]) throws(AudioError) {
        do {
            try lines?.write(contentsOf: Data(bytes))
        } catch {
            throw .unwritableFile(path: folder.path, reason: "the lines of tracks cannot be written")
        }
    }
}
