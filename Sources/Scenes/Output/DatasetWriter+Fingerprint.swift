import Fingerprints

extension DatasetWriter.Settings {
    /// Increased whenever the same seed and options give other scenes.
    private static let scenesVersion = 4

    /// The inputs of the recordings of a fold, besides the fold and their number: independent of the number of recordings, of
    /// other folds, and of the format.
    func fingerprint(sounds: SoundLibrary?) -> Fingerprint {
        var list = Fingerprint(format: "bearing-synth-1")
        list.add("scenes", "\(Self.scenesVersion)")
        list.add("seed", "\(seed)")
        list.add("duration", "\(seconds)")
        list.add("rt60", "\(reverberation.lowerBound)-\(reverberation.upperBound)")
        list.add("recordings-per-room", "\(recordingsPerRoom)")
        list.add("overlap", sounds == nil ? "none" : overlap.map { "\($0)" } ?? "1 and 2")
        list.add("ideal", "\(isIdeal)")
        list.add("sounds", sounds.map { "\($0.fileCount) files, contents \($0.digest)" } ?? "none")
        // Only where there are any, so that folders of older versions can be resumed.
        if hasRandomArrays { list.add("random-arrays", "\(RandomArray.version)") }
        return list
    }
}
