/// Receives the audio and results of the analysis thread: the server's mailbox, the recorder, the channel monitor.
///
/// All of it is called by that thread, in the order of the stream: nothing may allocate, lock or wait. The sink drops and
/// counts what does not fit.
public protocol TrackSink: AnyObject, Sendable {
    /// The pipeline was reset: the next frame, captured at `time` (Unix seconds), is its first.
    func restart(at time: Double)
    /// - Parameter samples: interleaved frames that the pipeline receives next, the first captured at `time`.
    func take(_ samples: Span<Float>, at time: Double)
    /// The tracks of a block.
    /// - Returns: false if this block was lost: the next one gets the same number, so that subscribers see no gap.
    func take(_ block: FeedBlock) -> Bool
    /// The state of the capture may have changed; called at least once a second without blocks.
    func wake()
}

extension TrackSink {
    public func restart(at time: Double) {}
    public func take(_ samples: Span<Float>, at time: Double) {}
    public func take(_ block: FeedBlock) -> Bool { true }
    public func wake() {}
}
