import Foundation
import Synchronization

/// The `tracks` lines of the last minutes, for a page that is opened.
final class TrackHistory: Sendable {
    private struct State {
        var lines: [Data] = []
        /// Where the oldest line is, once the ring is full.
        var oldest = 0
        var bytes = 0
    }

    private let state = Mutex(State())
    private let lines: Int
    /// Whatever a peer sends, no more is kept.
    private static let mostBytes = 16 << 20

    /// - Parameter lines: how many are kept; ten are a second.
    init(lines: Int) { self.lines = lines }

    func append(_ line: Data) {
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

    /// Of another daemon, whose ids and numbers start anew.
    func clear() { state.withLock { $0 = State() } }

    /// The newest lines, the oldest of them first, each ended by a newline.
    func text(newest count: Int) -> Data {
        let ordered = state.withLock { state in state.lines[state.oldest...] + state.lines[..<state.oldest] }
        return ordered.suffix(count).reduce(into: Data()) { text, line in
            text += line
            text.append(10)
        }
    }
}
