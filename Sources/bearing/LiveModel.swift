import Audio
import Configuration
import Daemon
import Diagnosis
import Features
import Formats
import Networks
import Pipeline
import Tracking
import Training

/// A model for live audio or, in `localize`, whole recordings, with the configured gate and the conversion of the source's
/// channels to its input.
struct LiveModel: Sendable {
    let path: String
    let file: ModelFile
    let gate: GateSettings
    let input: ModelInput
    /// Warnings about the configuration, a line each.
    let warnings: [String]
    private let viewpoint: Viewpoint
    private let array: ArrayTables
    /// Shared by the pipelines of recordings; nil for a model that runs block by block.
    private let recordings: RecordingNetwork?

    /// - Parameters:
    ///   - configuration: the model, its input, and the options of its reports.
    ///   - acceptsRecordings: whether a model of form paper, which needs a whole recording, is accepted.
    init(_ configuration: BearingConfiguration, acceptsRecordings: Bool = false) throws {
        path = try configuration.model.path ?? Self.defaultModel(for: configuration.input)
        viewpoint = configuration.viewpoint
        do {
            file = try ModelFile.load(path)
        } catch {
            throw Failure(error)
        }
        guard acceptsRecordings || file.architecture.form == .live else {
            throw Failure(
                .badData,
                "\(path): expected a model of form live, found \(file.architecture.form.rawValue): "
                    + "only the live form runs block by block; use `bearing localize` or another model")
        }
        guard file.hasActivity else {
            throw Failure(
                .badData,
                "\(path): expected a model with activity outputs, found one trained on directions only: "
                    + "use `bearing evaluate`, or train with an activity term")
        }
        input = try ModelInput(configuration.input, of: configuration.file, model: file, at: path)
        gate = try Self.merged(file.gate, configuration)
        var array = file.tables(of: input.geometry, refines: gate.refinement > 0)
        array.elevation = input.elevation
        self.array = array
        recordings = file.architecture.form == .paper ? RecordingNetwork(DOAnetSequence.Weights(file.parameters)) : nil
        warnings =
            (configuration.gate[.refinement] ?? 0) > 0 && !file.features.hasFullCovariance
            ? input.warnings + [
                "gate.refinement: not used, since the features of \(path), \(file.features.rawValue), have no directions of single bands"
            ] : input.warnings
    }

    /// The expected meaning of the channels.
    var microphone: MicrophoneKind {
        input.format == .foa ? .ambisonics : .capsules(input.geometry ?? file.geometry ?? .tetrahedral)
    }

    /// What the array can tell, and a format that suits it better, for `check`; nothing of Ambisonics.
    var arrayLines: [String] {
        guard case .capsules(let array) = microphone else { return [] }
        let angles = array.isHorizontal ? "azimuths, and elevations without sign," : "azimuths and elevations"
        let observed =
            ArrayResolution(of: array).map { resolution in
                let error = String((resolution.error * 10).rounded() / 10)
                let range = resolution.frequencies
                return "\(angles) from \(Self.rounded(range.lowerBound)) to \(Self.rounded(range.upperBound)) Hz; "
                    + "error at 20 dB \(error) degrees\(array.isHorizontal ? " of azimuth" : "")"
            } ?? "no directions at 20 dB in any third of an octave"
        guard file.features.isArrayIndependent, array.suitsEncoding else { return ["array       \(array.name): \(observed)"] }
        let advice =
            "its capsules are within 3 cm of their centre: --format aformat finds more sources, except where noise comes from one side "
            + "(models/README.md)"
        return ["array       \(array.name): \(observed)", "advice      \(advice)"]
    }

    /// Two digits of a frequency in Hz.
    private static func rounded(_ frequency: Double) -> Int {
        let unit = frequency < 1000 ? 10.0 : 100
        return Int((frequency / unit).rounded() * unit)
    }

    func makePipeline() -> LocalizationPipeline {
        LocalizationPipeline(
            parameters: file.parameters, scaler: file.scaler, gate: gate, array: array, encoding: input.encoding,
            viewpoint: viewpoint)
    }

    /// Identifies what a pipeline of this model computes, without its numbers.
    struct Identity: Hashable {
        /// Settings that cannot change in a running pipeline.
        struct Network: Hashable {
            let digest: UInt64
            let architecture: DOAnetArchitecture
            let features: FeatureKind
            let geometry: ArrayGeometry?
            let encoding: EncodingFilters?
            let isRefined: Bool
        }

        let network: Network
        let gate: GateSettings
        let viewpoint: Viewpoint
    }

    var identity: Identity {
        let network = Identity.Network(
            digest: file.digest, architecture: file.architecture, features: file.features,
            geometry: file.features.isArrayIndependent ? input.geometry : file.geometry,
            encoding: input.encoding, isRefined: gate.refinement > 0)
        return Identity(network: network, gate: gate, viewpoint: viewpoint)
    }

    /// The change from a running daemon's model to this one.
    func analysis(after running: Identity) -> Daemon.Setup.Analysis {
        let own = identity
        guard own.network == running.network else { return .renewed(makePipeline()) }
        return own == running ? .kept : .adjusted(gate, viewpoint)
    }

    /// The features of such a pipeline, for commands that compute them apart from it.
    func makeFeatureStream() -> FeatureStream {
        FeatureStream(file.features, channels: array.channels, encoding: input.encoding)
    }

    /// Channels of their frames for each band.
    var frameChannels: Int { file.features.frameChannels(of: array.channels) }

    /// For a recording that is analysed as a whole.
    func makeRecordingPipeline() -> RecordingPipeline {
        RecordingPipeline(
            network: recordings ?? RecordingNetwork(DOAnetSequence.Weights(file.parameters)), scaler: file.scaler, gate: gate,
            array: array, encoding: input.encoding, viewpoint: viewpoint)
    }

    private static func defaultModel(for input: BearingConfiguration.Input) throws -> String {
        let array = input.format == .mic ? try input.array.map { try ModelInput.load(Resources.array($0)) } : nil
        return try Resources.find(Resources.model(for: input.format, array: array))
    }

    private static func merged(_ gate: GateSettings, _ configuration: BearingConfiguration) throws -> GateSettings {
        var gate = gate
        for (key, value) in configuration.gate { key.set(value, in: &gate) }
        guard gate.stayThreshold <= gate.openThreshold else {
            throw Failure(
                .configuration,
                "\(configuration.file.map { "\($0): " } ?? "")gate.stay_threshold: expected at most gate.open_threshold (\(gate.openThreshold)), "
                    + "found \(gate.stayThreshold): keys that the configuration does not set come from the model file")
        }
        return gate
    }
}
