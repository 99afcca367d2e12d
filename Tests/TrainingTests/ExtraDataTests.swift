import Dataset
import DatasetSupport
import Features
import Foundation
import Tensor
import Testing
import Training

/// Several folders of recordings in one training.
@Suite struct ExtraDataTests {
    private let dataset = LayoutFolder()
    private let extra = LayoutFolder()
    private let name = "fold3_room1_mix001_ov1"

    init() throws {
        for (folder, seed) in [(dataset, "one"), (extra, "two")] {
            try folder.put(name, LayoutFolder.noise(seed, blocks: 3), rows: ["0,1,0,10,0"])
            try folder.put("fold2_room1_mix001_ov1", LayoutFolder.noise("validation" + seed, blocks: 3), rows: ["0,1,0,10,0"])
        }
    }

    private func load(_ extra: [LayoutFolder]) throws -> TrainingData {
        try TrainingData(
            layout: dataset.layout(), extra: extra.map { $0.layout() }, kind: .foaIntensity, slots: 2,
            cache: "\(dataset.root)/cache", threads: 2
        ) { _ in }
    }

    /// Frames of every training recording; the mapped files live as long as the data.
    private func frames(_ data: TrainingData) -> [[Float]] {
        withExtendedLifetime(data) { data.training.map { $0.features.frames.array } }
    }

    @Test func theSameNameInTwoFoldersIsTwoRecordings() throws {
        let first = frames(try load([]))
        let other = try TrainingData(
            layout: extra.layout(), kind: .foaIntensity, slots: 2, cache: "\(extra.root)/cache", threads: 1
        ) { _ in }
        let second = frames(other)
        #expect(first != second)
        #expect(frames(try load([extra])) == first + second)
    }

    @Test func bothCachesAreKept() throws {
        func caches() throws -> [String: Date] {
            let folder = "\(dataset.root)/cache"
            var found: [String: Date] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder) where path.hasSuffix(".features") {
                found[path] = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")[.modificationDate] as? Date
            }
            return found
        }
        _ = try load([extra])
        let first = try caches()
        // A training recording each, and the validation recording of the first.
        #expect(first.count == 3)
        _ = try load([extra])
        #expect(try caches() == first)
    }

    @Test func onlyTheFirstValidates() throws {
        let data = try load([extra])
        #expect(data.training.map(\.name) == [name, name] && data.validation.count == 1)
    }

    @Test func theFingerprintCoversThem() throws {
        let alone = try load([]).fingerprint
        let both = try load([extra]).fingerprint
        #expect(alone != both)
        // Other labels under the same name, as another seed of `augment` writes them.
        try "0,1,0,11,0\n".write(toFile: extra.metadata(name), atomically: true, encoding: .utf8)
        let changed = try load([extra]).fingerprint
        #expect(changed != both)
        try "0,1,0,10,0\n".write(toFile: extra.metadata(name), atomically: true, encoding: .utf8)
        #expect(try load([extra]).fingerprint == both)
        // Other audio under the same name and labels.
        try extra.put(name, LayoutFolder.noise("three", blocks: 3))
        #expect(try load([extra]).fingerprint != both)
    }

    @Test func validationCountsToo() throws {
        let name = "fold2_room1_mix001_ov1"
        let before = try load([]).validationFingerprint
        #expect(try load([]).validationFingerprint == before)
        try "0,1,0,11,0\n".write(toFile: dataset.metadata(name), atomically: true, encoding: .utf8)
        let relabelled = try load([]).validationFingerprint
        try dataset.put(name, LayoutFolder.noise("other", blocks: 3))
        #expect(Set([before, relabelled, try load([]).validationFingerprint]).count == 3)
    }

    @Test func sharedCachesReportRebuiltFeatures() throws {
        #expect(try load([]).warnings == [])
        // Another data set at the same path, with the same names.
        for name in [name, "fold2_room1_mix001_ov1"] { try dataset.put(name, LayoutFolder.noise("new" + name, blocks: 3)) }
        let warnings = try load([]).warnings
        #expect(warnings.count == 1 && warnings[0].hasPrefix("\(dataset.root)/cache: the features of 2 recordings"), "\(warnings)")
        #expect(try load([]).warnings == [])
    }

    @Test func aFolderIsNotAcceptedTwice() throws {
        #expect { _ = try load([extra, extra]) } throws: { "\($0)".contains("\(extra.root): expected every folder of recordings once") }
        #expect { _ = try load([dataset]) } throws: { "\($0)".contains("found it twice") }
    }
}
