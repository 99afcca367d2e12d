/// The capture thread's estimate of time: smooths the moments at which frames were seen, and publishes them.
///
/// A reading is late by the thread's latency. A first-order filter removes that jitter, and still follows a device whose clock
/// deviates by up to 1000 parts per million (then with 0.5 ms of lag). Wall time is monotonic time plus an offset, which
/// changes only if the wall clock was set or the machine was suspended.
package struct CaptureTimeline {
    /// Weight of a new reading's error in the settled filter.
    private static let gain = 0.02
    /// Deviation from the prediction in nanoseconds above which a reading means that time was lost.
    private static let jump = 100_000_000.0
    /// Difference of two readings of the wall clock in nanoseconds that exceeds the jitter of reading.
    private static let step: Int64 = 20_000_000
    /// Length of a segment in nanoseconds from which its rate is measured: jitter of a millisecond is then 100 parts per
    /// million.
    private static let longEnough = 10_000_000_000.0

    private let clock: CaptureClock
    private var wallOffset: Int64
    private var segment: Int
    private var start = 0
    /// The start of the latest published segment.
    private var published = -1
    private var anchor = 0
    private var time = 0.0
    private var readings = 0
    /// The reading from which the device's rate is measured, once the filter has settled.
    private var reference = (frame: 0, time: 0.0)
    private static let settled = 200

    /// Deviation of the device's clock in parts per million, positive if fast; nil early in a segment.
    package private(set) var drift: Double?

    /// - Parameter wallOffset: nanoseconds since 1970 at monotonic 0.
    package init(clock: CaptureClock, wallOffset: Int64) {
        self.clock = clock
        self.wallOffset = wallOffset
        // A capture that replaces another on the same stream continues the count.
        segment = clock.latestSegment
    }

    /// Frames were lost: the next reading begins a new segment at this ring frame.
    package mutating func breakOff(at frame: Int) {
        start = frame
        readings = 0
    }

    /// Adjusts to the present wall clock.
    ///
    /// - Parameter now: nanoseconds since 1970 at monotonic 0.
    /// - Returns: whether it was set, or the machine was suspended; the published times are adjusted.
    package mutating func follow(wallOffset now: Int64) -> Bool {
        guard abs(now - wallOffset) > Self.step else { return false }
        wallOffset = now
        return true
    }

    /// Frame `frame` of the ring began at `moment`, in nanoseconds of the monotonic clock.
    ///
    /// - Returns: whether the device's time jumped against the machine's, which begins a new segment.
    @discardableResult
    package mutating func observe(frame: Int, at moment: Int64) -> Bool {
        let predicted = time + Double(frame - anchor) * 1e9 / Double(AudioFormat.sampleRate)
        let error = Double(moment) - predicted
        let jumped = readings > 0 && abs(error) > Self.jump
        if jumped { breakOff(at: frame) }
        if readings == 0 {
            // A segment without frames is replaced by the next one.
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
