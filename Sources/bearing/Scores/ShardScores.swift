import Files
import Fingerprints
import FoundationEssentials
import Platform
import Tracking

/// The scores that one shard of `evaluate` leaves for the report of all: its recordings' counts, and the faults of the others.
struct ShardScores: Codable {
    /// A recording that has scores.
    struct Scored: Codable {
        /// Its number among the recordings of all shards.
        let index: Int
        let recording: MetricsReport.Recording
    }

    /// A recording that could not be read.
    struct Fault: Codable {
        let index: Int
        let kind: Failure.Kind
        let lines: [String]

        var failure: Failure { Failure(kind, lines: lines) }
    }

    static let format = "bearing-scores-1"

    private var format = Self.format
    let number: Int
    let count: Int
    /// Whatever the scores depend on, as the text of a fingerprint.
    let inputs: String
    let angle: ScoredAngle
    /// Recordings of all shards, and how many of this one have no labels.
    let total: Int
    let unlabelled: Int
    let scored: [Scored]
    let faults: [Fault]

    init(
        _ shard: Shard, inputs: Fingerprint, angle: ScoredAngle, total: Int, unlabelled: Int, scored: [Scored], faults: [Fault]
    ) {
        (number, count, self.inputs, self.angle) = (shard.number, shard.count, inputs.text, angle)
        (self.total, self.unlabelled, self.scored, self.faults) = (total, unlabelled, scored, faults)
    }

    private static func name(_ number: Int, _ count: Int) -> String { "shard-\(number)-of-\(count).json" }

    /// - Returns: the path of the written file.
    func write(to folder: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let path = "\(folder)/\(Self.name(number, count))"
        try WholeFile.write(Array(try encoder.encode(self)) + [UInt8(ascii: "\n")], to: path)
        return path
    }

    /// The files of all shards in a folder.
    /// - Throws: a `Failure` for missing ones, files of another number of shards, other inputs, or other contents.
    static func read(_ folder: String) throws -> [ShardScores] {
        let names = try Folder.names(in: folder).filter { $0.hasPrefix("shard-") && $0.hasSuffix(".json") }.sorted()
        let shards = try names.map { try read("\(folder)/\($0)", name: $0) }.sorted { $0.number < $1.number }
        guard let first = shards.first else {
            throw Failure(.noInput, "\(folder): expected the scores of `bearing evaluate --shard`, found none: check the path")
        }
        for shard in shards where shard.count != first.count {
            throw Failure(
                .badData,
                "\(folder): expected the scores of one division into shards, found \(name(first.number, first.count)) and "
                    + "\(name(shard.number, shard.count)): remove those of the other division")
        }
        for shard in shards where shard.inputs != first.inputs || shard.total != first.total {
            let differences = Fingerprint(text: shard.inputs).differences(from: Fingerprint(text: first.inputs)).summary
            throw Failure(
                .badData,
                "\(folder)/\(name(shard.number, shard.count)): expected scores of the same model, data and options as the first shard's, "
                    + "found others (\(differences)): run all shards again")
        }
        let missing = Set(1...first.count).subtracting(shards.map(\.number)).sorted()
        guard missing.isEmpty else {
            throw Failure(
                .noInput,
                "\(folder): expected the scores of \(first.count) shards, found \(shards.count): run --shard "
                    + missing.prefix(5).map { "\($0)/\(first.count)" }.joined(separator: ", ") + (missing.count > 5 ? " and others" : "")
                    + " too")
        }
        return shards
    }

    private static func read(_ path: String, name: String) throws -> ShardScores {
        let bytes = try WholeFile.read(path)
        guard let shard = try? JSONDecoder().decode(ShardScores.self, from: Data(bytes)), shard.format == format,
            name == Self.name(shard.number, shard.count)
        else {
            throw Failure(
                .badData, "\(path): expected a file of \(format) with the shard of its name, found other contents: run that shard again")
        }
        return shard
    }
}

extension Failure.Kind: Codable {}
