import Audio
import Configuration
import Features
import Formats
import Networks
import Pipeline
import Tracking

/// A model that can hear live, loaded and fitted with the gate that the configuration wants.
struct LiveModel {
    let path: String
    let file: ModelFile
    let gate: GateSettings

    /// - Parameters: `path` nil stands for the model that ships with the program; `format` nil for whatever the model hears.
    init(path: String?, format: AudioFormat?, gate wanted: BearingConfiguration.Gate = BearingConfiguration().gate) throws {
        self.path = try path ?? Resources.find(Resources.model)
        do {
            file = try ModelFile.load(self.path)
        } catch {
            throw Failure(error)
        }
        guard file.architecture.form == .live else {
            throw Failure(
                .badData,
                "\(self.path): expected a model of form live, found \(file.architecture.form.rawValue): "
                    + "only the live form hears block by block; use `bearing evaluate` or another model")
        }
        guard file.tellsActivity else {
            throw Failure(
                .badData,
                "\(self.path): expected a model that tells activity, found one trained on directions alone: "
                    + "use `bearing evaluate`, or train with an activity term")
        }
        let heard = Self.format(of: file.features)
        if let format, format != heard {
            throw Failure(
                .configuration,
                "\(self.path): expected a model for format \(format.rawValue), found one for \(heard.rawValue): "
                    + "give --format \(heard.rawValue) or another --model")
        }
        gate = try Self.merged(file.gate, wanted)
    }

    var format: AudioFormat { Self.format(of: file.features) }

    func makePipeline() -> LocalizationPipeline {
        LocalizationPipeline(parameters: file.parameters, scaler: file.scaler, gate: gate)
    }

    private static func format(of features: FeatureKind) -> AudioFormat { features == .foaIntensity ? .foa : .mic }

    private static func merged(_ gate: GateSettings, _ wanted: BearingConfiguration.Gate) throws -> GateSettings {
        var gate = gate
        if let value = wanted.openThreshold { gate.openThreshold = value }
        if let value = wanted.openBlocks { gate.openBlocks = value }
        if let value = wanted.stayThreshold { gate.stayThreshold = value }
        if let value = wanted.coastBlocks { gate.coastBlocks = value }
        if let value = wanted.jumpDegrees { gate.jumpDegrees = value }
        if let value = wanted.duplicateDegrees { gate.duplicateDegrees = value }
        if let value = wanted.smoothing { gate.smoothing = value }
        guard gate.stayThreshold <= gate.openThreshold else {
            throw Failure(
                .configuration,
                "gate.stay_threshold: expected at most gate.open_threshold (\(gate.openThreshold)), "
                    + "found \(gate.stayThreshold): what the configuration does not set comes from the model file")
        }
        return gate
    }
}
