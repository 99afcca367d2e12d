import Audio
import Files
import Glibc

/// A folder of the latest recordings: pairs of a WAV file and a JSON Lines file, named after the times of their first frames.
/// The oldest pairs are deleted when the limit is exceeded; other files are never touched.
///
/// Pairs are numbered in the order of writing, so that a wrong clock does not change which is oldest. Recordings are private:
/// the folder and every file are accessible to their user only.
struct RecordFolder {
    static let prefix = "bearing-"
    private static let endings = ["wav", "jsonl"]

    /// Files that were created for writing.
    struct Pair {
        /// Without a file name extension.
        let path: String
        let number: Int
        /// A descriptor of the JSON Lines file, which the caller must close.
        let lines: Int32
    }

    let path: String
    /// Maximum size of all pairs in bytes.
    let limit: Int
    /// The number of each known pair, by its name without an extension.
    private var numbers: [String: Int] = [:]

    /// Creates the folder if it is missing, and a file in it as a test.
    ///
    /// - Throws: `AudioError.unwritableFile`.
    init(path: String, limit: Int) throws(AudioError) {
        self.path = path
        self.limit = limit
        try Self.check(path)
    }

    static func check(_ path: String) throws(AudioError) {
        make(path)
        // A random name, at which no other user can have placed a link.
        let trial = "\(path)/.\(prefix)\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 16))"
        let descriptor = create(trial)
        guard descriptor >= 0 else {
            let reason = FileError.text(of: errno)
            throw .unwritableFile(path: path, reason: "the folder for recordings does not exist and cannot be created (\(reason))")
        }
        close(descriptor)
        unsafe unlink(trial.systemPath)
    }

    /// The path of a pair's files for a first frame in the air at `time`, Unix seconds, without extensions.
    func pair(at time: Double) -> String {
        // Years 0 to 9999, which fit four digits.
        let milliseconds = Int(min(max(time.isFinite ? (time * 1000).rounded() : 0, -62_167_219_200_000), 253_402_300_799_999))
        let (day, moment) = (milliseconds.flooredQuotient(1000), milliseconds - 1000 * milliseconds.flooredQuotient(1000))
        var seconds = time_t(day)
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        func padded(_ value: some BinaryInteger, _ digits: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let date = unsafe padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2)
        let clock = unsafe padded(parts.tm_hour, 2) + padded(parts.tm_min, 2) + padded(parts.tm_sec, 2)
        return "\(path)/\(Self.prefix)\(date)T\(clock).\(padded(moment, 3))Z"
    }

    /// Deletes old pairs to make space for `bytes`, and creates a pair whose first frame was in the air at `time`. If the name
    /// exists, as after a clock was set back, the name is a millisecond later.
    mutating func makePair(at time: Double, bytes: Int) throws(AudioError) -> Pair {
        makeRoom(for: bytes)
        // Created again if it was removed.
        Self.make(path)
        for later in 0..<1000 {
            let stem = pair(at: time + 0.001 * Double(later))
            var facts = stat()
            if unsafe lstat("\(stem).wav".systemPath, &facts) == 0 { continue }
            let descriptor = Self.create("\(stem).jsonl")
            if descriptor >= 0 {
                let number = (numbers.values.max() ?? 0) + 1
                numbers[String(stem.dropFirst(path.count + 1))] = number
                return Pair(path: stem, number: number, lines: descriptor)
            }
            guard errno == EEXIST else { break }
        }
        let reason = FileError.text(of: errno)
        throw .unwritableFile(path: "\(pair(at: time)).jsonl", reason: "it cannot be created (\(reason))")
    }

    /// Removes a pair.
    func remove(_ pair: Pair) { for ending in Self.endings { unsafe unlink("\(pair.path).\(ending)".systemPath) } }

    /// Removes the oldest pairs until `bytes` more fit, or no pair is left.
    mutating func makeRoom(for bytes: Int) {
        var sizes: [String: Int] = [:]
        for name in (try? Folder.names(in: path)) ?? [] {
            guard let stem = Self.stem(of: name) else { continue }
            var status = stat()
            guard unsafe lstat("\(path)/\(name)".systemPath, &status) == 0 else { continue }
            // A sparse file may have any size, so the sum must not overflow.
            sizes[stem, default: 0] += min(Int(status.st_size), 1 << 40)
        }
        numbers = numbers.filter { sizes[$0.key] != nil }
        for stem in sizes.keys where numbers[stem] == nil { numbers[stem] = Self.number(at: "\(path)/\(stem).jsonl") }
        var total = sizes.values.reduce(0, +)
        let ages = sizes.keys.sorted { (numbers[$0] ?? 0, $0) < (numbers[$1] ?? 0, $1) }
        for stem in ages where total + bytes > limit {
            for ending in Self.endings { unsafe unlink("\(path)/\(stem).\(ending)".systemPath) }
            total -= sizes[stem] ?? 0
            numbers[stem] = nil
        }
    }

    /// The common part of a pair's file names; nil for other files.
    private static func stem(of name: String) -> String? {
        let match = name.wholeMatch(of: #/(bearing-\d{8}T\d{6}\.\d{3}Z)\.(?:wav|jsonl)/#)
        return match.map { String($0.1) }
    }

    /// The number in the first line of a file; 0 for a file of an older version without numbers, or an unreadable one.
    private static func number(at path: String) -> Int {
        let descriptor = unsafe open(path.systemPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 200)
        let room = bytes.count
        let count = unsafe read(descriptor, &bytes, room)
        let head = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        return head.firstMatch(of: #/"number":(\d{1,18})/#).flatMap { Int($0.1) } ?? 0
    }

    /// Creates a file readable by its user only; fails if the path exists or is a link.
    private static func create(_ path: String) -> Int32 {
        unsafe open(path.systemPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }

    /// Creates a folder for its user only, and missing parents with the usual mode.
    private static func make(_ path: String) {
        guard unsafe mkdir(path.systemPath, 0o700) != 0, errno == ENOENT else { return }
        try? Folder.make(PathName.folder(path))
        unsafe mkdir(path.systemPath, 0o700)
    }
}

extension Int {
    fileprivate func flooredQuotient(_ divisor: Int) -> Int {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
