import Audio
import CRealtime
import Files
import Glibc
import Platform
import TrackFeed

/// Recordings written by a separate process: a hanging disk may block a process forever, even a killed one, and must not block
/// the daemon. Used by one thread only.
struct RecordingProcess: RecordSink {
    private let plan: RecordPlan
    private let program: [String]
    /// Signalled when recording should end.
    private let stop: WakeEvent
    private var child: (process: pid_t, socket: Int32)?
    /// A writer that was released and has not ended, because its disk hangs. It must end before a successor starts.
    private var hanging: pid_t?
    private let channels: Int
    private var samples: [Float]
    /// The beginning of the latest file, for a writer that replaces another.
    private var beginning: (time: Double, hello: FeedHello)?

    /// Nanoseconds for a writer's first line, and for each message during recording.
    private static let patience = 5 * MonotonicTime.second
    /// Nanoseconds for the remaining data at the end of recording.
    private static let lastPatience = MonotonicTime.second / 5

    /// Starts the writer, which checks the folder.
    ///
    /// - Parameters:
    ///   - channels: of the audio.
    ///   - program: its path and its first arguments; those of the plan follow.
    ///   - stop: signalled when recording should end.
    /// - Throws: `AudioError.unwritableFile` if the writer reports that it cannot write there. A writer that reports nothing is
    ///   waited for later.
    init(_ plan: RecordPlan, channels: Int, program: [String], stop: WakeEvent) throws(AudioError) {
        self.channels = channels
        samples = [Float](repeating: 0, count: RecordSinkPiece.frames * channels)
        self.plan = plan
        self.program = program
        self.stop = stop
        try start()
    }

    mutating func record(_ ring: SampleRing, upTo end: Int) throws(AudioError) {
        if child == nil { try start() }
        while ring.framesRead < end {
            let count = min(end - ring.framesRead, RecordSinkPiece.frames)
            unsafe samples.withUnsafeMutableBufferPointer { buffer in
                var target = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<(count * channels)]).mutableSpan
                _ = ring.read(into: &target)
            }
            beginning?.time += Double(count) / Double(AudioFormat.sampleRate)
            try send(RecordStream.message(samples.span.extracting(0..<count * channels)))
        }
    }

    mutating func writeLine(_ line: [UInt8]) throws(AudioError) { try send(RecordStream.message(.line, line)) }

    mutating func breakOff(at time: Double, restarted: Bool, hello: FeedHello) throws(AudioError) {
        beginning = (time, hello)
        // If the writer has ended, its successor receives the message.
        if child != nil { try send(RecordStream.message(beginningAt: time, restarted: restarted, hello: hello)) }
    }

    /// Releases the writer; the next frames start another.
    mutating func fail() { close() }

    /// The writer finishes its data; if its disk hangs, it is abandoned.
    mutating func close() {
        guard let (process, socket) = child else { return }
        child = nil
        Glibc.close(socket)
        let deadline = MonotonicTime.now + Self.lastPatience
        hanging = process
        while isHanging, MonotonicTime.now < deadline { usleep(2000) }
        if !isHanging { hanging = nil }
    }

    /// Whether a released writer has not ended.
    var isHanging: Bool {
        guard let hanging else { return false }
        var status: Int32 = 0
        return unsafe waitpid(hanging, &status, WNOHANG) == 0
    }

    private mutating func start() throws(AudioError) {
        if isHanging { throw failure(ETIMEDOUT) }
        hanging = nil
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw failure(errno)
        }
        let process = spawn(input: ends[1])
        Glibc.close(ends[1])
        guard process > 0 else {
            Glibc.close(ends[0])
            throw failure(-process)
        }
        child = (process, ends[0])
        if let said = answer(ends[0]), said != RecordStream.ready {
            close()
            throw .unwritableFile(path: plan.folder, reason: said.isEmpty ? "the process that writes ended" : String(said.dropLast()))
        }
        if let beginning {
            try send(RecordStream.message(beginningAt: beginning.time, restarted: false, hello: beginning.hello))
        }
    }

    /// The writer's first line; nil if it does not come in time.
    private func answer(_ socket: Int32) -> String? {
        var bytes: [UInt8] = []
        let deadline = MonotonicTime.now + Self.patience
        while bytes.last != 10 {
            guard isReady(socket, Int16(POLLIN), until: deadline) else { return nil }
            var piece = [UInt8](repeating: 0, count: 512)
            let room = piece.count
            let count = unsafe recv(socket, &piece, room, 0)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: the process, or -errno.
    private func spawn(input: Int32) -> pid_t {
        let arguments = program + ["--", plan.folder, "\(plan.fileSeconds)", "\(plan.limit)", "\(channels)"]
        var texts: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0.systemPath) }
        unsafe texts.append(nil)
        defer { for index in unsafe texts.indices { unsafe free(texts[index]) } }
        return unsafe bearing_start_program(texts, input)
    }

    private func send(_ message: [UInt8]) throws(AudioError) {
        guard let socket = child?.socket else { return }
        var sent = 0
        var deadline: Int64?
        while sent < message.count {
            let count = unsafe message.withUnsafeBytes { bytes in
                unsafe Glibc.send(socket, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count >= 0 {
                sent += count
                deadline = nil
            } else if errno == EAGAIN {
                let limit = deadline ?? MonotonicTime.now + (isStopping ? Self.lastPatience : Self.patience)
                deadline = limit
                // While a disk hangs, data waits in the ring; the end of recording does not wait for it.
                guard isReady(socket, Int16(POLLOUT), until: limit) else { throw failure(ETIMEDOUT) }
            } else if errno != EINTR {
                throw failure(errno)
            }
        }
    }

    private var isStopping: Bool { stop.wait(until: 0) }

    /// Waits for a socket; at the end of recording not longer than the last patience.
    /// - Returns: whether it is ready.
    private func isReady(_ socket: Int32, _ events: Int16, until limit: Int64) -> Bool {
        var limit = limit
        while true {
            var list = [pollfd(fd: socket, events: events, revents: 0), pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)]
            if isStopping {
                limit = min(limit, MonotonicTime.now + Self.lastPatience)
                list.removeLast()
            }
            let left = max(0, (limit - MonotonicTime.now) / 1_000_000)
            let ready = unsafe poll(&list, nfds_t(list.count), Int32(min(left, 60_000)))
            if ready > 0, list[0].revents != 0 { return true }
            guard MonotonicTime.now < limit else { return false }
        }
    }

    private func failure(_ code: Int32) -> AudioError {
        let reason = code == ETIMEDOUT ? "the disk does not respond" : FileError.text(of: code)
        return .unwritableFile(path: plan.folder, reason: "the process that writes: \(reason)")
    }
}
