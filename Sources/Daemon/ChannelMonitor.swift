import Audio
import Diagnosis
import Platform
import Synchronization

/// Watches the microphone's channels beside the analysis: a thread of its own, to which the analysis thread only leaves samples.
final class ChannelMonitor: @unchecked Sendable {
    /// From one look to the next, nanoseconds: nobody has to wake the thread for it.
    private static let pause = MonotonicTime.second / 5

    /// What the analysis hears: room for several pauses. What finds no room is not watched.
    private let ring = SampleRing(frames: 4 * AudioFormat.sampleRate)
    private let thread = NamedThread(name: "bearing-watch")
    private let health: Health
    /// What the channels should be, where that is new.
    private let expected: Mutex<Microphone?>

    // What only the thread touches.
    private var watched: (microphone: Microphone, watch: ChannelWatch)?
    private var samples = [Float](repeating: 0, count: AudioFormat.sampleRate * AudioFormat.channels / 5)

    init(_ microphone: Microphone, health: Health) {
        expected = Mutex(microphone)
        self.health = health
    }

    /// From now on the channels should be these.
    func expect(_ microphone: Microphone) { expected.withLock { $0 = microphone } }

    /// The analysis thread's side; wait-free, without allocation.
    func hear(_ samples: Span<Float>) {
        let frames = samples.count / AudioFormat.channels
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

    /// Looks at all that was left.
    func pass() {
        if let microphone = expected.withLock({ $0.take() }), microphone != watched?.microphone {
            watched = (microphone, ChannelWatch(microphone.kind, convention: microphone.convention))
        }
        guard let (microphone, watch) = watched else { return }
        while true {
            var target = samples.mutableSpan
            let frames = ring.read(into: &target)
            guard frames > 0 else { break }
            watch.hear(samples.span.extracting(0..<frames * AudioFormat.channels))
            health.tell(warnings: watch.findings.map { $0.description(microphone.kind) })
        }
    }
}
