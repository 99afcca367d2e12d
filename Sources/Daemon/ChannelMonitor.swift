import Audio
import Diagnosis
import Platform
import Synchronization
import TrackFeed

/// Watches the microphone's channels beside the analysis, on its own thread; the analysis thread only copies samples.
final class ChannelMonitor: TrackSink, @unchecked Sendable {
    /// Interval of checks in nanoseconds, so that no thread has to wake this one.
    private static let pause = MonotonicTime.second

    /// Copies of the analysed samples, for several intervals. Samples that do not fit are not checked.
    private let ring: SampleRing
    private let thread = NamedThread(name: "bearing-watch")
    private let health: Health
    /// The new expected channels, if they have changed.
    private let expected: Mutex<Microphone?>

    // Used by the thread only.
    private var watched: (microphone: Microphone, watch: ChannelWatch)?
    private var samples: [Float]

    init(_ microphone: Microphone, health: Health) {
        expected = Mutex(microphone)
        self.health = health
        let channels = microphone.kind.channels
        ring = SampleRing(frames: 4 * AudioFormat.sampleRate, channels: channels)
        samples = [Float](repeating: 0, count: AudioFormat.sampleRate / 5 * channels)
    }

    /// Sets the expected channels from now on; as many as before.
    func expect(_ microphone: Microphone) { expected.withLock { $0 = microphone } }

    /// Called by the analysis thread; wait-free, without allocation.
    func take(_ samples: Span<Float>, at time: Double) {
        let frames = samples.count / ring.channels
        if ring.capacity - ring.framesAvailable >= frames { ring.write(samples) }
    }

    func start() {
        thread.start { [self] in
            while !thread.isStopping {
                pass()
                _ = thread.stopEvent.wait(until: MonotonicTime.now + Self.pause)
            }
        }
    }

    /// - Parameter patience: nanoseconds to wait for the thread.
    func stop(patience: Int64) { thread.stop(patience: patience) }

    /// Checks all copied samples.
    func pass() {
        if let microphone = expected.withLock({ $0.take() }), microphone != watched?.microphone {
            watched = (microphone, ChannelWatch(microphone.kind, convention: microphone.convention))
        }
        guard let (microphone, watch) = watched else { return }
        while true {
            var target = samples.mutableSpan
            let frames = ring.read(into: &target)
            guard frames > 0 else { break }
            watch.push(samples.span.extracting(0..<frames * ring.channels))
            health.set(warnings: watch.findings.map { $0.description(microphone.kind) })
        }
    }
}
