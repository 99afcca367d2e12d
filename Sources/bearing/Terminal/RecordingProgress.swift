import Synchronization

/// The progress of recordings that are processed side by side, as one line.
final class RecordingProgress: Sendable {
    private struct State {
        var bar: ProgressBar
        /// Of each recording, 0...1.
        var fractions: [Double]
    }

    private let state: Mutex<State>

    /// - Parameter paths: of the recordings; one recording is named, several are counted.
    init(_ label: String, _ paths: [String]) {
        let name = paths.count == 1 ? "\(label) \(paths[0])" : label
        state = Mutex(State(bar: ProgressBar(name), fractions: paths.map { _ in 0 }))
    }

    /// - Parameter fraction: of a recording that is done.
    func update(_ recording: Int, _ fraction: Double) {
        state.withLock { state in
            let count = state.fractions.count
            state.fractions[recording] = min(1, fraction)
            let done = state.fractions.count { $0 == 1 }
            state.bar.update(
                state.fractions.reduce(0, +) / Double(count), note: count == 1 ? "" : "\(done) of \(count) recordings")
        }
    }

    /// Clears the line for other output.
    func clear() { state.withLock { $0.bar.finish() } }
}
