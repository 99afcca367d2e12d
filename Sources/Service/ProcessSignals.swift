import CRealtime

/// Signals to this process; none in processes that do not watch them, such as tests.
public enum ProcessSignals {
    /// From now on, SIGHUP, SIGTERM and SIGINT are read here. A requested end happens within two seconds, even if a thread
    /// hangs. `bearing run` calls it before `main`.
    public static func watch() { bearing_signals_watch() }

    /// Whether SIGTERM or SIGINT came.
    package static var areEnding: Bool { bearing_signals_ending() != 0 }

    /// Whether SIGHUP came since the last call.
    package static func takeHangup() -> Bool { bearing_signals_take_hangup() != 0 }

    /// Whether the process belonged to a terminal, whose end also sends SIGHUP.
    package static var hadTerminal: Bool { bearing_signals_had_terminal() != 0 }

    /// Whether `wake` can end a `wait`.
    package static var canWake: Bool { bearing_signals_event() >= 0 }

    /// Sleeps until a signal, `wake` or a deadline in nanoseconds of `MonotonicTime`.
    package static func wait(until deadline: Int64) {
        let event = bearing_signals_event()
        if bearing_event_wait(event, deadline) == 1 { bearing_event_clear(event) }
    }

    /// Ends a `wait`; callable from any thread.
    package static func wake() {
        let event = bearing_signals_event()
        if event >= 0 { bearing_event_signal(event) }
    }
}
