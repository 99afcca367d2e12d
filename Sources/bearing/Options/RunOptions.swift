import ArgumentParser
import Audio
import Configuration
import Options
import TrackFeed

/// Options of `run` and `check`: a configuration file, and options that override it.
struct RunOptions: ParsableArguments {
    @Option(help: "Configuration file (config/bearing.toml explains every key).")
    var config: String?

    @Option(help: "Source of audio: alsa:NAME, file:PATH or demo.")
    var source: String?

    @OptionGroup var channels: ChannelOptions

    @Option(help: "Model file (default: the model that ships with Bearing).")
    var model: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Address for subscribers: PATH, @NAME, systemd, tcp:PORT or tcp:ADDRESS:PORT. May be repeated.")
    var socket: [String] = []

    @Option(
        help: ArgumentHelp(
            "Folder that keeps the latest 90 minutes of audio and tracks, for later analysis.", valueName: "dir"))
    var record: String?

    /// The configuration file, with the options applied to it.
    /// - Throws: all faults of both at once.
    func configuration() throws -> BearingConfiguration {
        var (configuration, faults) = BearingConfiguration.read(config)
        if let source {
            if let parsed = InputSource(source) {
                configuration.input.source = parsed
            } else {
                faults.append(.option("--source", InputSource.expected, source))
            }
        }
        faults += channels.apply(to: &configuration.input)
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

/// Options that describe a source's channels.
struct ChannelOptions: ParsableArguments {
    @Option(help: "Channel format: foa, mic, or aformat for capsules that are encoded to foa (default: the model's format).")
    var format: String?

    @Option(
        help: ArgumentHelp(
            "Channels of the source to use, three to eight, in order, counted from 0, such as 1,2,3,4 or 0-7.", valueName: "a,b,c..."))
    var channels: String?

    @Option(help: "Microphone array of mic and aformat: an array file, or a name in arrays/ (aformat-cardioid, tau-nigens-mic...).")
    var array: String?

    @Option(help: "Order and scaling of foa: ambix (ACN, SN3D), fuma or n3d (default: declared by the file, else ambix).")
    var ambisonics: String?

    /// - Returns: a fault for each invalid option.
    func apply(to input: inout BearingConfiguration.Input) -> [ConfigurationFault] {
        var faults: [ConfigurationFault] = []
        if let format {
            if let parsed = AudioFormat(rawValue: format) {
                input.format = parsed
            } else {
                faults.append(.option("--format", "foa, mic or aformat", format))
            }
        }
        if let channels {
            if let map = ChannelMap(option: channels, inverted: input.channels?.inverted ?? []) {
                input.channels = map
            } else {
                faults.append(.option("--channels", ChannelMap.expectedOption, channels))
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

extension ChannelMap {
    static let expectedOption = "\(ChannelMap.expected), such as 1,2,3,4 or 0-7"

    /// The text of --channels, numbers and ranges; nil for another.
    init?(option text: String, inverted: [Int] = []) {
        var numbers: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0.trimmingPrefix(" ")) }
            guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, first <= last, last - first < 256 else {
                return nil
            }
            numbers += first...last
        }
        guard let map = try? ChannelMap(numbers, inverted: inverted) else { return nil }
        self = map
    }
}

extension ConfigurationFault {
    /// A fault of a command-line option.
    static func option(_ name: String, _ expected: String, _ found: String) -> ConfigurationFault {
        ConfigurationFault(file: "command line", place: name, expected: expected, found: "\"\(found)\"")
    }
}

extension BearingConfiguration {
    /// The contents of a file, or the defaults without one, and its faults, which are reported together with those of the
    /// options.
    static func read(_ file: String?) -> (configuration: BearingConfiguration, faults: [ConfigurationFault]) {
        guard let file else { return (BearingConfiguration(), []) }
        do {
            return (try ConfigurationFile.load(file), [])
        } catch {
            return (BearingConfiguration(), error.faults)
        }
    }

    /// Opens the source of audio without starting it.
    ///
    /// - Parameters:
    ///   - stream: of as many channels as the source delivers.
    ///   - channels: what a file's channels are known to contain.
    ///   - speed: of a file, relative to real time.
    ///   - past: frames of a file that count as already played.
    func makeCapture(
        on stream: CaptureStream, channels: FileChannels, speed: Int = 1, past: Int = 0
    ) throws -> any CaptureSource {
        let loops = input.loop
        return switch input.source {
        case .alsa(let name): ALSACapture(device: name, map: input.channels, period: realtime.periodMilliseconds, stream: stream)
        case .file(let path):
            FileCapture(path: path, map: input.channels, channels: channels, loops: loops, speed: speed, past: past, stream: stream)
        case .demo: FileCapture(path: try Resources.find(Resources.demo), loops: loops, speed: speed, past: past, stream: stream)
        }
    }
}
