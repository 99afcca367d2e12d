public import Audio
import Foundation
import Logging
import Synchronization
import TrackFeed

/// Keeps what the daemon heard and told, for a case to be looked at later: WAV files of what the pipeline got, 32-bit floats, and
/// beside each the lines that subscribers were sent for it. A thread of its own; nothing that happens here delays the audio.
public final class Recorder: Sendable {
    /// What is kept, and where.
    public struct Plan: Sendable, Hashable {
        public var folder: String
        /// Seconds of each file.
        public var fileSeconds: Int
        /// Bytes of all files together at most.
        public var limit: Int

        public init(folder: String, fileSeconds: Int, limit: Int) {
            self.folder = folder
            self.fileSeconds = fileSeconds
            self.limit = limit
        }
    }

    /// Whether recordings could be written there; makes the folder where it is missing.
    public static func check(_ plan: Plan) throws(AudioError) { try RecordFolder.check(plan.folder) }

    let feed = RecordFeed()
    private let thread = CaptureThread(name: "bearing-record")
    private let folder: RecordFolder
    private let plan: Plan
    private let hello: Mutex<FeedHello>
    private let log: Logger

    /// - Throws: `AudioError.unwritableFile` for a folder that cannot be written to.
    init(_ plan: Plan, hello: FeedHello, log: Logger) throws(AudioError) {
        self.plan = plan
        self.log = log
        self.hello = Mutex(hello)
        folder = try RecordFolder(path: plan.folder, limit: plan.limit)
    }

    /// What is written at the head of later files.
    func announce(_ hello: FeedHello) { self.hello.withLock { $0 = hello } }

    func start() {
        thread.start { [self] in
            var tape = Tape(folder: folder, frames: plan.fileSeconds * AudioFormat.sampleRate, bytes: plan.bytesOfFile)
            while !thread.isStopping {
                _ = feed.wake.wait(until: MonotonicTime.now + MonotonicTime.second)
                feed.wake.clear()
                drain(to: &tape)
            }
            drain(to: &tape)
            tape.close()
        }
    }

    /// Writes what is there and ends.
    func stop() {
        thread.askToStop()
        feed.wake.signal()
        thread.stop()
    }

    private func drain(to tape: inout Tape) {
        do throws(AudioError) {
            while let entry = feed.entries.next {
                try tape.record(feed.ring, upTo: entry.frame)
                switch entry.event {
                case .breakOff(let anew): tape.breakOff(at: entry.time, anew: anew, hello: hello.withLock { $0 })
                case .told(let block): try tape.tell(block)
                }
                feed.entries.advance()
            }
            if tape.isFaulty { log.notice("recording again", metadata: ["folder": "\(folder.path)"]) }
            tape.isFaulty = false
        } catch {
            if !tape.isFaulty { log.error("recording paused, trying again: \(error)") }
            tape.fail()
            // What comes meanwhile is lost, and waits in the ring until that is full.
            _ = thread.stopEvent.wait(until: MonotonicTime.now + 2 * MonotonicTime.second)
        }
    }
}

extension Recorder.Plan {
    /// Bytes of a pair of files, the lines of two tracks included.
    var bytesOfFile: Int { fileSeconds * (AudioFormat.sampleRate * AudioFormat.channels * 4 + 4000) }
}
