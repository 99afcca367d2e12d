public import Audio
public import Logging
public import Pipeline
public import TrackFeed
public import Tracking

extension Daemon {
    /// The changes that a configuration read again requires.
    public struct Setup {
        public enum Analysis {
            /// The pipeline continues unchanged.
            case kept
            /// The pipeline and its tracks continue with another gate or viewpoint: see `LocalizationPipeline.adopt`.
            case adjusted(GateSettings, Viewpoint)
            /// Another pipeline without history: all tracks start again, after its look-ahead.
            case renewed(LocalizationPipeline)
        }

        /// A source that replaces the present one, on the same stream; nil keeps the present one without losing audio.
        public var capture: (any CaptureSource)?
        /// The change of the analysis; another source replaces it.
        public var analysis: Analysis
        public var hello: FeedHello
        /// The expected channels from now on; nil keeps the present ones.
        public var microphone: Microphone?
        public var logLevel: Logger.Level
        /// Changed keys that apply only after a restart.
        public var kept: [String]
        /// Called once the changes are in force.
        public var adopted: () -> Void

        public init(
            capture: (any CaptureSource)?, analysis: Analysis, hello: FeedHello, logLevel: Logger.Level,
            kept: [String], adopted: @escaping () -> Void = {}
        ) {
            self.capture = capture
            self.analysis = analysis
            self.hello = hello
            self.logLevel = logLevel
            self.kept = kept
            self.adopted = adopted
        }
    }

    /// Starts to read the configuration and the model again.
    func beginReload() -> SetupReading? {
        guard let reading else { return nil }
        return SetupReading { [stream] in try reading(stream) }
    }

    /// Applies a configuration that was read. One that cannot be used changes nothing and is logged.
    ///
    /// Subscribers stay connected; numbers of blocks and ids of tracks continue. If neither the network nor its input changed, the network
    /// continues and no block is lost. Otherwise network and tracks start again.
    func adopt(_ result: Result<Setup, any Error>) {
        let setup: Setup
        do {
            setup = try result.get()
        } catch {
            return log.error("not reloaded, the previous configuration stays in force: \(error)")
        }
        switch setup.analysis {
        case .kept: break
        case .adjusted(let gate, let viewpoint):
            // The ring stores the audio meanwhile.
            audio.stopAnalysis()
            audio.loop.pipeline.adopt(gate: gate, viewpoint: viewpoint)
            startAnalysis()
        case .renewed(let pipeline):
            let loop = AnalysisLoop(stream: stream, pipeline: pipeline, sinks: sinks, health: health, timings: timings)
            loop.warmUp()
            do throws(AudioError) {
                try replace(audio, with: AudioSide(capture: setup.capture ?? audio.capture, loop: loop))
            } catch {
                return log.error("not reloaded, the previous configuration stays in force: \(error)")
            }
        }
        if let microphone = setup.microphone { monitor?.expect(microphone) }
        setup.adopted()
        log.logLevel = setup.logLevel
        hello = setup.hello
        announce()
        for name in setup.kept { log.warning("\(name) changed: takes effect when the daemon is restarted") }
        log.notice("reloaded", metadata: ["source": "\(hello.source)"])
    }

    /// - Throws: why the new source cannot be started; then the old part continues, or waits for its source.
    private func replace(_ old: AudioSide, with new: AudioSide) throws(AudioError) {
        let changesSource = old.capture !== new.capture
        if changesSource {
            old.capture.stop()
            old.drain()
        }
        old.stopAnalysis()
        new.loop.takePlace(of: old.loop)
        audio = new
        startAnalysis()
        guard changesSource else { return }
        do throws(AudioError) {
            try promoted(options.priority) { () throws(AudioError) in try new.capture.start() }
        } catch {
            new.stopAnalysis()
            audio = old
            startAnalysis()
            promoted(options.priority) { old.capture.resume() }
            throw error
        }
        report(new.capture)
    }
}
