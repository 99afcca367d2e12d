import Dataset
import Fingerprints
import FoundationEssentials
import Networks
import Platform
import Tensor
import Tracking

/// What the ranks of a run tell each other beside statistics and gradients.
extension TrainingRun {
    /// Replaces the state by that of rank 0, which has read the checkpoint.
    /// - Throws: `TrainingError.settings` for a rank whose settings or data are not those of rank 0.
    func adoptState(of group: any RankGroup, _ adam: inout Adam, _ progress: inout TrainingProgress) throws(TrainingError) {
        let fingerprints = group.gather(Array(fingerprint.text.utf8)).map { Fingerprint(text: String(decoding: $0, as: UTF8.self)) }
        for (rank, other) in fingerprints.enumerated() {
            let differences = other.differences(from: fingerprints[0])
            guard differences.isEmpty else {
                throw .settings("rank \(rank): expected the settings and data of rank 0, found others (\(differences.summary))")
            }
        }
        var numbers = [
            progress.epoch, progress.bestEpoch ?? -1, progress.halvings, progress.waited, adam.step,
            Int(bitPattern: UInt(progress.bestMOTA.bitPattern)),
        ]
        unsafe numbers.withUnsafeMutableBytes { unsafe group.broadcast($0) }
        progress = TrainingProgress(
            epoch: numbers[0], bestEpoch: numbers[1] < 0 ? nil : numbers[1],
            bestMOTA: Double(bitPattern: UInt64(UInt(bitPattern: numbers[5]))), halvings: numbers[2], waited: numbers[3])
        adam.step = numbers[4]
        let buffers = (parameters.buffers + averaged.buffers).map(\.values)
        for values in [parameters.all, averaged.all, adam.firstMoment, adam.secondMoment] + buffers {
            unsafe group.broadcast(
                UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: values.unsafeBase, count: values.count)))
        }
    }

    /// Scores of the validation recordings, of which each rank scores some.
    func score(_ body: ([ReferenceRecording]) -> MetricsReport) -> MetricsReport {
        guard let group = share.group else { return body(data.validation) }
        let own = stride(from: group.rank, to: data.validation.count, by: group.count).map { data.validation[$0] }
        let parts = group.gather(Array(Self.encoded(body(own)))).map(Self.decoded)
        return MetricsReport(
            recordings: data.validation.indices.map { parts[$0 % group.count].recordings[$0 / group.count] }, angle: parts[0].angle)
    }

    private static func encoded(_ report: MetricsReport) -> Data {
        guard let data = try? JSONEncoder().encode(report) else { preconditionFailure("counts can be encoded") }
        return data
    }

    private static func decoded(_ bytes: [UInt8]) -> MetricsReport {
        guard let report = try? JSONDecoder().decode(MetricsReport.self, from: Data(bytes)) else {
            preconditionFailure("a rank sends its report")
        }
        return report
    }
}
