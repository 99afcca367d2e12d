import ArgumentParser
import Audio
import Configuration
import Daemon
import Diagnosis
import Formats
import Logging
import Networks
import Pipeline
import Signal
import TrackFeed

/// What the options and the configuration file mean for `run`, at the start and at each reload.
struct DaemonPlan {
    let configuration: BearingConfiguration
    let model: LiveModel

    init(_ options: RunOptions) throws {
        configuration = try options.configuration()
        model = try LiveModel(configuration)
    }

    var daemonOptions: Daemon.Options {
        var options = Daemon.Options(addresses: configuration.socket.places)
        options.access = configuration.socket.access
        options.limits = configuration.socket.limits
        options.priority = configuration.realtime.enabled ? configuration.realtime.priority : nil
        options.recording = recording
        options.microphone = microphone
        return options
    }

    private var microphone: Microphone { Microphone(model.microphone, convention: configuration.input.ambisonics ?? .ambix) }

    private var recording: RecordPlan? {
        let record = configuration.record
        return record.path.map {
            var plan = RecordPlan(folder: $0, fileSeconds: record.fileSeconds, limit: record.limitMegabytes * 1_000_000)
            plan.writer = ["/proc/self/exe", RecordWriter.command, "--level", logLevel.rawValue]
            return plan
        }
    }

    /// The daemon adds the source's own settings once it is open.
    var hello: FeedHello {
        let latency = FeedLatency(
            lookAhead: Double(FrameLayout.blockMilliseconds * model.file.architecture.lookAhead), resampler: 0,
            encoder: 1000 * model.input.latency)
        var hello = FeedHello(
            name: "bearing \(Bearing.configuration.version)", format: model.input.format.rawValue,
            source: configuration.input.source.description, model: model.path,
            maximumTracks: model.file.architecture.maximumTracks,
            latencyMilliseconds: latency.sum)
        hello.latency = latency
        hello.elevation = model.input.elevation
        return hello
    }

    var logLevel: Logger.Level { configuration.log.level.loggerLevel }

    /// The parts of the plan in force that a reload compares. The numbers of the model exist in the pipeline only.
    struct Identity {
        let configuration: BearingConfiguration
        let channels: FileChannels
        let model: LiveModel.Identity
    }

    var identity: Identity { Identity(configuration: configuration, channels: model.input.channels, model: model.identity) }

    /// The changes that a running daemon takes over, compared with `running`.
    func setup(after running: Identity, on stream: CaptureStream) throws -> Daemon.Setup {
        guard model.input.channelCount == stream.channels else {
            throw Failure(
                .configuration,
                "input: expected \(stream.channels) channels as at the start, found \(model.input.channelCount): restart the daemon to change "
                    + "their number")
        }
        let (input, before) = (configuration.input, running.configuration.input)
        let keepsSource =
            input.source == before.source && input.channels == before.channels && input.loop == before.loop
            && model.input.channels == running.channels
        var setup = Daemon.Setup(
            capture: keepsSource ? nil : try configuration.makeCapture(on: stream, channels: model.input.channels),
            analysis: keepsSource ? model.analysis(after: running.model) : .renewed(model.makePipeline()),
            hello: hello, logLevel: logLevel,
            kept: [
                ("[socket]", configuration.socket == running.configuration.socket),
                ("[record]", configuration.record == running.configuration.record),
                ("[realtime]", configuration.realtime == running.configuration.realtime),
            ].filter { !$0.1 }.map(\.0))
        setup.microphone = microphone
        return setup
    }
}
