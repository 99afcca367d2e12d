import Platform
import Synchronization

/// Plays a file into a `CaptureStream` like a microphone: frame n is available n / 24000 s after the start.
public final class FileCapture: CaptureSource {
    public let stream: CaptureStream
    public let path: String
    public let loops: Bool
    public var latency: Double { 0 }

    private let speed: Int
    private let map: ChannelMap?
    private let channels: FileChannels
    private let found = Mutex<[String]>([])
    private let past: Int
    private let present = Mutex(NamedThread(name: FileCapture.threadName))
    private let fault = Fault()

    private static let threadName = "bearing-file"
    /// Nanoseconds that `stop` waits for a thread that may be blocked by a disk.
    private static let stopPatience = MonotonicTime.second / 2

    public var failure: AudioError? { fault.latest.withLock { $0 } }

    /// - Parameters:
    ///   - map: the channels of the file to use; nil requires a file of as many as the stream has.
    ///   - channels: their known meaning.
    ///   - loops: repeats the file endlessly, without a gap.
    ///   - speed: relative to real time. Frames have the times of speed 1, and the file waits for a slower reader, so that no
    ///     frame is dropped.
    ///   - past: frames that count as already played.
    public init(
        path: String, map: ChannelMap? = nil, channels: FileChannels = .declared, loops: Bool = false, speed: Int = 1,
        past: Int = 0, stream: CaptureStream
    ) {
        precondition(speed >= 1, "a file plays at real time or faster")
        self.past = past
        self.speed = speed
        self.path = path
        self.map = map
        self.channels = channels
        self.loops = loops
        self.stream = stream
    }

    deinit { stop() }

    public var remarks: [String] { found.withLock { $0 } }

    /// - Throws: as `AudioFileStream`.
    public func start() throws(AudioError) {
        let file = try AudioFileStream(path: path, map: map, count: stream.channels, channels: channels)
        found.withLock { $0 = file.remarks }
        let thread = present.withLock { $0 }
        let player = FilePlayer(file: file, loops: loops, speed: speed, stream: stream, isStopping: { thread.isStopping })
        fault.latest.withLock { $0 = nil }
        // The thread holds its own state, not this object, whose `deinit` stops the thread.
        thread.start { [fault, past] in
            player.begin(at: MonotonicTime.now, past: past)
            while !thread.isStopping, let deadline = player.advance(to: MonotonicTime.now) {
                _ = thread.stopEvent.wait(until: deadline)
            }
            guard let failure = player.failure else { return }
            fault.latest.withLock { $0 = failure }
            player.end()
        }
    }

    public func resume() {
        do throws(AudioError) {
            try start()
        } catch {
            fault.latest.withLock { $0 = error }
            stream.status.enter(.ended)
            stream.wake.signal()
        }
    }

    public func stop() {
        // The stream may belong to another capture by now.
        switch present.withLock({ $0 }).stop(patience: Self.stopPatience) {
        case .none: return
        case .ended: break
        // A stuck thread keeps its own state, which ends it.
        case .abandoned: present.withLock { $0 = NamedThread(name: Self.threadName) }
        }
        if stream.status.state != .ended { stream.status.enter(.stopped) }
        stream.wake.signal()
    }
}

/// Why the playing thread ended, for other threads.
private final class Fault: Sendable {
    let latest = Mutex<AudioError?>(nil)
}
