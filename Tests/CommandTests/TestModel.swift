import Features
import Formats
import Kernels
import Networks
import Tracking

/// A small model with random weights whose gate lets nearly everything through.
enum TestModel {
    static func write(
        to path: String, form: DOAnetArchitecture.Form = .live, hasActivity: Bool = true, lookAhead: Int = 0
    ) throws {
        let kind = FeatureKind.foaIntensity
        let count = FrameTiming.melBands * kind.channels
        var gate = GateSettings()
        gate.openThreshold = 0.4
        gate.stayThreshold = 0.3
        gate.openBlocks = 1
        let architecture = DOAnetArchitecture(
            form: form, channels: kind.channels, filters: 16, gruWidth: 16, headWidth: 16, maximumTracks: 2,
            lookAhead: lookAhead)
        try ModelFile(
            parameters: DOAnetParameters(architecture, seed: 3),
            scaler: FeatureScaler(
                kind: kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count)),
            gate: gate, array: "foa", hasActivity: hasActivity, facts: [:]
        ).save(to: path)
    }
}
