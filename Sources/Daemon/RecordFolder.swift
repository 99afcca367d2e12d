import Audio
import Foundation

/// A folder that keeps the latest recordings: pairs of a WAV file and a JSON Lines file whose names are the times of their
/// first frames. The oldest pairs go where they would exceed the limit; other files are never touched.
struct RecordFolder {
    static let prefix = "bearing-"
    let path: String
    /// Bytes of all pairs at most.
    let limit: Int

    /// Makes the folder where it is missing, and a file in it to see that it can.
    ///
    /// - Throws: `AudioError.unwritableFile`.
    init(path: String, limit: Int) throws(AudioError) {
        self.path = path
        self.limit = limit
        try Self.check(path)
    }

    static func check(_ path: String) throws(AudioError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let trial = "\(path)/.\(prefix)\(getpid())"
            try Data().write(to: URL(fileURLWithPath: trial))
            try FileManager.default.removeItem(atPath: trial)
        } catch {
            throw .unwritableFile(path: path, reason: "no folder there to record to, and no way to make one")
        }
    }

    /// The path of a pair without its endings, for one whose first frame was in the air at `time`, Unix seconds.
    func pair(at time: Double) -> String {
        let milliseconds = Int((time * 1000).rounded())
        var seconds = time_t(milliseconds / 1000)
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        func padded(_ value: some BinaryInteger, _ digits: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let day = unsafe padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2)
        let clock = unsafe padded(parts.tm_hour, 2) + padded(parts.tm_min, 2) + padded(parts.tm_sec, 2)
        return "\(path)/\(Self.prefix)\(day)T\(clock).\(padded(milliseconds % 1000, 3))Z"
    }

    /// Removes the oldest pairs until `bytes` more fit, or none is left.
    func makeRoom(for bytes: Int) {
        var pairs: [String: Int] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            guard let stem = Self.stem(of: name) else { continue }
            var status = stat()
            if unsafe stat("\(path)/\(name)", &status) == 0 { pairs[stem, default: 0] += Int(status.st_size) }
        }
        var total = pairs.values.reduce(0, +)
        for (stem, size) in pairs.sorted(by: { $0.key < $1.key }) where total + bytes > limit {
            for ending in ["wav", "jsonl"] { unsafe unlink("\(path)/\(stem).\(ending)") }
            total -= size
        }
    }

    /// What names of a pair have in common; nil for files that are none of ours.
    private static func stem(of name: String) -> String? {
        let match = name.wholeMatch(of: #/(bearing-\d{8}T\d{6}\.\d{3}Z)\.(?:wav|jsonl)/#)
        return match.map { String($0.1) }
    }
}
