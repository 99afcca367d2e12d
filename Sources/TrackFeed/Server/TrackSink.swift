/// Takes what the analysis thread gets and finds: the server's mailbox, the recorder, the watch over the channels.
///
/// All of it is called by that thread, in the order of the stream: nothing may allocate, lock or wait. What finds no room is dropped
/// and counted by the sink.
public protocol TrackSink: AnyObject, Sendable {
    /// The pipeline was reset: the next frame, captured at `time` (Unix seconds), is its first.
    func beginAnew(at time: Double)
    /// - Parameter samples: interleaved frames that the pipeline is about to get, the first of them captured at `time`.
    func take(_ samples: Span<Float>, at time: Double)
    /// The tracks of a block.
    /// - Returns: false to have the next block get the same number: this one was lost, and subscribers shall see no gap.
    func take(_ block: FeedBlock) -> Bool
    /// Perhaps the capture is in another state; called at least once a second while there is no block.
    func wake()
}

extension TrackSink {
    public func beginAnew(at time: Double) {}
    public func take(_ samples: Span<Float>, at time: Double) {}
    public func take(_ block: FeedBlock) -> Bool { true }
    public func wake() {}
}
