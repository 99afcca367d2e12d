import CRealtime

/// The clock that never jumps, in nanoseconds from an arbitrary start: what paces and stamps audio.
public enum MonotonicTime {
    public static var now: Int64 { bearing_monotonic_nanoseconds() }
    public static let second: Int64 = 1_000_000_000
}
