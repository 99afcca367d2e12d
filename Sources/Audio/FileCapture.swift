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
    private let thread = CaptureThread(name: "bearing-file")

    /// - Parameters:
    ///   - map: which channels of the file to use; nil demands a file of exactly four.
    ///   - channels: what is known of them.
    ///   - loops: begins again at the end, for ever, without a gap.
    ///   - speed: times real time. The times of frames are then those that they would have at speed 1, and the file waits
    ///     for a listener that is slower, so that no frame is dropped.
    public init(
        path: String, map: ChannelMap? = nil, channels: FileChannels = .declared, loops: Bool = false, speed: Int = 1,
        stream: CaptureStream
    ) {
        precondition(speed >= 1, "a file plays at real time or faster")
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
        let player = FilePlayer(file: file, loops: loops, speed: speed, stream: stream)
        let thread = thread
        thread.start {
            player.begin(at: MonotonicTime.now)
            while !thread.isStopping, let deadline = player.advance(to: MonotonicTime.now) {
                _ = thread.stopEvent.wait(until: deadline)
            }
        }
    }

    public func resume() {
        do {
            try start()
        } catch {
            stream.status.enter(.ended)
            stream.wake.signal()
        }
    }

    public func stop() {
        // The stream may be another capture's by now.
        guard thread.stop() != .none else { return }
        if stream.status.state != .ended { stream.status.enter(.stopped) }
        stream.wake.signal()
    }
}
