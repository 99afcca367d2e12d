import Dataset
import DatasetSupport
import Formats
import Foundation
import Geometry
import Kernels
import Losses
import Networks
import Reproduction
import Synchronization
import Testing
import Tracking
import Training

@Suite struct ReproductionTests {
    /// Two recordings to mix, one that wants mixtures, one each to validate and to test.
    private func dataset() throws -> SmallDataset {
        let dataset = try SmallDataset(folds: [])
        for (seed, name) in [
            "fold3_room1_mix001_ov1", "fold3_room1_mix002_ov1", "fold3_room1_mix003_ov2", "fold2_room1_mix001_ov1",
            "fold1_room1_mix001_ov1", "fold1_room1_mix002_ov1",
        ].enumerated() { try dataset.write(name: name, seed: UInt64(seed)) }
        return dataset
    }

    private func reproduction(
        _ dataset: SmallDataset, seeds: [UInt64] = [1], rate: Float = 3e-3, folder: String = "table",
        change: (inout Reproduction.Settings) -> Void = { _ in }
    ) -> Reproduction {
        var training = TrainingSettings(
            architecture: DOAnetArchitecture(
                form: .paper, channels: 7, filters: 4, gruWidth: 4, headWidth: 4, maximumTracks: 2))
        (training.batch, training.blocks, training.epochs, training.stepsPerEpoch) = (4, 12, 2, 2)
        training.augmentation = .none
        training.learningRate = rate
        var settings = Reproduction.Settings(training: training)
        settings.formats = [.foa]
        settings.seeds = seeds
        settings.mixtures = 1
        change(&settings)
        return Reproduction(
            settings: settings, dataset: dataset.root, folder: "\(dataset.root)/\(folder)",
            hungarian: HungarianFile(parameters: HungarianParameters(2, width: 8, seed: 1), facts: [:]))
    }

    /// Runs, and lists the trainings that were not there yet.
    private func run(_ reproduction: Reproduction) throws -> (results: [TableResult], trained: [TableCell]) {
        let trained = Mutex<[TableCell]>([])
        let results = try reproduction.run { event in
            if case .started(let cell, _) = event { trained.withLock { $0.append(cell) } }
        }
        return (results, trained.withLock { $0 })
    }

    @Test func everyRowIsTrainedOnceAndKept() throws {
        let dataset = try dataset()
        let reproduction = reproduction(dataset)
        let (results, trained) = try run(reproduction)
        #expect(results.map(\.cell.row) == TableRow.allCases && trained == reproduction.cells)
        #expect(results.map { $0.gated != nil } == [false, false, false, true, true])
        for result in results {
            let tuned = "\(dataset.root)/table/runs/\(result.cell.name)/tuned.safetensors"
            #expect(try result.gate == (result.cell.row.hasActivity ? ModelFile.load(tuned).gate : nil))
        }
        for result in results {
            #expect(result.everyOutput.recordings.map(\.name) == ["fold1_room1_mix001_ov1", "fold1_room1_mix002_ov1"])
            // Two outputs in each block, whatever the row.
            #expect(result.everyOutput.pooled.clear.predictions == 2 * 2 * dataset.seconds * 10)
        }
        // What differs between rows is the loss: none may come out like another.
        #expect(Set(results.map { $0.everyOutput.pooled.paper.angleSum }).count == 5)

        let (again, trainedAgain) = try run(reproduction)
        #expect(trainedAgain.isEmpty && again.map(\.everyOutput) == results.map(\.everyOutput))

        // A lost result comes back from its finished training.
        let lost = results[1].cell
        try FileManager.default.removeItem(atPath: "\(dataset.root)/table/results/\(lost.name).json")
        let (third, trainedThen) = try run(reproduction)
        #expect(trainedThen == [lost] && third[1].everyOutput == results[1].everyOutput)
    }

    /// Faults of a data set or the settings are found before anything is trained.
    @Test(arguments: [
        ("metadata_dev/fold1_room1_mix002_ov1.csv", "expected its labels"),
        ("foa_dev/fold3_room1_mix003_ov2.wav", "nothing to mix"), ("foa_dev/fold2_room1_mix001_ov1.wav", "expected recordings of fold 2"),
    ])
    func missingInputsAreFoundBeforeTheFirstTraining(file: String, said: String) throws {
        let dataset = try dataset()
        try FileManager.default.removeItem(atPath: "\(dataset.root)/\(file)")
        let trained = Mutex<[TableCell]>([])
        let result = Result {
            try reproduction(dataset).run { event in if case .started(let cell, _) = event { trained.withLock { $0.append(cell) } } }
        }
        #expect { try result.get() } throws: { "\($0)".contains(said) }
        #expect(trained.withLock { $0 } == [])
    }

    @Test func badTestRecordingsAndAnotherNetworkAreFoundBeforeTheFirstTraining() throws {
        let dataset = try dataset()
        try "0,0,0,10\n".write(toFile: dataset.metadata("fold1_room1_mix002_ov1"), atomically: true, encoding: .utf8)
        #expect { _ = try run(reproduction(dataset)) } throws: { "\($0)".contains("fold1_room1_mix002_ov1.csv:1: expected 5 or 6 columns") }
        #expect(!FileManager.default.fileExists(atPath: "\(dataset.root)/table/runs"))
        let whole = try self.dataset()
        let wide = Reproduction(
            settings: reproduction(whole).settings, dataset: whole.root, folder: "\(whole.root)/table",
            hungarian: HungarianFile(parameters: HungarianParameters(3, width: 8, seed: 1), facts: [:]))
        #expect { _ = try wide.run { _ in } } throws: { "\($0)".contains("expected a Hungarian network for 2 tracks, found one for 3") }
        #expect(!FileManager.default.fileExists(atPath: "\(whole.root)/table"))
    }

    /// Scenes of `bearing synth` have one room each.
    @Test func scenesWithSeparateRoomsAreMixedAcrossRooms() throws {
        let dataset = try SmallDataset(folds: [])
        for (seed, name) in [
            "fold3_room1_mix001_ov1", "fold3_room2_mix001_ov1", "fold3_room3_mix001_ov2", "fold2_room4_mix001_ov1",
            "fold1_room5_mix001_ov1",
        ].enumerated() { try dataset.write(name: name, seed: UInt64(seed)) }
        let notes = Mutex<[String]>([])
        let results = try reproduction(dataset).run { event in if case .note(let note) = event { notes.withLock { $0.append(note) } } }
        #expect(results.count == 5 && notes.withLock { $0 }.count == 1 && notes.withLock { $0 }[0].contains("of different rooms"))
        #expect(FileManager.default.fileExists(atPath: "\(dataset.root)/table/mixtures-foa/foa_dev/fold3_room0_mix002_ov2.wav"))
    }

    @Test func resultsOfOtherSettingsAreRefused() throws {
        let dataset = try dataset()
        _ = try run(reproduction(dataset))
        let error = #expect(throws: TrainingError.self) { _ = try run(reproduction(dataset, rate: 1e-3)) }
        #expect("\(error!)".contains("foa-mse-seed1.json") && "\(error!)".contains("--out"))
        #expect("\(error!)".contains("optimizer.learning_rate: 0.003 there, 0.001 now"))
    }

    /// A data set of the same name, with the same recordings by name, size and labels.
    @Test func resultsOfAnotherDataSetAreRefused() throws {
        let dataset = try dataset()
        _ = try run(reproduction(dataset))
        let name = "fold1_room1_mix002_ov1"
        let labels = try String(contentsOfFile: dataset.metadata(name), encoding: .utf8)
        try dataset.write(name: name, seed: 99)
        try labels.write(toFile: dataset.metadata(name), atomically: true, encoding: .utf8)
        let error = #expect(throws: TrainingError.self) { _ = try run(reproduction(dataset)) }
        #expect("\(error!)".contains("data: ") && "\(error!)".contains("--out"))
    }

    /// Of the rows that are asked for, with the temperatures in the fingerprint.
    @Test func rowsOfAnotherAssociationAreOtherTrainings() throws {
        let dataset = try dataset()
        let results = try TrackingLossSettings.Association.allCases.map { association in
            let table = reproduction(dataset, folder: association.rawValue) { settings in
                settings.rows = [.augmentedMOTpMOTaActivity]
                settings.weights.association = association
            }
            let results = try run(table).results
            #expect(results.map(\.cell.row) == [.augmentedMOTpMOTaActivity])
            return results[0]
        }
        #expect(Set(results.map { $0.everyOutput.pooled.paper.angleSum }).count == 3)
        let warmer = reproduction(dataset, folder: "sinkhorn") { settings in
            settings.rows = [.augmentedMOTpMOTaActivity]
            (settings.weights.association, settings.weights.sinkhornStart) = (.sinkhorn, 0.3)
        }
        let error = #expect(throws: TrainingError.self) { _ = try run(warmer) }
        #expect("\(error!)".contains("loss.sinkhorn_start: 0.2 there, 0.3 now"))
    }

    @Test func furtherSeedsAreForTheRowsWithActivity() throws {
        let cells = reproduction(try dataset(), seeds: [1, 2, 3]).cells
        #expect(cells.count == 5 + 2 + 2 && Set(cells).count == 9)
        let others = cells.filter { $0.seed > 1 && !$0.row.hasActivity }
        #expect(others.isEmpty)
    }

    @Test func rowsUseTheirOwnTerms() {
        var weights = TrackingLossSettings()
        (weights.positionWeight, weights.trackingWeight, weights.activityWeight) = (2, 3, 4)
        let terms = TableRow.allCases.map { row in
            let loss = row.loss(weights)
            return [loss.squaredErrorWeight, loss.positionWeight, loss.trackingWeight, loss.activityWeight]
        }
        #expect(terms == [[1, 0, 0, 0], [0, 2, 0, 0], [0, 2, 0, 0], [0, 2, 0, 4], [0, 2, 3, 4]])
    }
}

@Suite struct TableReportTests {
    private static let blocks = 50

    /// Recordings of one source at the front with tracks some degrees off, which change their id once on request.
    private func scores(degrees: [Float], switches: [Bool]) -> MetricsReport {
        var accumulator = MetricsAccumulator()
        for (index, (error, changes)) in zip(degrees, switches).enumerated() {
            let reference = LabelledDirection(identity: 0, direction: .front)
            accumulator.add(
                name: "\(index)", references: Array(repeating: [reference], count: Self.blocks),
                predictions: (0..<Self.blocks).map { block in
                    [
                        LabelledDirection(
                            identity: changes && block > 20 ? 1 : 0, direction: Direction(azimuth: error, elevation: 0))
                    ]
                })
        }
        return accumulator.report()
    }

    private func report() -> TableReport {
        let seeds: [UInt64] = [1, 2]
        var results: [TableResult] = []
        for (row, error) in zip(TableRow.allCases, [16, 8, 7, 6, 5] as [Float]) {
            for seed in row.hasActivity ? seeds : [1] {
                let spread = Float(seed) - 1
                let report = scores(
                    degrees: [error + spread, error, error - 1],
                    switches: row == .augmentedMOTpActivity ? [true, true, true] : [false, false, false])
                results.append(
                    TableResult(
                        cell: TableCell(format: .foa, row: row, seed: seed), fingerprint: "", bestEpoch: 1,
                        gate: row.hasActivity ? GateSettings() : nil, gated: row.hasActivity ? report : nil, everyOutput: report))
            }
        }
        var settings = Reproduction.Settings(
            training: TrainingSettings(architecture: DOAnetArchitecture(form: .paper, channels: 7)))
        (settings.formats, settings.seeds) = ([.foa], seeds)
        return TableReport(results: results, settings: settings, command: "bearing reproduce table1")
    }

    @Test func markdownHasBothSetsOfFiguresAndTheConclusions() {
        let text = report().markdown
        // (16 + 16 + 15) / 3 and, over both seeds, (5 + 5 + 4 + 6 + 5 + 4) / 6.
        #expect(text.contains("| MSE | 15.7 (25.4) | – (–) |"), "\(text)")
        #expect(text.contains("| dMOTp+dMOTa+Act, augmented | 4.8 (9.5) | 98.0 (70.5) | 12.0 (22.8) | 100.0 (88.1) |"), "\(text)")
        #expect(text.contains("LE of dMOTp is 0.49 of that of MSE (in the paper 0.54)"))
        #expect(text.contains("LE(MSE) > LE(dMOTp) > LE(dMOTp+Act): holds"))
        // One switch in each recording of 5 s less, without any spread.
        #expect(text.contains("dMOTa changes switches/min by -12.00 (-12.00 to -12.00): the interval does not contain 0"), "\(text)")
        #expect(text.contains("dMOTa changes LR by +0.00 (+0.00 to +0.00): the interval contains 0"), "\(text)")
    }

    @Test func jsonHoldsEveryCellAndTheEffects() throws {
        let text = report().json
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let cells = try #require(object?["cells"] as? [[String: Any]])
        #expect(cells.count == 7 && cells[0]["row"] as? String == "mse")
        let effects = try #require(object?["effect_of_dMOTa"] as? [String: [String: [String: Any]]])
        #expect(effects["foa"]?["switches_per_minute"]?["contains_zero"] as? Bool == false)
    }
}
