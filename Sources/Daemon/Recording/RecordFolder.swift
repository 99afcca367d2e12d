import Audio
import Files
import Glibc

/// A folder that keeps the latest recordings: pairs of a WAV file and a JSON Lines file whose names are the times of their
/// first frames. The oldest pairs go where they would exceed the limit; other files are never touched.
///
/// Pairs are numbered in the order in which they were written, so a clock that was wrong for a while makes none of them older or
/// younger. What a microphone heard is nobody else's: the folder is made for its user alone, and every file is.
struct RecordFolder {
    static let prefix = "bearing-"
    private static let endings = ["wav", "jsonl"]

    /// Files that were made to be written to.
    struct Pair {
        /// Without an ending.
        let path: String
        let number: Int
        /// A descriptor of the JSON Lines file, which is the taker's to close.
        let lines: Int32
    }

    let path: String
    /// Bytes of all pairs at most.
    let limit: Int
    /// The number of each pair that was looked at, by its name without an ending.
    private var numbers: [String: Int] = [:]

    /// Makes the folder where it is missing, and a file in it to see that it can.
    ///
    /// - Throws: `AudioError.unwritableFile`.
    init(path: String, limit: Int) throws(AudioError) {
        self.path = path
        self.limit = limit
        try Self.check(path)
    }

    static func check(_ path: String) throws(AudioError) {
        make(path)
        // A name that nobody can have put a link at.
        let trial = "\(path)/.\(prefix)\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 16))"
        let descriptor = create(trial)
        guard descriptor >= 0 else {
            let reason = FileError.text(of: errno)
            throw .unwritableFile(path: path, reason: "no folder there to record to, and no way to make one (\(reason))")
        }
        close(descriptor)
        unsafe unlink(trial.systemPath)
    }

    /// The names of a pair's files for a first frame in the air at `time`, Unix seconds, without endings.
    func pair(at time: Double) -> String {
        // From the year 0 to 9999, which four digits can say.
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

    /// Makes room for `bytes`, and a pair whose first frame was in the air at `time`: a millisecond later by its name where
    /// there is one of that time, as after a clock that was set back.
    mutating func makePair(at time: Double, bytes: Int) throws(AudioError) -> Pair {
        makeRoom(for: bytes)
        // Made anew where somebody has removed it.
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
        throw .unwritableFile(path: "\(pair(at: time)).jsonl", reason: "no way to create it (\(reason))")
    }

    /// Removes a pair.
    func remove(_ pair: Pair) { for ending in Self.endings { unsafe unlink("\(pair.path).\(ending)".systemPath) } }

    /// Removes the oldest pairs until `bytes` more fit, or none is left.
    mutating func makeRoom(for bytes: Int) {
        var sizes: [String: Int] = [:]
        for name in (try? Folder.names(in: path)) ?? [] {
            guard let stem = Self.stem(of: name) else { continue }
            var status = stat()
            guard unsafe lstat("\(path)/\(name)".systemPath, &status) == 0 else { continue }
            // A sparse file says any length, of which a sum must not run over.
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

    /// What names of a pair have in common; nil for files that are none of ours.
    private static func stem(of name: String) -> String? {
        let match = name.wholeMatch(of: #/(bearing-\d{8}T\d{6}\.\d{3}Z)\.(?:wav|jsonl)/#)
        return match.map { String($0.1) }
    }

    /// The number in the first line of a file; 0 for one of a version that numbered none, or that cannot be read.
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

    /// A new file that its user alone may read; never one that is there, nor where a link leads.
    private static func create(_ path: String) -> Int32 {
        unsafe open(path.systemPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }

    /// Makes a folder for its user alone, and those above it as usual.
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
