import Audio
import Glibc
public import Pipeline
import Platform
public import TrackFeed

/// The daemon's path from the ring to the subscribers' sockets, with its own threads, for latency measurements. Each block of
/// audio arrives when the previous block's tracks are sent.
public final class LatencyTrial: Sendable {
    /// Frames between two wake-ups, as for a device with periods of 10 ms.
    private static let period = AudioFormat.sampleRate / 100
    /// Microseconds after which an idle thread is asleep.
    private static let slumber: UInt32 = 500

    public let timings = FeedTimings()
    private let stream: CaptureStream
    private let health: Health
    private let loop: AnalysisLoop
    private let server: TrackServer
    private let serverThread = NamedThread(name: "bearing-feed")
    private let analysisThread = NamedThread(name: "bearing-analyse")

    /// Serves the socket at `path` and starts the threads, with a warm pipeline as in the daemon.
    public init(pipeline: LocalizationPipeline, path: String) throws(FeedError) {
        _ = Realtime.raiseDescriptorLimit()
        stream = CaptureStream(channels: pipeline.channels)
        health = Health(channels: pipeline.channels)
        let (stream, health, mailbox) = (stream, health, Mailbox())
        let hello = FeedHello(
            name: "bearing bench", format: "foa", source: "noise", maximumTracks: pipeline.maximumTracks, latencyMilliseconds: 100)
        server = try TrackServer(
            addresses: [.path(path)], hello: hello, mailbox: mailbox, timings: timings,
            status: { health.status(of: stream, mailbox: mailbox) })
        loop = AnalysisLoop(stream: stream, pipeline: pipeline, sinks: [mailbox], health: health, timings: timings)
        loop.warmUp()
        let (loop, server, analysisThread) = (loop, server, analysisThread)
        serverThread.start { server.run() }
        analysisThread.start { while !analysisThread.isStopping { loop.pass() } }
    }

    /// Subscribers that the server has accepted.
    public var subscribers: Int { server.subscriberCount }

    /// Delivers a block. All but its last period is in the ring before the last one arrives, and the threads sleep, as in real
    /// time.
    ///
    /// - Parameter samples: a block of 100 ms: 2400 interleaved frames of the pipeline's channels.
    /// - Returns: when the block ended, nanoseconds of `MonotonicTime`.
    public func deliver(_ samples: Span<Float>) -> Int64 {
        let early = samples.count - Self.period * stream.channels
        write(samples.extracting(0..<early))
        usleep(Self.slumber)
        return write(samples.extracting(early..<samples.count))
    }

    public func stop() {
        analysisThread.askToStop()
        stream.wake.signal()
        analysisThread.stop()
        server.stop()
        serverThread.stop()
    }

    /// Writes frames whose last one is in the air now.
    @discardableResult
    private func write(_ samples: Span<Float>) -> Int64 {
        let end = stream.ring.framesWritten + samples.count / stream.channels
        let now = MonotonicTime.now
        stream.clock.publish(segment: 0, start: 0, anchor: end, time: now, monotonic: now)
        let first = stream.ring.framesWritten
        _ = stream.ring.write(samples)
        stream.announce(writtenFrom: first)
        return now
    }
}
