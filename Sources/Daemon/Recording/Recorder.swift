public import Audio
import Logging
import Platform
import Synchronization
import TrackFeed

/// Records analysed audio and reported tracks for later analysis: WAV files of the pipeline's input, 32-bit floats, each with a
/// file of the lines sent to subscribers. It has its own thread and never delays the audio.
public final class Recorder: @unchecked Sendable {
    /// Checks whether recordings can be written there; creates the folder if it is missing.
    public static func check(_ plan: RecordPlan) throws(AudioError) { try RecordFolder.check(plan.folder) }

    let feed: RecordFeed
    private let thread = NamedThread(name: "bearing-record")
    private let plan: RecordPlan
    private let hello: Mutex<FeedHello>
    private let log: Logger

    // Used by the recorder's thread only, once it runs.
    private var sink: any RecordSink
    private var message = TrackMessage()
    /// Whether the latest write failed.
    private var isFaulty = false

    /// - Parameter channels: of the audio.
    /// - Throws: `AudioError.unwritableFile` for a folder that cannot be written to.
    init(_ plan: RecordPlan, channels: Int = AudioFormat.channels, hello: FeedHello, log: Logger) throws(AudioError) {
        feed = RecordFeed(channels: channels)
        self.plan = plan
        self.log = log
        self.hello = Mutex(hello)
        if let writer = plan.writer {
            sink = try RecordingProcess(plan, channels: channels, program: writer, stop: thread.stopEvent)
        } else {
            let folder = try RecordFolder(path: plan.folder, limit: plan.limit)
            sink = RecordingFiles(folder: folder, plan, channels: channels)
        }
    }

    /// Sets the beginning of later files.
    func announce(_ hello: FeedHello) { self.hello.withLock { $0 = hello } }

    func start() {
        thread.start { [self] in
            while !thread.isStopping {
                _ = feed.wakeEvent.wait(until: MonotonicTime.now + MonotonicTime.second)
                feed.wakeEvent.clear()
                drain()
            }
            drain()
            sink.close()
            if sink.isHanging { log.error("recordings: the disk does not respond, so unwritten data may be lost") }
        }
    }

    /// Writes the remaining data and ends.
    /// - Parameter patience: nanoseconds to wait for a disk that may hang.
    @discardableResult
    func stop(patience: Int64 = .max) -> NamedThread.Ending {
        thread.askToStop()
        feed.wakeEvent.signal()
        return thread.stop(patience: patience)
    }

    private func drain() {
        do throws(AudioError) {
            while let entry = feed.entries.next {
                try sink.record(feed.ring, upTo: entry.frame)
                switch entry.event {
                case .breakOff(let restarted): try sink.breakOff(at: entry.time, restarted: restarted, hello: hello.withLock { $0 })
                case .reported(let block):
                    message.encode(block)
                    try sink.writeLine(message.bytes)
                }
                feed.entries.advance()
            }
            if isFaulty { log.notice("recording again", metadata: ["folder": "\(plan.folder)"]) }
            isFaulty = false
        } catch {
            if !isFaulty { log.error("recording paused, trying again: \(error)") }
            isFaulty = true
            sink.fail()
            // Meanwhile data waits in the ring until that is full, and is then lost.
            _ = thread.stopEvent.wait(until: MonotonicTime.now + 2 * MonotonicTime.second)
        }
    }
}
