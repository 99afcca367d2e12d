public import Audio
public import Logging
public import Pipeline
public import TrackFeed

extension Daemon {
    /// What a configuration that was read again asks for.
    public struct Setup {
        /// A source that takes the place of the present one, on the same stream; nil keeps that one, and loses no audio.
        public var capture: (any CaptureSource)?
        public var pipeline: LocalizationPipeline
        public var hello: FeedHello
        /// What the channels should be from now on; nil leaves that as it is.
        public var microphone: Microphone?
        public var logLevel: Logger.Level
        /// What was changed in the file but stays as it is until the daemon is started again.
        public var kept: [String]
        /// Called once the daemon runs by all of this.
        public var adopted: () -> Void

        public init(
            capture: (any CaptureSource)?, pipeline: LocalizationPipeline, hello: FeedHello, logLevel: Logger.Level,
            kept: [String], adopted: @escaping () -> Void = {}
        ) {
            self.capture = capture
            self.pipeline = pipeline
            self.hello = hello
            self.logLevel = logLevel
            self.kept = kept
            self.adopted = adopted
        }
    }

    /// Begins to read the configuration and the model again.
    func beginReload() -> SetupReading? {
        guard let reading else { return nil }
        return SetupReading { [stream] in try reading(stream) }
    }

    /// Goes on with what was read. What cannot be used leaves all as it is and is logged.
    ///
    /// Subscribers stay; numbers of blocks and ids of tracks go on. The network starts anew, so all tracks do.
    func adopt(_ result: Result<Setup, any Error>) {
        let setup: Setup
        do {
            setup = try result.get()
        } catch {
            return log.error("not reloaded, going on as before: \(error)")
        }
        let loop = AnalysisLoop(
            stream: stream, pipeline: setup.pipeline, mailbox: mailbox, health: health, timings: timings,
            recording: recorder?.feed, monitor: monitor)
        loop.warmUp()
        do throws(AudioError) {
            try replace(hearing, with: AudioSide(capture: setup.capture ?? hearing.capture, loop: loop))
        } catch {
            return log.error("not reloaded, going on as before: \(error)")
        }
        if let microphone = setup.microphone { monitor?.expect(microphone) }
        setup.adopted()
        log.logLevel = setup.logLevel
        hello = setup.hello
        announce()
        for name in setup.kept { log.warning("\(name) changed: takes effect when the daemon is started again") }
        log.notice("reloaded", metadata: ["source": "\(hello.source)"])
    }

    /// - Throws: why the new source cannot be started; then the old half goes on, or waits for its source.
    private func replace(_ old: AudioSide, with new: AudioSide) throws(AudioError) {
        let changesSource = old.capture !== new.capture
        if changesSource {
            old.capture.stop()
            old.drain()
        }
        old.stopAnalysis()
        new.loop.takePlace(of: old.loop)
        hearing = new
        startAnalysis()
        guard changesSource else { return }
        do throws(AudioError) {
            try promoted(options.priority) { () throws(AudioError) in try new.capture.start() }
        } catch {
            new.stopAnalysis()
            hearing = old
            startAnalysis()
            promoted(options.priority) { old.capture.resume() }
            throw error
        }
        report(new.capture)
    }
}
