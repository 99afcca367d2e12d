import CRealtime
import Platform

/// From a device's bytes to 24 kHz frames of four channels in the ring: convert, choose channels, resample, time.
///
/// Used by the capture thread alone; allocates nothing after `init`.
@safe
package final class CaptureChain: @unchecked Sendable {
    /// Seconds by which frames come later than from a device at 24 kHz with the same period.
    let latency: Double

    private let shape: CaptureShape
    private let map: ChannelMap
    private let stream: CaptureStream
    private let resampler: Resampler
    private var timeline: CaptureTimeline

    private let raw: UnsafeMutableRawBufferPointer
    /// [period, device channels], [period, 4], [resampled period, 4].
    private let converted, chosen, resampled: FrameBuffer

    /// Frames of the device since the last gap.
    private var deviceFrames = 0
    /// The ring frame at which the device's frame 0 since the last gap lies, or would lie had none been dropped.
    private var origin = 0

    package init(
        shape: CaptureShape, map: ChannelMap, stream: CaptureStream, timeline: CaptureTimeline
    ) throws(AudioError) {
        self.shape = shape
        self.map = map
        self.stream = stream
        self.timeline = timeline
        let resampler = try Resampler(from: shape.sampleRate)
        self.resampler = resampler
        latency = Double(resampler.delay) / Double(AudioFormat.sampleRate)
        unsafe raw = .allocate(byteCount: shape.period * shape.channels * shape.format.bytes, alignment: 64)
        unsafe raw.initializeMemory(as: UInt8.self, repeating: 0)
        converted = FrameBuffer(count: shape.period * shape.channels)
        chosen = FrameBuffer(count: shape.period * AudioFormat.channels)
        resampled = FrameBuffer(count: resampler.capacity(for: shape.period) * AudioFormat.channels)
    }

    deinit { unsafe raw.deallocate() }

    /// The timeline as it stands, for the chain of the device when it is opened again.
    var timelineSoFar: CaptureTimeline { timeline }

    /// Where the device's frames are to be put before `deliver`: room for one period.
    package var target: UnsafeMutableRawPointer { unsafe raw.baseAddress! }

    /// The device was started: what follows is not connected with what came before.
    ///
    /// - Parameter past: device frames that count as delivered already.
    package func beginSegment(past: Int = 0) {
        resampler.reset()
        deviceFrames = past
        origin = stream.ring.framesWritten - ringFrames(of: past)
        timeline.breakOff(at: stream.ring.framesWritten)
    }

    /// The device held `available` unread frames at a moment, nanoseconds of the monotonic clock.
    package func observe(available: Int, at moment: Int64) {
        let frame = origin + ringFrames(of: deviceFrames + available)
        let offset = bearing_wall_offset()
        if offset != 0, timeline.follow(wallOffset: offset) { stream.status.countClockStep() }
        if timeline.observe(frame: frame, at: moment) { stream.status.countClockJump() }
        if let drift = timeline.drift { stream.status.note(drift: drift) }
    }

    /// Takes device frames from `target` through to the ring.
    package func deliver(_ frames: Int) {
        let (converted, chosen, resampled) = (converted, chosen, resampled)
        let samples = frames * shape.channels
        var floats = converted.mutableSpan(0..<samples)
        let unsound = unsafe shape.format.convert(
            RawSpan(_unsafeStart: raw.baseAddress!, byteCount: samples * shape.format.bytes), into: &floats)
        if unsound > 0 { stream.status.count(unsoundSamples: unsound) }
        var four = chosen.mutableSpan(0..<frames * AudioFormat.channels)
        map.select(converted.span(0..<samples), channels: shape.channels, into: &four)
        deviceFrames += frames

        var consumed = 0
        while consumed < frames {
            var output = resampled.mutableSpan(0..<resampled.count)
            let progress = resampler.process(
                chosen.span(consumed * AudioFormat.channels..<frames * AudioFormat.channels), into: &output)
            consumed += progress.consumed
            put(resampled.span(0..<progress.produced * AudioFormat.channels))
        }
        stream.wake.signal()
    }

    /// Frames at 24 kHz, rounded; whole seconds apart, so that no product outgrows an integer.
    private func ringFrames(of frames: Int) -> Int {
        let (out, rate) = (AudioFormat.sampleRate, shape.sampleRate)
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: rate)
        return seconds * out + (rest * out + rate / 2) / rate
    }

    private func put(_ samples: Span<Float>) {
        let frames = samples.count / AudioFormat.channels
        let taken = stream.ring.write(samples)
        stream.status.count(frames: frames)
        if taken < frames {
            origin -= frames - taken
            timeline.breakOff(at: stream.ring.framesWritten)
        }
    }
}
