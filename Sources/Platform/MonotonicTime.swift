import CRealtime
import Glibc

/// The monotonic clock, in nanoseconds from an arbitrary start; it paces and stamps audio.
public enum MonotonicTime {
    public static var now: Int64 { bearing_monotonic_nanoseconds() }
    public static let second: Int64 = 1_000_000_000

    /// The present time in seconds, for deadlines and displayed durations.
    public static var seconds: Double { Double(now) / Double(second) }
}

/// What the threads of this process have run for together.
public enum ProcessorTime {
    public static var seconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// The wall clock, which users and programs may set.
public enum WallTime {
    /// Unix seconds.
    public static var seconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
