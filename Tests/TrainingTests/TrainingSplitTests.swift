import Dataset
import DatasetSupport
import Features
import Tensor
import Testing
import Training

/// Trainings on data sets of other layouts, and on folds that these keep for another purpose.
@Suite struct TrainingSplitTests {
    private let folder = LayoutFolder()

    private func recording(_ path: String, blocks: Int = 4, rows: [String] = ["0,1,0,10,0"]) throws {
        try folder.put(path, LayoutFolder.noise(path, blocks: blocks), rows: rows)
    }

    private func load(_ folds: FoldSplit) throws -> TrainingData {
        try TrainingData(
            layout: folder.layout(), folds: folds, kind: .foaIntensity, slots: 2, cache: "\(folder.root)/cache", threads: 1
        ) { _ in }
    }

    @Test func anySplitTrains() throws {
        try recording("dev-train-sony/fold3_room21_mix001", rows: ["0,1,0,10,0,180", "1,1,0,350,0,180", "1,2,1,10,0,200"])
        try recording("dev-train-tau/fold3_room2_mix001")
        try recording("dev-test-tau/fold4_room2_mix001")
        let data = try load(FoldSplit(training: FoldList([3]), validation: FoldList([4])))
        #expect(data.training.map(\.name) == ["fold3_room21_mix001", "fold3_room2_mix001"])
        #expect(data.validation.map(\.name) == ["fold4_room2_mix001"])
        // Two sources at once are not mixed, even if the name does not give the overlap.
        #expect(data.training.map { $0.mixable != nil } == [false, true])
        #expect(
            data.warnings.contains {
                $0.hasSuffix("fold3_room21_mix001.csv:2: 1 azimuths above 180 degrees in 1 csv files are reduced by 360")
            })
        #expect(data.warnings.contains { $0.contains("fold4_room2_mix001.wav: 1 recordings of dev-test are validated on") })
        #expect(data.warnings.count == 2)
        withExtendedLifetime(data) {
            let v = data.training[0].labels.references
            // 350 degrees, in the second block.
            #expect(abs(v[2 * 3 + 1] + 0.173648) < 1e-5)
        }
    }

    @Test func trainingOnATestSetCausesAWarning() throws {
        for (part, fold) in [("dev-train", 3), ("dev-val", 5), ("dev-test", 6), ("dev-train", 2)] {
            try recording("\(part)/fold\(fold)_room1_mix001")
        }
        let warnings = try load(FoldSplit()).warnings
        #expect(warnings.count == 2)
        #expect(warnings[0].contains("/dev-val/fold5_room1_mix001.wav: 2 recordings of dev-val are trained on: select others"))
        #expect(warnings[1].contains("/dev-train/fold2_room1_mix001.wav: 1 recordings of dev-train are validated on"))
    }
}
