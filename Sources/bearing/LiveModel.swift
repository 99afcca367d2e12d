import Audio
import Configuration
import Diagnosis
import Features
import Formats
import Networks
import Pipeline
import Tracking
import Training

/// A model that can hear live or, for `localize`, a whole recording, fitted with the gate that the configuration wants and with what makes its input of the source's
/// channels.
struct LiveModel {
    let path: String
    let file: ModelFile
    let gate: GateSettings
    let input: ModelInput
    /// What is odd about the configuration, a line each.
    let warnings: [String]
    private let viewpoint: Viewpoint
    private let steering: SteeringVectors?

    /// - Parameters:
    ///   - configuration: which model, what its input is, and what is told of what it hears.
    ///   - hearsRecordings: whether a model will do that wants to hear a recording as a whole.
    init(_ configuration: BearingConfiguration, hearsRecordings: Bool = false) throws {
        path = try configuration.model.path ?? Resources.find(Resources.model(for: configuration.input.format))
        viewpoint = configuration.viewpoint
        do {
            file = try ModelFile.load(path)
        } catch {
            throw Failure(error)
        }
        guard hearsRecordings || file.architecture.form == .live else {
            throw Failure(
                .badData,
                "\(path): expected a model of form live, found \(file.architecture.form.rawValue): "
                    + "only the live form hears block by block; use `bearing localize` or another model")
        }
        guard file.tellsActivity else {
            throw Failure(
                .badData,
                "\(path): expected a model that tells activity, found one trained on directions alone: "
                    + "use `bearing evaluate`, or train with an activity term")
        }
        input = try ModelInput(configuration.input, of: configuration.file, model: file, at: path)
        gate = try Self.merged(file.gate, configuration)
        steering = gate.refinement > 0 ? file.steering : nil
        warnings =
            (configuration.gate[.refinement] ?? 0) > 0 && !file.features.tellsWaves
            ? input.warnings + [
                "gate.refinement: not used, as \(path) hears \(file.features.rawValue), which tells nothing of single bands"
            ] : input.warnings
    }

    /// What the channels should be.
    var microphone: MicrophoneKind {
        input.format == .foa ? .ambisonics : .capsules(input.geometry ?? file.geometry ?? .tetrahedral)
    }

    func makePipeline() -> LocalizationPipeline {
        LocalizationPipeline(
            parameters: file.parameters, scaler: file.scaler, gate: gate, steering: steering, encoding: input.encoding,
            viewpoint: viewpoint)
    }

    /// For a recording that is heard as a whole.
    func makeRecordingPipeline() -> RecordingPipeline {
        RecordingPipeline(
            parameters: file.parameters, scaler: file.scaler, gate: gate, steering: steering, encoding: input.encoding,
            viewpoint: viewpoint)
    }

    private static func merged(_ gate: GateSettings, _ configuration: BearingConfiguration) throws -> GateSettings {
        var gate = gate
        for (key, value) in configuration.gate { key.set(value, in: &gate) }
        guard gate.stayThreshold <= gate.openThreshold else {
            throw Failure(
                .configuration,
                "\(configuration.file.map { "\($0): " } ?? "")gate.stay_threshold: expected at most gate.open_threshold (\(gate.openThreshold)), "
                    + "found \(gate.stayThreshold): what the configuration does not set comes from the model file")
        }
        return gate
    }
}
