import Files
import Glibc
import Platform
import TestSupport
import Testing

@testable import Service

@Suite(.timeLimit(.hang))
struct LogWriterTests {
    /// F_SETPIPE_SZ, which Glibc does not have.
    private static let setPipeSize: Int32 = 1031

    /// A pipe of one page.
    private func makePipe() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        let code = unsafe pipe(&ends)
        precondition(code == 0)
        _ = fcntl(ends[1], Self.setPipeSize, 4096)
        return (ends[0], ends[1])
    }

    private func take(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let room = bytes.count
        let count = unsafe read(descriptor, &bytes, room)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }

    @Test func linesComeInOrder() {
        let ends = makePipe()
        let writer = LogWriter(descriptor: ends.write)
        for number in 0..<50 { writer.write("line \(number)\n") }
        writer.stop()
        close(ends.write)
        #expect(take(ends.read) == (0..<50).map { "line \($0)\n" }.joined())
        close(ends.read)
    }

    /// Characters of a name neither begin another line nor move the cursor.
    @Test func controlCharactersAreEscaped() {
        let ends = makePipe()
        let writer = LogWriter(descriptor: ends.write)
        writer.write("a\nb \u{1B}[2J \(String(systemBytes: [0xE9]))\n")
        writer.stop()
        close(ends.write)
        #expect(take(ends.read) == "a\\u{A}b \\u{1B}[2J \\xE9\n")
        close(ends.read)
    }

    @Test func aFullPipeDoesNotBlock() {
        let ends = makePipe()
        let writer = LogWriter(descriptor: ends.write, room: 20)
        let line = String(repeating: "x", count: 99) + "\n"
        let began = MonotonicTime.now
        for _ in 0..<1000 { writer.write(line) }
        #expect(MonotonicTime.now - began < 5 * MonotonicTime.second)
        // Somebody reads again: what waited comes, and how much did not fit, at once or in several lines.
        var (said, written, lost) = ("", 0, 0)
        while written + lost < 1000 {
            said += take(ends.read)
            let lines = said.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            written = lines.count { $0.hasPrefix("x") }
            lost = lines.compactMap { $0.split(separator: " ").compactMap { Int($0) }.first }.reduce(0, +)
        }
        #expect(written + lost == 1000 && lost > 900, "\(written) lines, \(lost) lost")
        writer.stop()
        for end in [ends.read, ends.write] { close(end) }
    }

    @Test func aFullPipeDoesNotDelayTheStop() {
        let ends = makePipe()
        let writer = LogWriter(descriptor: ends.write)
        for _ in 0..<100 { writer.write(String(repeating: "x", count: 99) + "\n") }
        let began = MonotonicTime.now
        writer.stop(patience: MonotonicTime.second / 10)
        #expect(MonotonicTime.now - began < 10 * MonotonicTime.second)
        // Its thread is abandoned, so both ends stay open: a pipe of another test under the same number would receive the lines.
    }

    /// The same with a descriptor that its owner made non-blocking, or that has no reader any more.
    @Test func aClosedDescriptorLosesLines() {
        let before = signal(SIGPIPE, SIG_IGN)
        defer { _ = signal(SIGPIPE, before) }
        let ends = makePipe()
        _ = fcntl(ends.write, F_SETFL, O_NONBLOCK)
        close(ends.read)
        let writer = LogWriter(descriptor: ends.write)
        for _ in 0..<10 { writer.write("x\n") }
        writer.stop(patience: 10 * MonotonicTime.second)
        close(ends.write)
    }
}
