import CRealtime

/// What signals ask of this process; of none where it does not watch them, as in tests.
public enum ProcessSignals {
    /// From now on, SIGHUP, SIGTERM and SIGINT are asked for here; an end that was asked for comes within two seconds, whatever
    /// hangs. `bearing run` has it from before `main`.
    public static func watch() { bearing_signals_watch() }

    /// Whether SIGTERM or SIGINT came.
    package static var areEnding: Bool { bearing_signals_ending() != 0 }

    /// Whether SIGHUP came since the last call.
    package static func takeHangup() -> Bool { bearing_signals_take_hangup() != 0 }

    /// Whether the process belonged to a terminal, whose end is a SIGHUP too.
    package static var hadTerminal: Bool { bearing_signals_had_terminal() != 0 }

    /// Sleeps until a signal, `wake` or a deadline, nanoseconds of `MonotonicTime`.
    package static func wait(until deadline: Int64) {
        let event = bearing_signals_event()
        if bearing_event_wait(event, deadline) == 1 { bearing_event_clear(event) }
    }

    /// Ends a `wait`; from any thread.
    package static func wake() {
        let event = bearing_signals_event()
        if event >= 0 { bearing_event_signal(event) }
    }
}
