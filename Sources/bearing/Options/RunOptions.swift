import ArgumentParser
import Audio
import Configuration
import Options
import TrackFeed

/// What `run` and `check` are told: a configuration file, and options that beat it.
struct RunOptions: ParsableArguments {
    @Option(help: "The configuration file (config/bearing.toml explains every option).")
    var config: String?

    @Option(help: "alsa:NAME, file:PATH or demo.")
    var source: String?

    @OptionGroup var channels: ChannelOptions

    @Option(help: "The network (default: the one that ships with Bearing).")
    var model: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Where subscribers connect: PATH, @NAME, systemd, tcp:PORT or tcp:ADDRESS:PORT. May be given several times.")
    var socket: [String] = []

    @Option(
        help: ArgumentHelp(
            "Keep what is heard and told in this folder: the latest hour and a half, for a case to be looked at later.", valueName: "dir"))
    var record: String?

    /// The file with the options laid over it.
    /// - Throws: every fault of both at once.
    func configuration() throws -> BearingConfiguration {
        var (configuration, faults) = BearingConfiguration.read(config)
        if let source {
            if let parsed = InputSource(source) {
                configuration.input.source = parsed
            } else {
                faults.append(.option("--source", InputSource.expected, source))
            }
        }
        faults += channels.lay(over: &configuration.input)
        if channels.channels != nil, configuration.input.source == .demo {
            faults.append(
                ConfigurationFault(
                    file: "command line", place: "--channels", expected: "a microphone or a file as source",
                    found: "demo, whose four channels are used as they are"))
        }
        if let model { configuration.model.path = model }
        if let record { configuration.record.path = record }
        if !socket.isEmpty { configuration.socket.addresses = [] }
        for text in socket {
            if let address = FeedAddress(text), address.canBeServed {
                configuration.socket.addresses?.append(address)
            } else {
                faults.append(.option("--socket", FeedAddress.expected, text))
            }
        }
        guard faults.isEmpty else { throw Failure(ConfigurationError(faults)) }
        return configuration
    }
}

/// What a source's channels are, for commands that hear one.
struct ChannelOptions: ParsableArguments {
    @Option(help: "foa, mic or aformat: capsules that are encoded to foa (default: what the model hears).")
    var format: String?

    @Option(
        help: ArgumentHelp(
            "Which four channels of the source are used, in their order, counted from 0, such as 1,2,3,4.", valueName: "a,b,c,d"))
    var channels: String?

    @Option(help: "The capsules of mic and aformat: an array file, or the name of one in arrays/ (aformat-cardioid, tau-nigens-mic...).")
    var array: String?

    @Option(help: "Order and scaling of foa: ambix (ACN, SN3D), fuma or n3d (default: what a file says of itself, else ambix).")
    var ambisonics: String?

    /// - Returns: a fault for each option that cannot be.
    func lay(over input: inout BearingConfiguration.Input) -> [ConfigurationFault] {
        var faults: [ConfigurationFault] = []
        if let format {
            if let parsed = AudioFormat(rawValue: format) {
                input.format = parsed
            } else {
                faults.append(.option("--format", "foa, mic or aformat", format))
            }
        }
        if let channels {
            let numbers = channels.split(separator: ",", omittingEmptySubsequences: false).map { Int($0.trimmingPrefix(" ")) }
            if !numbers.contains(nil), let map = try? ChannelMap(numbers.compactMap(\.self), inverted: input.channels?.inverted ?? []) {
                input.channels = map
            } else {
                faults.append(.option("--channels", "four different channel numbers from 0 up, such as 1,2,3,4", channels))
            }
        }
        if let array { input.array = array }
        if let ambisonics {
            if let parsed = AmbisonicConvention(rawValue: ambisonics) {
                input.ambisonics = parsed
            } else {
                faults.append(.option("--ambisonics", AmbisonicConvention.expected, ambisonics))
            }
        }
        return faults
    }
}

extension ConfigurationFault {
    /// An option of the command line that cannot be.
    static func option(_ name: String, _ expected: String, _ found: String) -> ConfigurationFault {
        ConfigurationFault(file: "command line", place: name, expected: expected, found: "\"\(found)\"")
    }
}

extension BearingConfiguration {
    /// What a file says, or the defaults where there is none, and its faults, to be told with those of the options over it.
    static func read(_ file: String?) -> (configuration: BearingConfiguration, faults: [ConfigurationFault]) {
        guard let file else { return (BearingConfiguration(), []) }
        do {
            return (try ConfigurationFile.load(file), [])
        } catch {
            return (BearingConfiguration(), error.faults)
        }
    }

    /// The source of audio, not yet started.
    ///
    /// - Parameters:
    ///   - channels: what is known of a file's.
    ///   - speed: of a file, times real time.
    ///   - past: frames of a file that count as played already.
    func makeCapture(
        on stream: CaptureStream = CaptureStream(), channels: FileChannels, speed: Int = 1, past: Int = 0
    ) throws -> any CaptureSource {
        let loops = input.loop
        return switch input.source {
        case .alsa(let name): ALSACapture(device: name, map: input.channels, stream: stream)
        case .file(let path):
            FileCapture(path: path, map: input.channels, channels: channels, loops: loops, speed: speed, past: past, stream: stream)
        case .demo: FileCapture(path: try Resources.find(Resources.demo), loops: loops, speed: speed, past: past, stream: stream)
        }
    }
}
