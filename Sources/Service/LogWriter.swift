import Glibc
import Platform
import Synchronization

/// Writes the lines of a log on a thread of its own: a descriptor that takes nothing, or is gone, holds nobody up. What finds no
/// room is lost, and counted in the log once that takes lines again.
public final class LogWriter: TextOutputStream, Sendable {
    private struct Queue {
        var lines: [[UInt8]] = []
        var lost = 0
        /// Whether a line is being written.
        var isBusy = false
    }

    private let queue = Mutex(Queue())
    private let wake = WakeEvent()
    private let thread = NamedThread(name: "bearing-log")
    private let descriptor: Int32
    private let room: Int

    /// - Parameters:
    ///   - descriptor: standard error; stays the caller's.
    ///   - room: lines that wait at most.
    public init(descriptor: Int32 = 2, room: Int = 1000) {
        self.descriptor = descriptor
        self.room = room
        thread.start { [self] in
            while !thread.isStopping {
                _ = wake.wait(until: MonotonicTime.now + 3600 * MonotonicTime.second)
                wake.clear()
                drain()
            }
        }
    }

    /// Takes a line, its newline included. Never waits.
    public func write(_ line: String) {
        queue.withLock { queue in
            if queue.lines.count < room { queue.lines.append(Array(line.utf8)) } else { queue.lost += 1 }
        }
        wake.signal()
    }

    /// Waits until all is written, and so many nanoseconds at most; then the thread ends, or is left to itself.
    public func stop(patience: Int64 = 200_000_000) {
        let deadline = MonotonicTime.now + patience
        while queue.withLock({ $0.isBusy || !$0.lines.isEmpty }), MonotonicTime.now < deadline { usleep(1000) }
        thread.askToStop()
        wake.signal()
        thread.stop(patience: max(0, deadline - MonotonicTime.now) + MonotonicTime.second / 100)
    }

    private func drain() {
        while let line = next() {
            if put(line) { tellOfLost() } else { queue.withLock { $0.lost += 1 } }
        }
    }

    private func next() -> [UInt8]? {
        queue.withLock { queue in
            queue.isBusy = !queue.lines.isEmpty
            return queue.isBusy ? queue.lines.removeFirst() : nil
        }
    }

    /// Behind the last line that waited before those that were lost.
    private func tellOfLost() {
        let lost = queue.withLock { $0.lines.isEmpty ? $0.lost : 0 }
        guard lost > 0, put(Array("bearing: \(lost) lines of this log were lost: nobody took them\n".utf8)) else { return }
        queue.withLock { $0.lost -= lost }
    }

    /// - Returns: whether the line was taken as a whole.
    private func put(_ line: [UInt8]) -> Bool {
        var sent = 0
        while sent < line.count {
            let count = unsafe line.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress! + sent, bytes.count - sent)
            }
            if count > 0 {
                sent += count
            } else if count < 0, errno == EAGAIN {
                // Whoever shares the descriptor has made it so.
                guard !thread.isStopping else { return false }
                var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&output, 1, 1000)
            } else if count == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }
}
