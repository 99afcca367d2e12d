import Audio
import CRealtime
import Glibc
public import Logging
import TrackFeed

/// The process that writes a daemon's recordings: reads a `RecordStream` from a socket until it ends.
public struct RecordWriter {
    /// The name of the command that runs it.
    public static let command = BEARING_RECORD_COMMAND

    private let socket: Int32
    private let plan: RecordPlan
    private let channels: Int
    private let log: Logger
    private static let pause: UInt32 = 2

    /// - Parameter channels: of the audio.
    public init(socket: Int32, plan: RecordPlan, channels: Int, log: Logger) {
        self.socket = socket
        self.channels = channels
        self.plan = plan
        self.log = log
    }

    public func run() {
        let folder: RecordFolder
        do throws(AudioError) {
            folder = try RecordFolder(path: plan.folder, limit: plan.limit)
        } catch {
            if case .unwritableFile(_, let reason) = error { say("\(reason)\n") }
            return
        }
        say(RecordStream.ready)
        var files = RecordingFiles(folder: folder, plan, channels: channels)
        // Received frames that are not written yet.
        let ring = SampleRing(frames: 2 * RecordSinkPiece.frames, channels: channels)
        var isFaulty = false
        while let head = receive(RecordStream.headBytes).flatMap(RecordStream.head), let body = receive(head.length) {
            if head.kind == .frames { ring.write(RecordStream.samples(body).span) }
            while true {
                do throws(AudioError) {
                    try take(head.kind, body, ring, &files)
                    if isFaulty { log.notice("recording again", metadata: ["folder": "\(plan.folder)"]) }
                    isFaulty = false
                    break
                } catch {
                    if !isFaulty { log.error("recording paused, trying again: \(error)") }
                    isFaulty = true
                    files.fail()
                    // A failed line is not retried, since its file has been closed.
                    if isOver || head.kind != .frames { break }
                    // Meanwhile frames wait in the daemon's ring until that is full.
                    sleep(Self.pause)
                }
            }
        }
        files.close()
    }

    private func take(_ kind: RecordStream.Kind, _ body: [UInt8], _ ring: SampleRing, _ files: inout RecordingFiles) throws(AudioError) {
        switch kind {
        case .frames: try files.record(ring, upTo: ring.framesWritten)
        case .line: try files.writeLine(body)
        case .beginning:
            guard let (time, restarted, hello) = RecordStream.beginning(body) else { return }
            files.breakOff(at: time, restarted: restarted, hello: hello)
        }
    }

    /// Whether the daemon has ended.
    private var isOver: Bool {
        var state = pollfd(fd: socket, events: Int16(POLLHUP), revents: 0)
        return unsafe poll(&state, 1, 0) > 0
    }

    /// This number of bytes; nil at the end of the stream.
    private func receive(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let read = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe recv(socket, room.baseAddress! + got, room.count - got, 0)
            }
            if read > 0 {
                got += read
            } else if read == 0 || errno != EINTR {
                return nil
            }
        }
        return bytes
    }

    private func say(_ line: String) {
        let bytes = Array(line.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe send(socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
