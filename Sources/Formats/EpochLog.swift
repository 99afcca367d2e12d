import Files
import FoundationEssentials

/// The figures of a training run per epoch: a run's log.jsonl, with one JSON object per line, which has the key `epoch` and a
/// number for each figure.
public struct EpochLog: Sendable {
    /// Name of the run in a legend.
    public var name: String
    /// In order of epochs, each once.
    public let epochs: [(epoch: Int, figures: [String: Double])]

    public static func read(_ path: String, name: String) throws(MetadataError) -> EpochLog {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path) } catch { throw .file(error) }
        return try EpochLog(text: String(decoding: bytes, as: UTF8.self), name: name, path: path)
    }

    /// - Parameters:
    ///   - text: lines; empty ones are ignored. A later line of an epoch replaces an earlier one, since a run that was
    ///     interrupted between log and checkpoint repeats that epoch. Figures that are not numbers are undefined.
    ///   - path: the file's name in errors.
    public init(text: String, name: String, path: String) throws(MetadataError) {
        var epochs: [Int: [String: Double]] = [:]
        let decoder = JSONDecoder()
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line.allSatisfy(\.isWhitespace) { continue }
            guard let figures = try? decoder.decode([String: Figure].self, from: Data(line.utf8)).compactMapValues(\.value),
                let epoch = figures["epoch"].flatMap(Int.init(exactly:))
            else {
                throw .badRow(
                    path: path, line: index + 1, expected: "a line of bearing train's log.jsonl",
                    found: String(line.prefix(60)))
            }
            epochs[epoch] = figures
        }
        guard !epochs.isEmpty else {
            throw .badRow(path: path, line: 1, expected: "a line of bearing train's log.jsonl", found: "none")
        }
        self.name = name
        self.epochs = epochs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// A number, or any other JSON value.
    private struct Figure: Decodable {
        let value: Double?

        init(from decoder: any Decoder) throws { value = try? decoder.singleValueContainer().decode(Double.self) }
    }
}

extension CurvePlot {
    /// Losses and validation scores over epochs, a curve for each run. A term of the loss that is 0 in every epoch is unused.
    /// Figures that no run has get no panel.
    public init(title: String, logs: [EpochLog]) {
        let used = logs.map { log in
            Set(log.epochs.flatMap { $0.figures.filter { $0.value != 0 || !$0.key.hasSuffix("loss") }.keys })
        }
        let keys = used.reduce(into: Set()) { $0.formUnion($1) }
        // The total precedes its terms.
        let losses = keys.filter { $0.hasSuffix("loss") }.sorted { ($0 == "loss" ? 0 : 1, $0) < ($1 == "loss" ? 0 : 1, $1) }
        let titles = losses.map { ($0, Self.words($0), "") } + Self.validation.filter { keys.contains($0.key) }
        let panels = titles.map { key, title, unit in
            // Includes runs without the figure, to keep the order of the colours.
            let series = zip(logs, used).map { log, used in
                Series(
                    name: log.name,
                    points: log.epochs.map { (Double($0.epoch), used.contains(key) ? $0.figures[key] ?? .nan : .nan) })
            }
            return Panel(title: title, unit: unit, series: series)
        }
        self.init(title: title, xLabel: "epoch", panels: panels)
    }

    private static let validation: [(key: String, title: String, unit: String)] = [
        ("validation.LE", "LE", "degrees, validation"), ("validation.LR", "LR", "%, validation"),
        ("validation.MOTA", "MOTA", "%, validation"), ("validation.IDF1", "IDF1", "%, validation"),
        ("validation.switches_per_minute", "Identity switches", "a minute, validation"),
    ]

    /// A key as a title: "position_loss" is "Position loss".
    private static func words(_ key: String) -> String {
        let words = key.split { $0 == "_" || $0 == "." }.joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
