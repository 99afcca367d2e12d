import Audio
import Dataset
import DatasetSupport
import Features
import Formats
import Foundation
import Testing
import Training

/// Which array a data set of capsules was made with.
@Suite struct ArrayOfDataTests {
    private let folder = LayoutFolder()

    private func write(_ geometry: ArrayGeometry) throws {
        try FileManager.default.createDirectory(atPath: folder.root, withIntermediateDirectories: true)
        try ArrayFile.text(of: geometry).write(toFile: "\(folder.root)/array.toml", atomically: true, encoding: .utf8)
    }

    private let wide = ArrayGeometry(
        name: "wide", mount: .open, capsules: ArrayGeometry.tetrahedral.capsules.map { .init(position: $0.position * 2) })

    @Test func theArrayIsThatOfTheDataSetOrOfTAUNIGENS() throws {
        #expect(try folder.layout(.mic).geometry() == .tetrahedral)
        try write(wide)
        #expect(try folder.layout(.mic).geometry()?.differences(from: wide) == [])
        #expect(try folder.layout(.foa).geometry() == nil)
    }

    @Test func anInvalidArrayFileIsReported() throws {
        try write(wide)
        try "mount = 3".write(toFile: "\(folder.root)/array.toml", atomically: true, encoding: .utf8)
        let error = #expect(throws: TrainingError.self) { try folder.layout(.mic).geometry() }
        #expect(error?.description.contains("array.toml: mount: expected one of open, rigid-sphere") == true)
    }

    @Test func twoSetsOfDifferentArraysAreRefused() throws {
        try write(wide)
        let (other, cache) = (LayoutFolder(), folder.root + "/cache")
        let error = #expect(throws: TrainingError.self) {
            try TrainingData(
                layout: folder.layout(.mic), extra: [other.layout(.mic)], kind: .micPhase, slots: 2, cache: cache, threads: 1,
                progress: { _ in })
        }
        #expect(error?.description.contains("found mount rigid-sphere instead of open, capsule[0] -50 % in radius") == true)
    }
}
