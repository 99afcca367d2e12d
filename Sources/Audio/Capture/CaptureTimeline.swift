/// The capture thread's notion of time: smooths the moments at which frames were seen, and publishes them.
///
/// A reading is late by as much as the thread was: a first-order filter takes that jitter out and still follows a
/// device whose clock runs up to 1000 parts per million off (then 0.5 ms behind). Wall time is monotonic time plus an
/// offset, which changes only where the wall clock was set or the machine slept.
package struct CaptureTimeline {
    /// Share of a new reading's error that is believed, once settled.
    private static let gain = 0.02
    /// Nanoseconds off the prediction from which on a reading means that time was lost.
    private static let jump = 100_000_000.0
    /// Nanoseconds between two looks at the wall clock that are more than the jitter of looking.
    private static let step: Int64 = 20_000_000
    /// Nanoseconds of a stretch from which on its rate can be told: jitter of a millisecond is then 100 parts per million.
    private static let longEnough = 10_000_000_000.0

    private let clock: CaptureClock
    private var wallOffset: Int64
    private var segment: Int
    private var start = 0
    /// Where the latest published segment starts.
    private var published = -1
    private var anchor = 0
    private var time = 0.0
    private var readings = 0
    /// The reading from which on the device's rate is measured, once the filter has settled.
    private var reference = (frame: 0, time: 0.0)
    private static let settled = 200

    /// Parts per million by which the device's clock is faster than the machine's; nil early in a stretch.
    package private(set) var drift: Double?

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

    /// Where the wall clock stands now.
    ///
    /// - Parameter now: nanoseconds since 1970 at monotonic 0.
    /// - Returns: whether it was set since, or the machine slept; times follow.
    package mutating func follow(wallOffset now: Int64) -> Bool {
        guard abs(now - wallOffset) > Self.step else { return false }
        wallOffset = now
        return true
    }

    /// Ring frame `frame` began at `moment`, nanoseconds of the monotonic clock.
    ///
    /// - Returns: whether the device's time jumped against the machine's, which begins a new stretch.
    @discardableResult
    package mutating func observe(frame: Int, at moment: Int64) -> Bool {
        let predicted = time + Double(frame - anchor) * 1e9 / Double(AudioFormat.sampleRate)
        let error = Double(moment) - predicted
        let jumped = readings > 0 && abs(error) > Self.jump
        if jumped { breakOff(at: frame) }
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
        measureDrift()
        return jumped
    }

    private mutating func measureDrift() {
        if readings <= Self.settled {
            reference = (anchor, time)
            drift = nil
        } else if time - reference.time >= Self.longEnough {
            let nominal = Double(anchor - reference.frame) * 1e9 / Double(AudioFormat.sampleRate)
            drift = (nominal / (time - reference.time) - 1) * 1e6
        }
    }
}
