import Dataset
import DatasetSupport
import Features
import Foundation
import Tensor
import Testing

/// The layouts of DCASE 2019 to 2024, and what people make of them.
@Suite struct DatasetLayoutTests {
    private let folder = LayoutFolder()

    /// Empty files; layouts use names only.
    private func put(_ paths: String...) throws {
        for path in paths {
            let file = URL(fileURLWithPath: "\(folder.root)/\(path)")
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: file)
        }
    }

    private func names(_ folds: [Int], _ format: DatasetFormat = .foa) throws -> [String] {
        try folder.layout(format).development(folds: folds).recordings.map(\.name)
    }

    @Test func names2019() throws {
        try put("foa_dev/split1_ir0_ov1_1.wav", "metadata_dev/split1_ir0_ov1_1.csv")
        try put("foa_dev/split2_ir3_ov2_40.wav", "metadata_dev/split2_ir3_ov2_40.csv")
        #expect(try names([1]) == ["split1_ir0_ov1_1"] && names([2]) == ["split2_ir3_ov2_40"])
        #expect(RecordingName("split2_ir3_ov2_40") == RecordingName(fold: 2, room: 3, mix: 40, overlap: 2))
    }

    @Test func evaluationSets2020And2021() throws {
        try put("foa_eval/mix001.wav", "foa_eval/mix002.wav", "metadata_eval/mix002.csv")
        let recordings = try folder.layout().evaluation()
        #expect(recordings.map(\.name) == ["mix001", "mix002"] && recordings.map { $0.metadata != nil } == [false, true])
    }

    @Test func names2021() throws {
        for (part, fold) in [("dev-train", 1), ("dev-train", 4), ("dev-val", 5), ("dev-test", 6)] {
            let name = "fold\(fold)_room1_mix001"
            try put("mic_dev/\(part)/\(name).wav", "metadata_dev/\(part)/\(name).csv")
        }
        let recordings = try folder.layout(.mic).development(folds: [1, 2, 3, 4, 6]).recordings
        #expect(recordings.map(\.name) == [1, 4, 6].map { "fold\($0)_room1_mix001" })
        #expect(recordings.map(\.part) == [.training, .training, .test])
        #expect(recordings[2].audio == "\(folder.root)/mic_dev/dev-test/fold6_room1_mix001.wav")
        #expect(recordings[2].metadata == "\(folder.root)/metadata_dev/dev-test/fold6_room1_mix001.csv")
        #expect(RecordingName("fold6_room1_mix001") == RecordingName(fold: 6, room: 1, mix: 1, overlap: nil))
        #expect(RecordingName(fold: 6, room: 1, mix: 1, overlap: nil).text == "fold6_room1_mix001")
    }

    @Test func roomsOfTwoMakers2022To2024() throws {
        for part in ["dev-train-sony", "dev-train-tau", "dev-test-sony", "dev-test-tau"] {
            let name = "fold\(part.contains("train") ? 3 : 4)_room\(part.hasSuffix("tau") ? 2 : 21)_mix001"
            try put("foa_dev/\(part)/\(name).wav", "metadata_dev/\(part)/\(name).csv")
        }
        #expect(try names([3]) == ["fold3_room21_mix001", "fold3_room2_mix001"])
        #expect(try names([4]) == ["fold4_room21_mix001", "fold4_room2_mix001"])
    }

    @Test func theFolderGivesTheFoldIfTheNameDoesNot() throws {
        for part in ["dev-train-sony", "dev-val", "dev-test"] {
            try put("foa_dev/\(part)/hall_\(part).wav", "metadata_dev/\(part)/hall_\(part).csv")
        }
        #expect(try names(DatasetLayout.trainingFolds) == ["hall_dev-train-sony"])
        #expect(try names(DatasetLayout.validationFolds) == ["hall_dev-val"])
        #expect(try names(DatasetLayout.testFolds) == ["hall_dev-test"])
    }

    @Test func labelsMayLieInOtherFolders() throws {
        try put("foa_dev/fold1_room1_mix001.wav", "metadata_dev/dev-test/fold1_room1_mix001.csv")
        try put("foa_dev/dev-test/fold1_room1_mix002.wav", "metadata_dev/fold1_room1_mix002.csv")
        let recordings = try folder.layout().development(folds: [1]).recordings
        #expect(
            recordings.map { $0.metadata?.dropFirst(folder.root.count) } == [
                "/metadata_dev/dev-test/fold1_room1_mix001.csv", "/metadata_dev/fold1_room1_mix002.csv",
            ])
        try put("metadata_dev/dev-train/fold1_room1_mix001.csv")
        #expect(message { _ = try names([1]) }.contains("expected one csv named fold1_room1_mix001, found dev-test/"))
        try put("metadata_dev/fold1_room1_mix001.csv")
        #expect(try names([1]).count == 2, "the one beside it")
    }

    @Test func suffixesInCapitals() throws {
        try put("foa_dev/fold1_room1_mix001.WAV", "metadata_dev/fold1_room1_mix001.CSV")
        let recording = try folder.layout().development(folds: [1]).recordings[0]
        #expect(recording.name == "fold1_room1_mix001")
        #expect(recording.audio.hasSuffix(".WAV") && recording.metadata?.hasSuffix(".CSV") == true)
    }

    @Test func linksToFoldersAreFollowedAndDoNotLoop() throws {
        try put("elsewhere/fold1_room1_mix001.wav", "metadata_dev/dev-test/fold1_room1_mix001.csv", "foa_dev/._fold1_room1_mix009.wav")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.root)/foa_dev/dev-test", withDestinationPath: "\(folder.root)/elsewhere")
        #expect(try names([1]) == ["fold1_room1_mix001"])
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.root)/metadata_dev/back", withDestinationPath: "\(folder.root)/metadata_dev")
        #expect(try names([1]) == ["fold1_room1_mix001"])
    }

    @Test func twoRecordingsOfOneNameAreRefused() throws {
        for part in ["dev-train-sony", "dev-train-tau"] {
            try put("foa_dev/\(part)/fold3_room1_mix001.wav", "metadata_dev/\(part)/fold3_room1_mix001.csv")
        }
        try put("foa_dev/fold1_room1_mix001.wav", "metadata_dev/fold1_room1_mix001.csv")
        #expect(
            message { _ = try names([3]) }.contains(
                "expected one recording named fold3_room1_mix001, found dev-train-sony/fold3_room1_mix001.wav and dev-train-tau/"))
        #expect(try names([1]).count == 1, "other folds are ignored")
        try put("foa_eval/a/mix001.wav", "foa_eval/b/mix001.wav")
        #expect(message { _ = try folder.layout().evaluation() }.contains("expected one recording named mix001"))
    }

    @Test func skippedRecordingsAreReported() throws {
        try put("foa_dev/fold1_room1_mix001.wav", "foa_dev/fold2_room1_mix001.wav", "foa_dev/test.wav", "foa_dev/fold_x.wav")
        try put("metadata_dev/fold1_room1_mix001.csv", "metadata_dev/fold1_room1_mix002.csv", "metadata_dev/fold2_room1_mix002.csv")
        let remarks = try folder.layout().development(folds: [1]).remarks
        #expect(remarks.count == 2)
        #expect(remarks[0].hasPrefix("\(folder.root)/foa_dev/fold_x.wav: 2 recordings without a fold in their names are skipped"))
        #expect(remarks[1] == "\(folder.root)/metadata_dev/fold1_room1_mix002.csv: 1 csv files have no recording in \(folder.root)/foa_dev")
    }

    @Test func theExistingFoldsAreNamed() throws {
        try put("foa_dev/fold3_room1_mix001.wav", "foa_dev/fold4_room1_mix001.wav", "metadata_dev/x.csv")
        #expect(message { _ = try names([2]) }.contains("expected recordings of fold 2, found those of fold 3-4"))
        let other = LayoutFolder()
        try other.put("scene", [0, 0, 0, 0], rows: [])
        #expect(message { _ = try other.layout().development(folds: [1]) }.contains("name files fold<k>_room<r>_mix<nnn>.wav"))
    }

    // MARK: - Mixtures of them

    private func recording(_ path: String, blocks: Int = 4, rows: [String] = ["0,1,0,10,0"]) throws {
        try folder.put(path, LayoutFolder.noise(path, blocks: blocks), rows: rows)
    }

    @Test func namesWithoutOverlapUseTheLabels() throws {
        try recording("dev-train/fold3_room1_mix001")
        try recording("dev-train/fold3_room1_mix002", rows: ["0,1,0,10,0", "1,1,1,90,0"])
        try recording("dev-train/fold3_room1_mix003", rows: ["0,1,0,10,0", "0,1,1,90,0"])
        try recording("dev-train/fold3_room1_mix004", rows: [])
        let out = LayoutFolder()
        var settings = MixtureWriter.Settings()
        (settings.folds, settings.times) = ([3], 1)
        let writer = try MixtureWriter(dataset: folder.root, folder: out.root, settings: settings)
        #expect(writer.pairs.pairs.map { Set([$0.first, $0.second]) } == [["fold3_room1_mix001", "fold3_room1_mix002"]])
        #expect(try writer.write().written == 1)
        #expect(try out.text("fold3_room1_mix005_ov2").split(separator: "\n").count == 3)
    }

    @Test func roomsOfOneRecordingAreMixedAcrossRoomsOnRequest() throws {
        for (room, overlap) in [(1, 1), (2, 1), (3, 2)] { try recording("fold3_room\(room)_mix001_ov\(overlap)") }
        let out = LayoutFolder()
        var settings = MixtureWriter.Settings()
        settings.times = 1
        #expect(message { _ = try MixtureWriter(dataset: folder.root, folder: out.root, settings: settings) }.contains("nothing to mix"))
        settings.partners = .any
        let writer = try MixtureWriter(dataset: folder.root, folder: out.root, settings: settings)
        #expect(writer.pairs.pairs.map(\.name) == ["fold3_room0_mix002_ov2"])
    }
}
