import Files
import Glibc
import Platform
import Synchronization

/// Writes log lines on its own thread, so that a blocked or closed descriptor stops no other thread. Lines that do not fit are
/// lost, and their number is logged once writing succeeds again.
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
    ///   - descriptor: standard error; not closed by this object.
    ///   - room: maximum number of waiting lines.
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

    /// Queues a line that ends with a newline; other control characters, and bytes of names that are not UTF-8, are escaped. Never waits.
    public func write(_ line: String) {
        let bytes = Array("\(line.hasSuffix("\n") ? line.dropLast() : line[...])".sanitized(nil).utf8) + [UInt8(ascii: "\n")]
        queue.withLock { queue in
            if queue.lines.count < room { queue.lines.append(bytes) } else { queue.lost += 1 }
        }
        wake.signal()
    }

    /// Waits until all lines are written, but not longer than `patience` nanoseconds; then the thread ends, or is abandoned.
    public func stop(patience: Int64 = 200_000_000) {
        let deadline = MonotonicTime.now + patience
        while queue.withLock({ $0.isBusy || !$0.lines.isEmpty }), MonotonicTime.now < deadline { usleep(1000) }
        thread.askToStop()
        wake.signal()
        thread.stop(patience: max(0, deadline - MonotonicTime.now) + MonotonicTime.second / 100)
    }

    private func drain() {
        while let line = next() {
            if put(line) { logLostLines() } else { queue.withLock { $0.lost += 1 } }
        }
    }

    private func next() -> [UInt8]? {
        queue.withLock { queue in
            queue.isBusy = !queue.lines.isEmpty
            return queue.isBusy ? queue.lines.removeFirst() : nil
        }
    }

    /// Written after the last line queued before the lost ones.
    private func logLostLines() {
        let lost = queue.withLock { $0.lines.isEmpty ? $0.lost : 0 }
        guard lost > 0, put(Array("bearing: \(lost) lines of this log were lost, since nothing read them\n".utf8)) else { return }
        queue.withLock { $0.lost -= lost }
    }

    /// - Returns: whether the whole line was written.
    private func put(_ line: [UInt8]) -> Bool {
        var sent = 0
        while sent < line.count {
            let count = unsafe line.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress! + sent, bytes.count - sent)
            }
            if count > 0 {
                sent += count
            } else if count < 0, errno == EAGAIN {
                // Another process that shares the descriptor has made it non-blocking.
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
