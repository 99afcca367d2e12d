import Audio
import Signal
import TrackFeed

/// Destination of recordings: files of this process, or another process that writes them.
protocol RecordSink {
    /// Takes frames from a ring until its frame `end`; frames that it cannot take stay in the ring.
    mutating func record(_ ring: SampleRing, upTo end: Int) throws(AudioError)
    /// A line that subscribers received, including its newline.
    mutating func writeLine(_ line: [UInt8]) throws(AudioError)
    /// The next frame, in the air at `time`, begins another file; `restarted` if the pipeline was reset there.
    mutating func breakOff(at time: Double, restarted: Bool, hello: FeedHello) throws(AudioError)
    /// Called after a failure: written data stays, and the next frames begin another file.
    mutating func fail()
    mutating func close()
    /// Whether data that it accepted may never be written.
    var isHanging: Bool { get }
}

extension RecordSink {
    var isHanging: Bool { false }
}

enum RecordSinkPiece {
    /// Maximum number of frames in one piece.
    static var frames: Int { FrameLayout.samplesPerBlock }
}
