import ArgumentParser
import Audio
import Dataset
import Files
import Formats
import Glibc
import Scenes
import Synchronization
import Training

struct SynthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth",
        abstract: "Simulates labelled scenes for training: sounds in rooms, in the TAU-NIGENS layout.",
        discussion: """
            Every recording has its own room, array position, sources (half of them moving, one or two at once), ambience and \
            microphone; --recordings-per-room lets several share a room. Seed and number determine a recording. \
            A fold that contains recordings is refused; --resume continues with the same options, which the folder's \
            synth.txt records. Use different sounds for folds that train (3-6), validate (2) and test (1). With --array, mic has the \
            capsules of your own microphone; their description is written to array.toml beside mic_dev/. --array random draws an array for \
            each room, described in array_dev/ for each recording.

            Example:
              tools/get-sounds
              bearing synth --sounds sounds/train --out scenes --fold 3-6 --recordings 400
              bearing synth --sounds sounds/validation --out scenes --fold 2 --recordings 16
              bearing synth --sounds sounds/train --out square --array square.toml
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case foa, mic, both

        var formats: [AudioFormat] {
            switch self {
            case .foa: [.foa]
            case .mic: [.mic]
            case .both: [.foa, .mic]
            }
        }
    }

    @Option(parsing: .upToNextOption, help: "Folders of recordings (WAV, FLAC, Ogg...), including subfolders.")
    var sounds: [String] = []
    @Flag(help: "Only background noise instead of --sounds, mostly with a fan or a hum, for silence in training.")
    var backgroundOnly = false
    @Option(help: "Folder to write foa_dev/, mic_dev/ and metadata_dev/ to.")
    var out: String
    @Option(help: "Number of recordings to write.")
    var recordings = 100
    @Option(help: "Seed of the random scenes.")
    var seed: UInt64 = 1
    @Option(help: "Microphone format: foa, mic or both (default: mic with --array, else foa).")
    var format: Format?
    @Option(help: "The capsules of mic: an array file, the name of one in arrays/, or random. Without it, those of TAU-NIGENS.")
    var array: String?
    @Option(help: "Seconds of each recording, 2 to 600.")
    var duration: Float = 60
    @Option(help: "Folds among which recordings are distributed in turn, such as 2, 3-6 or 1,3-6.")
    var fold = "3-6"
    @Option(help: "Recordings of a fold that share a room; bearing augment mixes recordings of one room.")
    var recordingsPerRoom = 1
    @Option(
        name: .customLong("rt60"),
        help: "Reverberation time at 1 kHz, 0.1 to 3 s, such as 0.5-1.2 for reverberant rooms (default: 0.2 to 0.9).")
    var reverberation: String?
    @Option(help: "Sources at once in every recording, at most 1 to 4 (default: half of the recordings 1, half 2).")
    var overlap: Int?
    @Flag(help: "Ideal microphone: equal capsules without noise, Ambisonics without an encoder.")
    var ideal = false
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var part: ShardOptions
    @Flag(help: "Keep the recordings written by an interrupted run with the same options.")
    var resume = false

    func validate() throws {
        guard (1...100_000).contains(recordings) else {
            throw ValidationError("--recordings: expected 1 to 100000, found \(recordings)")
        }
        guard (2...600).contains(duration) else {
            throw ValidationError("--duration: expected 2 to 600 seconds, found \(duration)")
        }
        guard recordingsPerRoom >= 1 else {
            throw ValidationError("--recordings-per-room: expected at least 1, found \(recordingsPerRoom)")
        }
        guard sounds.isEmpty == backgroundOnly else {
            throw ValidationError(
                "expected either --sounds with folders of recordings or --background-only, found "
                    + (backgroundOnly ? "both" : "neither"))
        }
        guard overlap.map(Scene.overlaps.contains) ?? true else {
            throw ValidationError("--overlap: expected 1 to 4, found \(overlap ?? 0)")
        }
        if let reverberation, Self.seconds(reverberation) == nil {
            throw ValidationError(
                "--rt60: expected seconds such as 0.6 or a range such as 0.5-1.2, within 0.1 to 3, found \(reverberation)")
        }
        guard array == nil || format != .foa else {
            throw ValidationError("--array: expected --format mic or both, found foa")
        }
        guard !isRandom || format != .both else {
            throw ValidationError("--array random: expected --format mic with it, found both")
        }
        _ = try FoldOption.folds(fold, option: "--fold")
    }

    /// Reverberation times of "x" or "x-y".
    static func seconds(_ text: String) -> ClosedRange<Float>? {
        let limits: ClosedRange<Float> = 0.1...3
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Float(String($0)) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last,
            limits.contains(first), limits.contains(last)
        else { return nil }
        return first...last
    }

    func run() throws {
        try Failure.reporting { try synthesise() }
    }

    /// Describes the origin of the scenes.
    private static func origin(_ library: SoundLibrary?) -> String {
        guard let library else { return "of background noise only" }
        let skipped = library.skipped.count
        return "from \(library.fileCount) sounds" + (skipped > 0 ? " (\(skipped) unreadable ones skipped)" : "")
    }

    /// Lists the first of the skipped files.
    private static func note(_ skipped: [String]) {
        for line in skipped.prefix(longestList) { Console.note("skipped: \(line)") }
        if skipped.count > longestList { Console.note("skipped: \(skipped.count - longestList) more unreadable files") }
    }

    private static func note(foreign: [String]) {
        guard let first = foreign.first else { return }
        let endings = Set(foreign.map(PathName.suffix)).sorted().joined(separator: ", ")
        Console.note(
            "skipped: \(foreign.count) files of unsupported formats (\(endings)), such as \(first): convert them to WAV or FLAC")
    }

    private static let longestList = 10

    /// Whether each recording has an array of its own.
    private var isRandom: Bool { array == "random" }

    /// The capsules of --array, if given and one for all.
    private func geometry() throws -> ArrayGeometry? {
        guard let array, !isRandom else { return nil }
        let path = Resources.array(array)
        let geometry = try ArrayFile.load(path)
        if let index = geometry.capsules.firstIndex(where: { $0.radius > ArrayResponse.largestRadius }) {
            throw Failure(
                .configuration,
                "\(path): capsule[\(index)]: expected at most \(ArrayResponse.largestRadius) m from the centre, found "
                    + "\(geometry.capsules[index].radius): sources in scenes are too near for a larger array")
        }
        return geometry
    }

    private func synthesise() throws {
        var settings = DatasetWriter.Settings()
        settings.recordings = recordings
        settings.seed = seed
        settings.array = try geometry()
        settings.hasRandomArrays = isRandom
        settings.formats = (format ?? (array == nil ? .foa : .mic)).formats
        settings.seconds = duration
        settings.folds = try FoldOption.folds(fold, option: "--fold").numbers
        settings.recordingsPerRoom = recordingsPerRoom
        settings.reverberation = reverberation.flatMap(Self.seconds) ?? Room.usualReverberation
        settings.overlap = overlap
        settings.isIdeal = ideal
        settings.threads = threads.count
        settings.shard = part.shard
        settings.resumes = resume

        let library = backgroundOnly ? nil : try SoundLibrary(folders: sounds)
        let skipped = library?.skipped ?? []
        Self.note(skipped)
        if let library { Self.note(foreign: library.foreign) }
        let writer = try DatasetWriter(folder: out, settings: settings, sounds: library)
        if let first = writer.furtherRecordings.first {
            Console.note(
                "\(out): \(writer.furtherRecordings.count) further recordings of these folds, such as \(first), are left unchanged")
        }
        Interruption.watch()
        let began = ContinuousClock.now
        let bar = Mutex(ProgressBar("synth"))
        let total = writer.count
        let written = try writer.write(
            shouldStop: { Interruption.requested },
            progress: { count in
                bar.withLock { $0.update(Double(count) / Double(total), note: "\(count) of \(total) recordings") }
            })
        bar.withLock { $0.finish() }
        // Sounds whose header is valid but whose contents are not.
        Self.note((library?.skipped ?? []).filter { !skipped.contains($0) })
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let speed = Double(written) * Double(duration) / max(seconds, 1e-3)
        print(
            "\(written) recordings of \(ProgressBar.duration(Double(duration))) in \(out), made in "
                + "\(ProgressBar.duration(seconds)), \(Int(speed)) times as fast as real time, \(Self.origin(library))")
        if Interruption.requested { throw ExitCode(130) }
    }
}

/// Ctrl-C sets a flag, for commands that finish the file that they are writing; a second Ctrl-C ends at once.
enum Interruption {
    private static let flag = Atomic<Bool>(false)

    static var requested: Bool { flag.load(ordering: .relaxed) }

    static func watch() {
        signal(SIGINT) { _ in
            Interruption.flag.store(true, ordering: .relaxed)
            signal(SIGINT, SIG_DFL)
        }
    }
}
