import Dataset
import DatasetSupport
import Features
import Fingerprints
import Foundation
import Networks
import Training

@testable import Training

/// Trainings on the small data set that take parts of a second.
extension SmallDataset {
    func data() throws -> TrainingData {
        try TrainingData(layout: layout, kind: .foaIntensity, slots: 2, cache: "\(root)/cache", threads: 2) { _ in }
    }

    static func settings(epochs: Int) -> TrainingSettings {
        var settings = TrainingSettings(
            architecture: DOAnetArchitecture(
                form: .live, channels: 7, filters: 8, gruWidth: 8, headWidth: 8, maximumTracks: 2))
        settings.batch = 4
        settings.blocks = 12
        settings.epochs = epochs
        settings.stepsPerEpoch = 6
        settings.warmup = 2
        settings.learningRate = 3e-3
        return settings
    }

    /// Starts or resumes a run in a folder.
    func run(_ settings: TrainingSettings, in folder: String) throws -> TrainingRun {
        try TrainingRun(settings: settings, data: data(), folder: folder)
    }

    /// All of a run that is left.
    @discardableResult
    func train(_ settings: TrainingSettings, in folder: String) throws -> [EpochReport] {
        let run = try run(settings, in: folder)
        var reports: [EpochReport] = []
        while !run.isFinished { reports.append(try run.runEpoch { _ in }) }
        return reports
    }

    /// Overwrites frames of a recording's extracted features: every tenth, from one on. The file's checksums fit.
    func spoil(_ name: String, from first: Int) throws {
        let path = "\(root)/cache/\(name).foa-intensity.features"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let (offset, frame) = (FeatureCacheHeader.byteCount, 64 * 7 * 4)
        // All bits set is a NaN.
        for start in stride(from: offset + first * frame, to: bytes.count, by: 10 * frame) {
            bytes.replaceSubrange(start..<start + frame, with: Data(repeating: 0xFF, count: frame))
        }
        var digest = Digest()
        digest.add(Array(bytes[offset...]))
        let header = FeatureCacheHeader(
            kind: .foaIntensity, frames: (bytes.count - offset) / frame, content: try Digest.ofContents(audio(name)),
            checksum: digest.value, stamp: nil)
        bytes.replaceSubrange(..<offset, with: header.bytes)
        try bytes.write(to: URL(fileURLWithPath: path))
    }
}
