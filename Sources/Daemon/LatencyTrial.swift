import Audio
import Glibc
public import Pipeline
import Platform
public import TrackFeed

/// The daemon's own way from the ring to the subscribers' sockets, its threads included, with audio that comes as soon as
/// the block before it has been told: for measuring what a block takes on it.
public final class LatencyTrial: Sendable {
    /// Frames from one wake-up to the next, as a device of 10 ms periods brings them.
    private static let period = AudioFormat.sampleRate / 100
    /// Microseconds in which a thread that has nothing to do has fallen asleep.
    private static let slumber: UInt32 = 500

    public let timings = FeedTimings()
    private let stream = CaptureStream()
    private let health = Health()
    private let loop: AnalysisLoop
    private let server: TrackServer
    private let serverThread = NamedThread(name: "bearing-feed")
    private let analysisThread = NamedThread(name: "bearing-analyse")

    /// Serves the socket at `path` and starts the threads; the pipeline is warm, as the daemon's is.
    public init(pipeline: LocalizationPipeline, path: String) throws(FeedError) {
        _ = Realtime.raiseDescriptorLimit()
        let (stream, health, mailbox) = (stream, health, Mailbox())
        let hello = FeedHello(
            name: "bearing bench", format: "foa", source: "noise", maximumTracks: pipeline.maximumTracks, latencyMilliseconds: 100)
        server = try TrackServer(
            addresses: [.path(path)], hello: hello, mailbox: mailbox, timings: timings,
            status: { health.status(of: stream, mailbox: mailbox) })
        loop = AnalysisLoop(stream: stream, pipeline: pipeline, mailbox: mailbox, health: health, timings: timings)
        loop.warmUp()
        let (loop, server, analysisThread) = (loop, server, analysisThread)
        serverThread.start { server.run() }
        analysisThread.start { while !analysisThread.isStopping { loop.pass() } }
    }

    /// Subscribers that the server has taken on.
    public var subscribers: Int { server.subscriberCount }

    /// Brings a block: all but its last period is analysed by the time that the last one comes, and the threads sleep, as
    /// they do when audio comes in its own time.
    ///
    /// - Parameter samples: a block of 100 ms: 2400 interleaved frames of 4 channels.
    /// - Returns: when the block ended, nanoseconds of `MonotonicTime`.
    public func bring(_ samples: Span<Float>) -> Int64 {
        let early = samples.count - Self.period * AudioFormat.channels
        write(samples.extracting(0..<early))
        rest()
        return write(samples.extracting(early..<samples.count))
    }

    public func stop() {
        analysisThread.askToStop()
        stream.wake.signal()
        analysisThread.stop()
        server.stop()
        serverThread.stop()
    }

    /// Frames of which the last is in the air now.
    @discardableResult
    private func write(_ samples: Span<Float>) -> Int64 {
        let end = stream.ring.framesWritten + samples.count / AudioFormat.channels
        let now = MonotonicTime.now
        stream.clock.publish(segment: 0, start: 0, anchor: end, time: now, monotonic: now)
        _ = stream.ring.write(samples)
        stream.wake.signal()
        return now
    }

    /// Until the analysis has done all there is and sleeps.
    private func rest() {
        while stream.ring.framesAvailable > 0 { usleep(Self.slumber) }
        // The pass that took the last frames ends, or another that finds none.
        let passes = health.passes
        stream.wake.signal()
        while health.passes == passes { usleep(Self.slumber) }
        usleep(Self.slumber)
    }
}
