import Audio
import Pipeline
import Platform
import Signal
import TrackFeed
import Tracking

/// The analysis thread's work: audio from the ring, through the pipeline, to the sinks. No allocation once it runs.
final class AnalysisLoop: @unchecked Sendable {
    /// A longer gap in the audio restarts the network and the tracks.
    private static let longestGap = 0.5

    private let stream: CaptureStream
    let pipeline: LocalizationPipeline
    private let health: Health
    private let timings: FeedTimings
    private let sinks: [any TrackSink]
    /// C: channels of the audio.
    private let channels: Int
    /// Space for the rest of a block: [2400, C].
    private var samples: [Float]
    /// Frames of the present block in the pipeline; negative until its encoder returns the first one.
    private var filled: Int
    /// Of each channel, a lane each.
    private var power = SIMD8<Float>.zero
    private var computing: Int64 = 0
    /// Resets of the pipeline that are already counted.
    private var networkResets = 0
    /// Of the next block.
    private var sequence: Int
    private var segment: Int?
    /// Whether the present pass has emitted a block.
    private var hasReported = false
    /// Whether the latest pass found audio.
    private var hasProgressed = true
    /// End of the latest frame in Unix seconds.
    private var end = 0.0
    /// The same in nanoseconds of the monotonic clock.
    private var ended: Int64 = 0

    /// - Parameters:
    ///   - sinks: receive everything in this order.
    ///   - sequence: the number of the first block.
    init(
        stream: CaptureStream, pipeline: LocalizationPipeline, sinks: [any TrackSink], health: Health,
        timings: FeedTimings = FeedTimings(), sequence: Int = 0
    ) {
        precondition(pipeline.channels == stream.channels, "a pipeline of as many channels as the stream has")
        self.stream = stream
        self.pipeline = pipeline
        channels = stream.channels
        samples = [Float](repeating: 0, count: FrameLayout.samplesPerBlock * stream.channels)
        self.sinks = sinks
        self.health = health
        self.timings = timings
        self.sequence = sequence
        filled = -pipeline.inputDelay
    }

    /// Continues the numbers of blocks and the ids of tracks of `predecessor`, which no thread runs any more.
    func takePlace(of predecessor: AnalysisLoop) {
        sequence = predecessor.sequence
        pipeline.continueIDs(of: predecessor.pipeline)
    }

    /// Executes every branch and touches every page once, with silence, before audio arrives.
    func warmUp() {
        for _ in 0..<10 { pipeline.push(samples.span) { _ in } }
        pipeline.reset()
    }

    /// One pass: sleeps until a block is complete or the capture's state changes, at most a second, then analyses all available
    /// audio.
    func pass() {
        let isThere = stream.wakeAtBlocks(endingBefore: stream.ring.framesRead + FrameLayout.samplesPerBlock - filled)
        if !isThere || !hasProgressed {
            _ = stream.wake.wait(until: MonotonicTime.now + MonotonicTime.second)
            stream.wake.clear()
        }
        (hasReported, hasProgressed) = (false, false)
        while analyse() { hasProgressed = true }
        health.countPass()
        // Blocks wake the server; without one, the state has perhaps changed.
        if !hasReported { for sink in sinks { sink.wake() } }
    }

    /// Analyses the frames of the present block in the ring.
    /// - Returns: whether there were any.
    private func analyse() -> Bool {
        let start = stream.ring.framesRead
        let there = min(stream.ring.framesAvailable, FrameLayout.samplesPerBlock - max(filled, 0))
        guard there > 0, let moment = stream.clock.moment(ofFrame: start),
            let began = stream.clock.monotonic(ofFrame: start)
        else { return false }
        follow(moment, began)
        let frames = contiguous(from: start, count: there, segment: moment.segment)
        end = moment.time + Double(frames) / Double(AudioFormat.sampleRate)
        ended = began + MonotonicTime.nanoseconds(ofFrames: frames)
        unsafe samples.withUnsafeMutableBufferPointer { buffer in
            var target = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<(frames * channels)]).mutableSpan
            _ = stream.ring.read(into: &target)
        }
        measure(frames)
        for sink in sinks { sink.take(samples.span.extracting(0..<frames * channels), at: moment.time) }
        let before = MonotonicTime.now
        pipeline.push(samples.span.extracting(0..<frames * channels)) { tracks in post(tracks) }
        computing += MonotonicTime.now - before
        filled += frames
        if filled == FrameLayout.samplesPerBlock { finishBlock() }
        return true
    }

    /// Restarts after a long gap; a short one is bridged.
    ///
    /// - Parameter began: the moment in nanoseconds of the monotonic clock, which is never set and stops while the machine is
    ///   suspended; the wall clock includes that time.
    private func follow(_ moment: CaptureMoment, _ began: Int64) {
        defer { segment = moment.segment }
        guard let segment else {
            for sink in sinks { sink.restart(at: moment.time) }
            return
        }
        let gap = max(moment.time - end, Double(began - ended) * 1e-9)
        guard segment != moment.segment, gap > Self.longestGap else { return }
        for sink in sinks { sink.restart(at: moment.time) }
        pipeline.reset()
        filled = -pipeline.inputDelay
        power = .zero
        computing = 0
    }

    /// Number of the `count` frames in the segment of the first one.
    private func contiguous(from start: Int, count: Int, segment: Int) -> Int {
        func belongs(_ frames: Int) -> Bool {
            stream.clock.moment(ofFrame: start + frames - 1)?.segment == segment
        }
        if belongs(count) { return count }
        var (inside, outside) = (1, count)
        while outside - inside > 1 {
            let middle = (inside + outside) / 2
            if belongs(middle) { inside = middle } else { outside = middle }
        }
        return inside
    }

    private func measure(_ frames: Int) {
        for channel in 0..<channels {
            var sum = power[channel]
            for index in stride(from: channel, to: frames * channels, by: channels) { sum += samples[index] * samples[index] }
            power[channel] = sum
        }
    }

    private func post(_ tracks: borrowing BlockTracks) {
        // The line's time is the end of its block, which precedes now by the look-ahead and the encoder's delay.
        let delay = Double(pipeline.inputDelay) / Double(AudioFormat.sampleRate)
        let time = end - Double(pipeline.lookAhead) * FrameLayout.blockSeconds - delay
        let late = MonotonicTime.nanoseconds(ofFrames: pipeline.lookAhead * FrameLayout.samplesPerBlock + pipeline.inputDelay)
        // A block that does not fit is counted as dropped; reported blocks have numbers without a gap.
        let block = FeedBlock(sequence: sequence, time: time, ended: ended - late, tracks: copy tracks)
        var isTaken = true
        for sink in sinks where !sink.take(block) { isTaken = false }
        if isTaken { sequence += 1 }
        hasReported = true
    }

    private func finishBlock() {
        timings.computing.record(computing, at: MonotonicTime.now)
        let load = Double(computing) * 1e-9 / FrameLayout.blockSeconds
        if pipeline.networkResets > networkResets {
            health.count(networkResets: pipeline.networkResets - networkResets)
            networkResets = pipeline.networkResets
        }
        health.countBlock(load: Float(load), power: power / Float(FrameLayout.samplesPerBlock))
        filled = 0
        power = .zero
        computing = 0
    }
}
