import Audio
public import Dataset
import Foundation
import Platform
import TestSupport

/// A folder in the TAU-NIGENS layout with exactly the recordings that a test puts there; removed with it.
public final class LayoutFolder {
    private let temporary = TemporaryFolder()

    public init() {}

    public var root: String { temporary.path }

    public func layout(_ format: DatasetFormat = .foa) -> DatasetLayout { DatasetLayout(root: root, format: format) }
    public func audio(_ name: String, _ format: DatasetFormat = .foa) -> String { "\(root)/\(format.rawValue)_dev/\(name).wav" }
    public func metadata(_ name: String) -> String { "\(root)/metadata_dev/\(name).csv" }

    /// - Parameters:
    ///   - samples: interleaved, four channels.
    ///   - rows: of the csv; none for recordings whose labels are already there.
    public func put(_ name: String, _ samples: [Float], rows: [String]? = nil, format: DatasetFormat = .foa) throws {
        for path in [audio(name, format), metadata(name)] {
            try FileManager.default.createDirectory(
                at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        }
        let writer = try AudioFileWriter(
            path: audio(name, format), encoding: .wave16, sampleRate: 24_000, channels: 4)
        try writer.write(samples.span)
        try writer.close()
        guard let rows else { return }
        try rows.map { $0 + "\n" }.joined().write(toFile: metadata(name), atomically: true, encoding: .utf8)
    }

    /// Noise of whole 16-bit steps, different for every name.
    public static func noise(_ name: String, blocks: Int, amplitude: Int = 3000) -> [Float] {
        var random = RandomStream(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        return (0..<blocks * 2400 * 4).map { _ in Float(Int.random(in: -amplitude...amplitude, using: &random)) / 32768 }
    }

    public func samples(_ name: String, _ format: DatasetFormat = .foa) throws -> [Float] {
        try AudioFileReader(path: audio(name, format)).readAll()
    }

    public func text(_ name: String) throws -> String { try String(contentsOfFile: metadata(name), encoding: .utf8) }

    /// Every file, hidden ones too, by its path in the folder.
    public func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.contains(".") }.sorted()
    }
}
