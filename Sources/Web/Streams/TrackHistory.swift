import Synchronization

/// The `tracks` lines of the last minutes, for a new page.
final class TrackHistory: Sendable {
    private struct State {
        var lines: [[UInt8]] = []
        /// Index of the oldest line when the ring is full.
        var oldest = 0
        var bytes = 0
    }

    private let state = Mutex(State())
    private let lines: Int
    /// Limit of memory for any input.
    private static let mostBytes = 16 << 20

    /// - Parameter lines: number of lines kept; ten are one second.
    init(lines: Int) { self.lines = lines }

    func append(_ line: [UInt8]) {
        guard lines > 0 else { return }
        state.withLock { state in
            if state.bytes > Self.mostBytes { state = State() }
            state.bytes += line.count
            if state.lines.count < lines {
                state.lines.append(line)
            } else {
                state.bytes -= state.lines[state.oldest].count
                state.lines[state.oldest] = line
                state.oldest = (state.oldest + 1) % lines
            }
        }
    }

    /// For another daemon, whose ids and numbers start again.
    func clear() { state.withLock { $0 = State() } }

    /// The newest lines, in order of time, each ended by a newline.
    func text(newest count: Int) -> [UInt8] {
        let ordered = state.withLock { state in state.lines[state.oldest...] + state.lines[..<state.oldest] }
        return ordered.suffix(count).reduce(into: []) { text, line in
            text += line
            text.append(10)
        }
    }
}
