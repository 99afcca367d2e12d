import Fingerprints
import Formats

extension DatasetLayout {
    /// Identifies the recordings of some folds, independently of their location: names, labels, a sample of each recording's
    /// audio, and the array.
    /// - Throws: as `development`; files that cannot be read.
    package func digest(folds: [Int]) throws -> String {
        var digest = Digest()
        for recording in try development(folds: folds).recordings {
            digest.add(recording.name)
            digest.add(try Digest.ofSample(recording.audio))
            if let metadata = recording.metadata { digest.add(try Digest.ofContents(metadata)) }
            if hasArrays { digest.add(ArrayFile.text(of: try recording.geometry())) }
        }
        digest.add(try geometry().map(ArrayFile.text) ?? "foa")
        return digest.text
    }
}
