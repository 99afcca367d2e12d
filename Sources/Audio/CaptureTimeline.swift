/// The capture thread's notion of time: smooths the moments at which frames were seen, and publishes them.
///
/// A reading is late by as much as the thread was: a first-order filter takes that jitter out and still follows a
/// device whose clock runs up to 1000 parts per million off (then 0.5 ms behind). Wall time is monotonic time plus an
/// offset taken once, so that a clock set during a stream does not shake its blocks.
package struct CaptureTimeline {
    /// Share of a new reading's error that is believed, once settled.
    private static let gain = 0.02
    /// Nanoseconds off the prediction from which on a reading means that time was lost.
    private static let jump = 100_000_000.0

    private let clock: CaptureClock
    private let wallOffset: Int64
    private var segment: Int
    private var start = 0
    /// Where the latest published segment starts.
    private var published = -1
    private var anchor = 0
    private var time = 0.0
    private var readings = 0

    /// - Parameter wallOffset: nanoseconds since 1970 at monotonic 0.
    package init(clock: CaptureClock, wallOffset: Int64) {
        self.clock = clock
        self.wallOffset = wallOffset
        // A capture that takes another's place on the same stream goes on counting.
        segment = clock.latestSegment
    }

    /// Frames were lost: the next reading begins a new stretch at this ring frame.
    package mutating func breakOff(at frame: Int) {
        start = frame
        readings = 0
    }

    /// Ring frame `frame` began at `moment`, nanoseconds of the monotonic clock.
    package mutating func observe(frame: Int, at moment: Int64) {
        let predicted = time + Double(frame - anchor) * 1e9 / Double(AudioFormat.sampleRate)
        let error = Double(moment) - predicted
        if readings > 0, abs(error) > Self.jump { breakOff(at: frame) }
        if readings == 0 {
            // A stretch in which no frame came through is none: the next one takes its place.
            if start != published { segment += 1 }
            published = start
            time = Double(moment)
        } else {
            time = predicted + error * max(Self.gain, 1 / Double(readings + 1))
        }
        readings += 1
        anchor = frame
        clock.publish(
            segment: segment, start: start, anchor: anchor, time: Int64(time) + wallOffset, monotonic: Int64(time))
    }
}
