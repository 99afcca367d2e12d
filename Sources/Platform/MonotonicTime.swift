import CRealtime
import Glibc

/// The clock that never jumps, in nanoseconds from an arbitrary start: what paces and stamps audio.
public enum MonotonicTime {
    public static var now: Int64 { bearing_monotonic_nanoseconds() }
    public static let second: Int64 = 1_000_000_000

    /// Now in seconds, for deadlines and durations that people see.
    public static var seconds: Double { Double(now) / Double(second) }
}

/// The clock on the wall, which people and programs may set.
public enum WallTime {
    /// Unix seconds.
    public static var seconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
