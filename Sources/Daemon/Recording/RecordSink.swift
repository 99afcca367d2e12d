import Audio
import TrackFeed

/// Where recordings go: files of this process, or another process that writes them.
protocol RecordSink {
    /// Takes frames from a ring until its frame `end`; those that it could not take stay there.
    mutating func record(_ ring: SampleRing, upTo end: Int) throws(AudioError)
    /// A line that subscribers got, its newline included.
    mutating func tell(_ line: [UInt8]) throws(AudioError)
    /// The next frame, in the air at `time`, begins another file; `anew` where the pipeline was reset there.
    mutating func breakOff(at time: Double, anew: Bool, hello: FeedHello) throws(AudioError)
    /// After a failure: what was taken stays, and the next frames begin another file.
    mutating func fail()
    mutating func close()
    /// Whether something that was given away may never be written.
    var isHanging: Bool { get }
}

extension RecordSink {
    var isHanging: Bool { false }
}

enum RecordSinkPiece {
    /// Frames that go in one piece at most.
    static let frames = 2400
}
