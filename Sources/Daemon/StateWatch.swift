import Service
import TrackFeed

/// Wakes the main thread, which logs changes of state, as it wakes the server.
final class StateWatch: TrackSink {
    func wake() { ProcessSignals.wake() }
}
