import Audio
import Configuration
import Features
import Formats
import Foundation
import Networks
import TestSupport
import Testing
import Tracking

@testable import bearing

/// The effect of format, array and convention in `run`, `check` and `localize`, before any audio.
@Suite struct ModelInputTests {
    private func model(_ kind: FeatureKind) -> ModelFile {
        let architecture = DOAnetArchitecture(
            form: .live, channels: kind.channels, filters: 4, gruWidth: 4, headWidth: 4, maximumTracks: 2, lookAhead: 0)
        let count = FrameTiming.melBands * kind.channels
        return ModelFile(
            parameters: DOAnetParameters(architecture, seed: 3),
            scaler: FeatureScaler(
                kind: kind, mean: Array(repeating: 0, count: count), deviation: Array(repeating: 1, count: count)),
            gate: GateSettings(), array: kind == .foaIntensity ? "foa" : "tetrahedral", facts: [:])
    }

    private func input(
        _ kind: FeatureKind, format: AudioFormat? = nil, array: String? = nil, ambisonics: AmbisonicConvention? = nil
    ) throws -> ModelInput {
        var input = BearingConfiguration().input
        (input.format, input.array, input.ambisonics) = (format, array, ambisonics)
        return try ModelInput(input, model: model(kind), at: "m.safetensors")
    }

    @Test func formatAndArrayDefaultToThoseOfTheModel() throws {
        #expect(try input(.foaIntensity).format == .foa)
        #expect(try input(.micPhase).format == .mic)
        let encoded = try input(.foaIntensity, array: "aformat-cardioid")
        #expect(encoded.format == .aformat && encoded.encoding != nil && encoded.latency > 0 && encoded.warnings.isEmpty)
        #expect(try input(.foaIntensity, ambisonics: .n3d).encoding == EncodingFilters(from: .n3d))
        #expect(try input(.foaIntensity, ambisonics: .ambix).encoding == nil)
        #expect(try input(.foaIntensity).channels == .declared && input(.foaIntensity, ambisonics: .fuma).channels == .ambisonics(.fuma))
        #expect(try input(.micPhase).channels == .capsules && encoded.channels == .capsules)
        #expect(try input(.foaIntensity, ambisonics: .fuma).encoding == EncodingFilters(from: .fuma))
    }

    @Test func eachFormatHasAModelThatShips() throws {
        for (format, kind) in [(nil, FeatureKind.foaCovariance), (.foa, .foaCovariance), (.aformat, .foaCovariance), (.mic, .micCoherence)]
            as [(AudioFormat?, FeatureKind)]
        {
            var configuration = BearingConfiguration()
            configuration.input.format = format
            if format == .aformat { configuration.input.array = "aformat-cardioid" }
            #expect(try LiveModel(configuration).file.features == kind)
        }
    }

    @Test func anArrayOtherThanTheModelsIsReportedWithFigures() throws {
        #expect(try input(.micPhase, array: "tau-nigens-mic").warnings.isEmpty)
        let warnings = try input(.micPhase, array: "aformat-cardioid").warnings
        #expect(warnings.count == 1)
        #expect(
            warnings.first?.contains("was trained on (tetrahedral): mount open instead of rigid-sphere, capsule[0] -65 % in radius")
                == true, "\(warnings)")
    }

    @Test func capsulesThatNeitherModelNorEncoderTakesAreRefused() throws {
        let six = #expect(throws: Failure.self) { try input(.micPhase, array: "respeaker-6-mic-hat-all") }
        #expect(
            six?.lines.first?.contains("expected 4 capsules, which m.safetensors was trained on, found 6: use a model for any array")
                == true)
        #expect(six?.kind == .configuration)
        let eight = try input(.foaIntensity, format: .aformat, array: "eigenmike-8")
        #expect(eight.encoding?.inputs == 8 && eight.channelCount == 8)
        #expect(try input(.micPhase).channelCount == 4)
    }

    @Test func channelsAreThoseOfTheArray() throws {
        func load(_ array: String, _ channels: [Int]) throws -> LiveModel {
            var configuration = BearingConfiguration()
            (configuration.input.format, configuration.input.array) = (.mic, array)
            configuration.input.channels = try ChannelMap(channels)
            return try LiveModel(configuration)
        }
        #expect(try load("uma-8-all", Array(0..<7)).input.channelCount == 7)
        let few = #expect(throws: Failure.self) { try load("uma-8-all", [2, 3, 5, 6]) }
        #expect(
            few?.lines.first?.contains("channels: expected 7 channel numbers, one for each capsule of miniDSP UMA-8, all seven, found 4")
                == true
        )
    }

    @Test func aRefinementThatAModelCannotUseIsReported() throws {
        let path = temporaryPath(".safetensors")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try model(.foaIntensity).save(to: path)
        var configuration = BearingConfiguration()
        configuration.model.path = path
        #expect(try LiveModel(configuration).warnings.isEmpty)
        configuration.gate[.refinement] = 0.1
        let warnings = try LiveModel(configuration).warnings
        #expect(warnings == ["gate.refinement: not used, since the features of \(path), foa-intensity, have no directions of single bands"])
        configuration.model.path = nil
        #expect(try LiveModel(configuration).warnings.isEmpty)
    }

    @Test func anArrayThatFOADoesNotNeedIsReported() throws {
        let heard = try input(.foaIntensity, format: .foa, array: "tau-nigens-mic")
        #expect(heard.encoding == nil && heard.warnings.count == 1 && heard.warnings[0].contains("not used"))
    }

    @Test func anInputThatDoesNotFitTheModelIsRefused() {
        func fault(_ body: () throws -> ModelInput) -> String {
            do {
                _ = try body()
                return "none"
            } catch {
                return "\(error)"
            }
        }
        #expect(fault { try input(.foaIntensity, format: .mic) }.contains("expected a model for format mic, found one for foa"))
        #expect(
            fault { try input(.micPhase, format: .aformat, array: "aformat-cardioid") }
                .contains("expected a model for format foa, found one for mic"))
        #expect(fault { try input(.micPhase, ambisonics: .fuma) }.contains("ambisonics: expected fuma with format foa only"))
    }
}
