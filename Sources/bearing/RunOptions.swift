import ArgumentParser
import Audio
import Configuration
import Options

/// What `run` and `check` are told: a configuration file, and options that beat it.
struct RunOptions: ParsableArguments {
    @Option(help: "The configuration file (config/bearing.toml explains every option).")
    var config: String?

    @Option(help: "alsa:NAME, file:PATH or demo.")
    var source: String?

    @Option(help: "foa or mic (default: what the model hears).")
    var format: String?

    @Option(help: "The network (default: the one that ships with Bearing).")
    var model: String?

    @Option(help: "Where subscribers connect.")
    var socket: String?

    /// The file with the options laid over it.
    /// - Throws: every fault of both at once.
    func configuration() throws -> BearingConfiguration {
        var configuration = BearingConfiguration()
        var faults: [ConfigurationFault] = []
        if let config {
            do {
                configuration = try ConfigurationFile.load(config)
            } catch {
                faults = error.faults
            }
        }
        if let source {
            if let parsed = InputSource(source) {
                configuration.input.source = parsed
            } else {
                faults.append(fault("--source", InputSource.expected, source))
            }
        }
        if let format {
            if let parsed = AudioFormat(rawValue: format) {
                configuration.input.format = parsed
            } else {
                faults.append(fault("--format", "foa or mic", format))
            }
        }
        if let model { configuration.model.path = model }
        if let socket { configuration.socket.path = socket }
        guard faults.isEmpty else { throw Failure(ConfigurationError(faults)) }
        return configuration
    }

    private func fault(_ option: String, _ expected: String, _ found: String) -> ConfigurationFault {
        ConfigurationFault(file: "command line", place: option, expected: expected, found: "\"\(found)\"")
    }
}

extension BearingConfiguration {
    /// The source of audio, not yet started.
    func makeCapture() throws -> any CaptureSource {
        let stream = CaptureStream()
        return switch input.source {
        case .alsa(let name): ALSACapture(device: name, map: input.channels, stream: stream)
        case .file(let path): FileCapture(path: path, map: input.channels, loops: input.loop, stream: stream)
        case .demo: FileCapture(path: try Resources.find(Resources.demo), loops: input.loop, stream: stream)
        }
    }
}
