import Dataset
import Features
import Formats
import Foundation
import Losses
import Networks
import Options
import TestSupport
import Testing
import Training

@testable import Training

@Suite struct TrainingConfigurationTests {
    private func parsed(_ text: String) throws(ConfigurationError) -> TrainingConfiguration {
        try TrainingConfiguration(text: text, file: "t.toml", folder: "/etc/bearing")
    }

    /// The faults of a text, each as its line.
    private func faults(_ text: String) -> [String] {
        do {
            _ = try parsed(text)
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").path

    private func shipped() throws -> String { try String(contentsOfFile: "\(root)/config/training.toml", encoding: .utf8) }

    @Test(arguments: [("foa-live", 384), ("mic-live", 256)])
    func theRecipeOfTheLiveModelsGivesTheirNetwork(_ name: String, gruWidth: Int) throws {
        let model = try ModelFile.load("\(root)/models/\(name).safetensors")
        let options = [
            CommandLineOption("--format", section: "data", key: "format", .text(String(name.prefix(3)))),
            CommandLineOption("--features", section: "network", key: "features", .text(model.features.rawValue)),
            CommandLineOption("--gru-width", section: "network", key: "gru_width", .integer(gruWidth)),
        ]
        let recipe = try TrainingConfiguration(file: "\(root)/config/live.toml", options: options)
        #expect(recipe.settings.architecture == model.architecture)
    }

    @Test func theShippedFileHasTheDefaults() throws {
        #expect(try shipped() == TrainingConfiguration().toml, "generate it: bearing train --print-config > config/training.toml")
        #expect(try "\(parsed(shipped()))" == "\(TrainingConfiguration())")
    }

    /// A key without a default has an example.
    @Test func theExamplesOfTheShippedFileAreValid() throws {
        let option = try Regex("^# ([a-z_]+ = .*)$").anchorsMatchLineEndings()
        let found = try parsed(shipped().replacing(option) { String($0.output[1].substring ?? "") })
        #expect(found.dataset == "/etc/bearing/scenes" && found.cache == "/etc/bearing/features")
        #expect(found.initial == "/etc/bearing/models/foa-live.safetensors")
        #expect(found.features == .foaIntensity && found.settings.licence == "CC BY-NC 4.0")
        #expect(found.hnet == "/etc/bearing/models/hnet-2.safetensors")
        // The keys of the other loss show its defaults.
        let other = try parsed(
            shipped().replacing(option) { String($0.output[1].substring ?? "") }.replacing(
                "kind = \"assignment\"", with: "kind = \"tracking\""))
        #expect(other.settings.loss == .tracking(TrackingLossSettings()))
    }

    /// A file in which every key has another value than its default.
    private let changed = """
        [network]
        form = "paper"
        filters = 9
        gru_width = 10
        head_width = 11
        max_tracks = 3
        look_ahead = 2
        features = "mic-phase"
        initial = "/m"
        [data]
        dataset = "/d"
        extra = ["/e", "f"]
        train_folds = "1,3-4"
        validation_folds = 5
        format = "mic"
        cache = "/c"
        cache_bits = 16
        [training]
        epochs = 5
        steps_per_epoch = 6
        batch = 7
        blocks = 8
        seed = 3
        threads = 4
        licence = "a \\"b\\" \\\\ \\u0009 ö"
        [optimizer]
        learning_rate = 0.0017
        warmup = 12
        schedule = "plateau"
        plateau_epochs = 3
        clip = 2
        averaging = 0.9
        [stopping]
        patience = 4
        [augmentation]
        gain_min = -3.3
        gain_max = 4
        rotations = false
        masks = 2
        masked_bands = 5
        mix = 0.4
        mix_partners = "any"
        mix_level = 7
        [loss]
        kind = "assignment"
        window = 0
        activity_degrees = 25
        match_weight = 0.15
        distance = "raw"
        position_weight = 0.1
        activity_weight = 0.2
        mse_weight = 0.3
        motp_weight = 0.4
        mota_weight = 0.5
        switch_weight = 0.6
        association_gradient = 0.7
        association = "exact"
        sinkhorn_start = 0.9
        sinkhorn_end = 0.05
        hnet = "/h"
        teacher = "/t"
        teacher_weight = 0.8
        """

    @Test func everyKeyIsReadAndWritten() throws {
        let found = try parsed(changed)
        let other = try parsed(changed.replacing("\"assignment\"", with: "\"tracking\""))
        for section in TrainingKey.sections {
            for key in section.keys {
                let values = Set([found, other].compactMap { key.value($0) })
                let standard = key.value(TrainingConfiguration()) ?? key.example
                // A key without a default has an example, which the texts above do not use.
                #expect(!values.isEmpty && values != [standard], "\(section.name).\(key.name)")
            }
        }
        for configuration in [found, other] { #expect(try "\(parsed(configuration.toml))" == "\(configuration)") }
        let settings = found.settings
        #expect(
            settings.architecture
                == DOAnetArchitecture(
                    form: .paper, channels: 7, filters: 9, gruWidth: 10, headWidth: 11, maximumTracks: 3, lookAhead: 2))
        #expect(settings.learningRate == 0.0017 && settings.clip == 2 && settings.averaging == 0.9)
        #expect(settings.augmentation.gain == -3.3...4)
        var assignment = AssignmentLossSettings()
        assignment.distance = .raw
        (assignment.activityDegrees, assignment.matchWeight) = (25, 0.15)
        (assignment.window, assignment.positionWeight, assignment.activityWeight) = (nil, 0.1, 0.2)
        #expect(settings.loss == .assignment(assignment) && found.teacher == "/t" && found.teacherWeight == 0.8)
        var tracking = TrackingLossSettings()
        (tracking.association, tracking.activityWeight, tracking.squaredErrorWeight) = (.exact, 0.2, 0.3)
        (tracking.positionWeight, tracking.trackingWeight, tracking.switchWeight) = (0.4, 0.5, 0.6)
        (tracking.associationGradient, tracking.sinkhornStart, tracking.sinkhornEnd) = (0.7, 0.9, 0.05)
        #expect(other.settings.loss == .tracking(tracking) && other.hnet == "/h")
        #expect(found.extra == ["/e", "/etc/bearing/f"])
        #expect(found.folds == FoldSplit(training: FoldList([1, 3, 4]), validation: FoldList([5])))
        #expect(settings.licence == "a \"b\" \\ \t ö")
        #expect(found.toml.contains("\nfilters = 9  # 1 to 1024; default: 128\n"))
    }

    @Test(arguments: [
        ("[network]\nform = \"fast\"", "network.form: expected one of paper, live, found the string \"fast\""),
        ("[network]\nfilters = 64.0", "network.filters: expected an integer from 1 to 1024, found the number 64.0"),
        ("[network]\nmax_tracks = 5", "network.max_tracks: expected an integer from 1 to 4, found the integer 5"),
        (
            "[network]\nfeatures = \"mic-phase\"",
            "network.features: expected features of the format foa, found mic-phase"
        ),
        ("[data]\ntrain_folds = \"6-3\"", "data.train_folds: expected folds such as 1, 3-6 or 1,3-6, found the string \"6-3\""),
        ("[data]\ntrain_folds = \"1-3\"", "data.train_folds: expected folds other than the training folds, found 2 in both"),
        ("[data]\ncache_bits = 24", "data.cache_bits: expected 16 or 32, found the integer 24"),
        ("[data]\nformat = \"wxyz\"", "data.format: expected one of foa, mic, found the string \"wxyz\""),
        ("[training]\nseed = -1", "training.seed: expected an integer from 0 to 9223372036854775807, found the integer -1"),
        (
            "[training]\nthreads = 33",
            "training.threads: expected at least one sequence for each thread, found a batch of 32 for 33 threads"
        ),
        (
            "[optimizer]\nlearning_rate = 0",
            "optimizer.learning_rate: expected a number from 1e-09 to 1.0, found the integer 0"
        ),
        (
            "[optimizer]\nlearning_rate = nan",
            "optimizer.learning_rate: expected a number from 1e-09 to 1.0, found the number nan"
        ),
        (
            "[optimizer]\nschedule = \"step\"",
            "optimizer.schedule: expected one of cosine, constant, plateau, found the string \"step\""
        ),
        ("[stopping]\npatience = true", "stopping.patience: expected an integer from 0 to 100000, found true"),
        (
            "[augmentation]\ngain_max = -40",
            "augmentation.gain_max: expected gain_min at most gain_max, found -36.0 and -40.0"
        ),
        ("[augmentation]\nmasks = [1]", "augmentation.masks: expected an integer from 0 to 64, found the array [1]"),
        ("[loss]\nkind = \"mse\"", "loss.kind: expected one of assignment, tracking, found the string \"mse\""),
        ("[loss]\nmotp_weight = -1", "loss.motp_weight: expected a number from 0.0 to 1000.0, found the integer -1"),
        (
            "[loss]\nassociation = \"optimal\"",
            "loss.association: expected one of hnet, exact, sinkhorn, found the string \"optimal\""
        ),
        ("[loss]\nsinkhorn_end = 0", "loss.sinkhorn_end: expected a number from 0.001 to 100.0, found the integer 0"),
        ("[loss]\nsinkhorn_start = 0.01", "loss.sinkhorn_start: expected sinkhorn_end at most sinkhorn_start, found 0.02 and 0.01"),
        (
            "[training]\nbatches = 3",
            "training.batches: expected one of the keys batch, blocks, epochs, licence, seed, steps_per_epoch, threads, "
                + "found an unknown key: did you mean training.batch?"
        ),
        ("training = 1", "training: expected a table, [training], found the integer 1"),
    ])
    func eachFaultIsNamed(_ text: String, _ line: String) {
        #expect(faults(text) == ["t.toml: \(line)"])
    }

    @Test func allFaultsAreFoundAtOnce() {
        let text = "[network]\nform = 1\nfilter = 3\n[training]\nepochs = 0\nthreads = 50\n[extra]\n"
        #expect(faults(text).count == 5)
    }

    @Test(arguments: ["[loss]\nwindow = 3\nwindow = 4", "[loss]\n\nwindow = ", "[loss\n"])
    func invalidTOMLIsReportedWithItsLine(_ text: String) {
        let found = faults(text)
        let line = text.hasPrefix("[loss\n") ? 1 : 3
        #expect(found.count == 1 && found[0].hasPrefix("t.toml: line \(line), column"), "\(found)")
    }

    @Test func optionsOverrideTheFileAndAreNamedAsTyped() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        let file = "\(folder)/t.toml"
        try "[network]\nfilters = 16\ngru_width = 24\n[data]\ndataset = \"../d\"\ncache = \"c\"\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let found = try TrainingConfiguration(
            file: file,
            options: [
                CommandLineOption("--filters", section: "network", key: "filters", .integer(32)),
                CommandLineOption("--cache", section: "data", key: "cache", .text("here")),
            ])
        #expect(found.settings.architecture.filters == 32 && found.settings.architecture.gruWidth == 24)
        #expect(found.dataset == URL(fileURLWithPath: folder).deletingLastPathComponent().path + "/d")
        #expect(found.cache == "here")

        try "[network]\nfilters = 0\n[augmentation]\ngain_max = 3\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let error = #expect(throws: ConfigurationError.self) {
            try TrainingConfiguration(
                file: file,
                options: [
                    CommandLineOption("--gru-width", section: "network", key: "gru_width", .integer(0)),
                    CommandLineOption("--gain-min", section: "augmentation", key: "gain_min", .number(9)),
                ])
        }
        #expect(
            error?.faults.map(\.description) == [
                "\(file): network.filters: expected an integer from 1 to 1024, found the integer 0",
                "command line: --gru-width: expected an integer from 1 to 1024, found the integer 0",
                "command line: --gain-min: expected gain_min at most gain_max, found 9.0 and 3.0",
            ])
    }

    @Test func aMissingFileIsAFault() {
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(file: "/nowhere/t.toml", options: []) }
        #expect(
            error?.description == "/nowhere/t.toml: expected a configuration file in UTF-8, found nothing there: check the path")
    }
}
