import CRealtime
import Platform

/// From a device's bytes to 24 kHz frames of the chosen channels in the ring: conversion, channel map, resampling, time stamps.
///
/// Used by the capture thread only; allocates nothing after `init`.
@safe
package final class CaptureChain: @unchecked Sendable {
    /// Delay in seconds, compared with a device at 24 kHz with the same period.
    let latency: Double

    private let shape: CaptureShape
    private let map: ChannelMap
    private let stream: CaptureStream
    /// C: of the map and the stream.
    private let channels: Int
    private let resampler: Resampler
    private var timeline: CaptureTimeline

    private let raw: UnsafeMutableRawBufferPointer
    /// [period, device channels], [period, C], [resampled period, C].
    private let converted, chosen, resampled: FrameBuffer

    /// Frames of the device since the last gap.
    private var deviceFrames = 0
    /// The ring frame of the device's frame 0 since the last gap, not counting dropped frames.
    private var origin = 0

    package init(
        shape: CaptureShape, map: ChannelMap, stream: CaptureStream, timeline: CaptureTimeline
    ) throws(AudioError) {
        precondition(map.count == stream.channels, "a map of as many channels as the stream has")
        self.shape = shape
        channels = map.count
        self.map = map
        self.stream = stream
        self.timeline = timeline
        let resampler = try Resampler(from: shape.sampleRate, channels: map.count)
        self.resampler = resampler
        latency = Double(resampler.delay) / Double(AudioFormat.sampleRate)
        unsafe raw = .allocate(byteCount: shape.period * shape.channels * shape.format.bytes, alignment: 64)
        unsafe raw.initializeMemory(as: UInt8.self, repeating: 0)
        converted = FrameBuffer(count: shape.period * shape.channels)
        chosen = FrameBuffer(count: shape.period * channels)
        resampled = FrameBuffer(count: resampler.capacity(for: shape.period) * channels)
    }

    deinit { unsafe raw.deallocate() }

    /// The present timeline, for the chain of the reopened device.
    var timelineSoFar: CaptureTimeline { timeline }

    /// The buffer to fill with the device's frames before `deliver`: one period.
    package var target: UnsafeMutableRawPointer { unsafe raw.baseAddress! }

    /// The device was started: the following frames are not continuous with the previous ones.
    ///
    /// - Parameter past: device frames that count as already delivered.
    package func beginSegment(past: Int = 0) {
        resampler.reset()
        deviceFrames = past
        origin = stream.ring.framesWritten - ringFrames(of: past)
        timeline.breakOff(at: stream.ring.framesWritten)
    }

    /// Records that the device held `available` unread frames at a moment, in nanoseconds of the monotonic clock.
    package func observe(available: Int, at moment: Int64) {
        let frame = origin + ringFrames(of: deviceFrames + available)
        let offset = bearing_wall_offset()
        if offset != 0, timeline.follow(wallOffset: offset) { stream.status.countClockStep() }
        if timeline.observe(frame: frame, at: moment) { stream.status.countClockJump() }
        if let drift = timeline.drift { stream.status.note(drift: drift) }
    }

    /// Processes device frames from `target` into the ring.
    package func deliver(_ frames: Int) {
        let (converted, chosen, resampled) = (converted, chosen, resampled)
        let samples = frames * shape.channels
        var floats = converted.mutableSpan(0..<samples)
        let unsound = unsafe shape.format.convert(
            RawSpan(_unsafeStart: raw.baseAddress!, byteCount: samples * shape.format.bytes), into: &floats)
        if unsound > 0 { stream.status.count(unsoundSamples: unsound) }
        var selected = chosen.mutableSpan(0..<frames * channels)
        map.select(converted.span(0..<samples), channels: shape.channels, into: &selected)
        deviceFrames += frames

        let first = stream.ring.framesWritten
        var consumed = 0
        while consumed < frames {
            var output = resampled.mutableSpan(0..<resampled.count)
            let progress = resampler.process(
                chosen.span(consumed * channels..<frames * channels), into: &output)
            consumed += progress.consumed
            put(resampled.span(0..<progress.produced * channels))
        }
        stream.announce(writtenFrom: first)
    }

    /// Rounded number of frames at 24 kHz. Whole seconds are separate, so that no product overflows.
    private func ringFrames(of frames: Int) -> Int {
        let (out, rate) = (AudioFormat.sampleRate, shape.sampleRate)
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: rate)
        return seconds * out + (rest * out + rate / 2) / rate
    }

    private func put(_ samples: Span<Float>) {
        let frames = samples.count / channels
        let taken = stream.ring.write(samples)
        stream.status.count(frames: frames)
        if taken < frames {
            origin -= frames - taken
            timeline.breakOff(at: stream.ring.framesWritten)
        }
    }
}
