import Audio
public import Dataset
import Foundation
import Platform
import TestSupport

/// A data set in the TAU-NIGENS layout, in a temporary folder: plane waves of noise from known directions.
public final class SmallDataset {
    private let temporary = TemporaryFolder()
    public var root: String { temporary.path }
    public let seconds: Int

    /// - Parameter folds: one recording each, in this order.
    public init(folds: [Int] = [3, 4, 2], seconds: Int = 6) throws {
        self.seconds = seconds
        for folder in ["foa_dev", "metadata_dev"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        for (index, fold) in folds.enumerated() {
            try write(name: "fold\(fold)_room1_mix00\(index)_ov1", seed: UInt64(index))
        }
    }

    public var layout: DatasetLayout { DatasetLayout(root: root, format: .foa) }
    public func audio(_ name: String) -> String { "\(root)/foa_dev/\(name).wav" }
    public func metadata(_ name: String) -> String { "\(root)/metadata_dev/\(name).csv" }

    /// A second of silence, then one fixed source that changes its direction every two seconds.
    public func write(name: String, seed: UInt64) throws {
        var random = RandomStream(seed: seed, step: 77)
        var samples: [Float] = []
        var rows = ""
        var (azimuth, elevation) = (0, 0)
        for block in 0..<seconds * 10 {
            if block % 20 == 0 {
                azimuth = Int.random(in: -179...180, using: &random)
                elevation = Int.random(in: -45...45, using: &random)
            }
            let isActive = block >= 10
            if isActive { rows += "\(block),1,\(block / 20),\(azimuth),\(elevation)\n" }
            let (a, e) = (Float(azimuth) * .pi / 180, Float(elevation) * .pi / 180)
            let (x, y, z) = (cos(a) * cos(e), sin(a) * cos(e), sin(e))
            for _ in 0..<2400 {
                let s = isActive ? Float.random(in: -0.2...0.2, using: &random) : 0
                samples += [s, s * y, s * z, s * x]
            }
        }
        let writer = try AudioFileWriter(path: audio(name), encoding: .wave16, sampleRate: 24_000, channels: 4)
        try writer.write(samples.span)
        try writer.close()
        try rows.write(toFile: metadata(name), atomically: true, encoding: .utf8)
    }
}
