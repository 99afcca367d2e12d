import Audio
import Foundation
import TestSupport

/// A data set of short recordings that every command takes, and a model; removed at the end.
final class MalformedDataFolder {
    private let temporary = TemporaryFolder()
    var path: String { temporary.path }
    static let broken = "fold3_room1_mix001_ov1"

    init() throws {
        for name in ["fold2_room1_mix001_ov1", Self.broken, "fold3_room1_mix002_ov1", "fold3_room1_mix003_ov2"] {
            try record(name)
            try label("0,0,0,10,0\n1,0,0,10,0\n", name)
        }
        try TestModel.write(to: "\(path)/model.safetensors")
    }

    var audio: String { "\(path)/scenes/foa_dev/\(Self.broken).wav" }
    var metadata: String { "\(path)/scenes/metadata_dev/\(Self.broken).csv" }

    /// Five blocks of noise.
    func record(_ name: String = broken, rate: Int = 24_000, channels: Int = 4, frames: Int = 12_000) throws {
        let file = "\(path)/scenes/foa_dev/\(name).wav"
        try FileManager.default.createDirectory(
            atPath: "\(path)/scenes/foa_dev", withIntermediateDirectories: true)
        let writer = try AudioFileWriter(path: file, encoding: .wave16, sampleRate: rate, channels: channels)
        let samples = (0..<frames * channels).map { _ in Float.random(in: -0.3...0.3) }
        try writer.write(samples.span)
        try writer.close()
    }

    func label(_ text: String, _ name: String = broken) throws {
        try FileManager.default.createDirectory(
            atPath: "\(path)/scenes/metadata_dev", withIntermediateDirectories: true)
        try text.write(toFile: "\(path)/scenes/metadata_dev/\(name).csv", atomically: true, encoding: .utf8)
    }

    func cut() throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: audio))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: audio))
    }

    func run(_ command: String) throws -> BearingProcess.Result {
        let scenes = "--dataset \(path)/scenes"
        let arguments =
            switch command {
            case "train":
                "\(scenes) --out \(path)/run --filters 2 --gru-width 2 --batch 2 --blocks 2 --epochs 1 --steps-per-epoch 1"
            case "evaluate": "\(scenes) --model \(path)/model.safetensors --folds 3"
            default: "\(scenes) --out \(path)/mixtures --times 1"
            }
        return try BearingProcess.run([command] + arguments.split(separator: " ").map(String.init))
    }
}
