import Platform
import Synchronization

/// Plays a file into a `CaptureStream` as a microphone would: frame n is there n / 24000 s after the start.
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
    /// Nanoseconds that `stop` waits for a thread that a disk may hold.
    private static let stopPatience = MonotonicTime.second / 2

    public var failure: AudioError? { fault.latest.withLock { $0 } }

    /// - Parameters:
    ///   - map: which channels of the file to use; nil demands a file of exactly four.
    ///   - channels: what is known of them.
    ///   - loops: begins again at the end, for ever, without a gap.
    ///   - speed: times real time. The times of frames are then those that they would have at speed 1, and the file waits
    ///     for a listener that is slower, so that no frame is dropped.
    ///   - past: frames that count as played already.
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

    /// - Throws: what `AudioFileStream` throws.
    public func start() throws(AudioError) {
        let file = try AudioFileStream(path: path, map: map, channels: channels)
        found.withLock { $0 = file.remarks }
        let thread = present.withLock { $0 }
        let player = FilePlayer(file: file, loops: loops, speed: speed, stream: stream, isStopping: { thread.isStopping })
        fault.latest.withLock { $0 = nil }
        // The thread holds what it needs and not this object, whose end stops it.
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
        // The stream may be another capture's by now.
        switch present.withLock({ $0 }).stop(patience: Self.stopPatience) {
        case .none: return
        case .ended: break
        // A thread that is stuck keeps its own, by which it knows that it was to end.
        case .abandoned: present.withLock { $0 = NamedThread(name: Self.threadName) }
        }
        if stream.status.state != .ended { stream.status.enter(.stopped) }
        stream.wake.signal()
    }
}

/// What a playing thread leaves for whoever asks why it ended.
private final class Fault: Sendable {
    let latest = Mutex<AudioError?>(nil)
}
