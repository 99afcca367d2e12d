import Audio
import Files
import Foundation
import Scenes
import Testing

/// A folder of scenes that is met again.
@Suite final class DatasetHistoryTests {
    private let root = NSTemporaryDirectory() + "bearing-history-\(UUID().uuidString)"
    private var out: String { "\(root)/out" }

    init() throws { try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func settings(_ change: (inout DatasetWriter.Settings) -> Void = { _ in }) -> DatasetWriter.Settings {
        var settings = DatasetWriter.Settings()
        (settings.recordings, settings.seconds, settings.folds) = (2, 2, [3])
        change(&settings)
        return settings
    }

    private func sounds(_ name: String, gain: Float = 0.1) throws -> SoundLibrary {
        try Folder.make("\(root)/\(name)")
        let writer = try AudioFileWriter(path: "\(root)/\(name)/noise.wav", encoding: .wave16, sampleRate: 16_000, channels: 1)
        let noise = bursts(seconds: 2, seed: 1).map { gain * $0 }
        try writer.write(noise.span)
        try writer.close()
        return try SoundLibrary(folders: ["\(root)/\(name)"])
    }

    /// Written, or the error instead.
    @discardableResult
    private func write(_ settings: DatasetWriter.Settings, sounds: SoundLibrary? = nil) throws -> Int {
        try DatasetWriter(folder: out, settings: settings, sounds: sounds).write()
    }

    private func refusal(_ settings: DatasetWriter.Settings, sounds: SoundLibrary? = nil) -> ScenesError? {
        do {
            try write(settings, sounds: sounds)
            return nil
        } catch {
            return error as? ScenesError
        }
    }

    private func contents(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(out)/\(name)")) }

    @Test func aFoldIsFilledOnce() throws {
        try write(settings())
        #expect(refusal(settings()) == .occupied(folder: out, fold: 3, recordings: 2))
        // A range of folds that reaches into it, too.
        #expect(refusal(settings { $0.folds = [2, 3] }) == .occupied(folder: out, fold: 3, recordings: 2))
        try write(
            settings {
                $0.folds = [2]
                $0.seed = 5
            })
        #expect(try write(settings { $0.resumes = true }) == 0)
        #expect(try Folder.names(in: "\(out)/foa_dev").count == 4)
        // Labels without audio count as recordings too.
        try Folder.make("\(root)/labels/metadata_dev")
        _ = FileManager.default.createFile(atPath: "\(root)/labels/metadata_dev/fold3_room1_mix001_ov1.csv", contents: nil)
        #expect(throws: ScenesError.occupied(folder: "\(root)/labels", fold: 3, recordings: 1)) {
            _ = try DatasetWriter(folder: "\(root)/labels", settings: settings(), sounds: nil)
        }
    }

    @Test(arguments: [
        ("seed", "seed: 1 there, 9 now"), ("seconds", "duration: 2.0 there, 3.0 now"), ("rt60", "rt60: 0.2-0.9 there, 1.0-2.0 now"),
        ("rooms", "recordings-per-room: 1 there, 2 now"), ("ideal", "ideal: false there, true now"),
        ("sounds", "overlap: none there, 1 and 2 now; sounds: none there, 1 files, contents "),
    ])
    func otherOptionsAreNotResumed(what: String, told: String) throws {
        try write(settings())
        let before = try contents("foa_dev/fold3_room1_mix001_ov1.wav")
        let error = refusal(
            settings {
                $0.resumes = true
                switch what {
                case "seed": $0.seed = 9
                case "seconds": $0.seconds = 3
                case "rt60": $0.reverberation = 1...2
                case "rooms": $0.recordingsPerRoom = 2
                case "ideal": $0.isIdeal = true
                default: break
                }
            }, sounds: what == "sounds" ? try sounds("a") : nil)
        #expect(error?.description.contains(told) == true && error?.description.contains("\n") == false, "\(String(describing: error))")
        #expect(try contents("foa_dev/fold3_room1_mix001_ov1.wav") == before)
    }

    /// Contents decide, not the location or the names of sounds.
    @Test func soundsAreIdentifiedByTheirContents() throws {
        try write(settings(), sounds: try sounds("a"))
        #expect(try write(settings { $0.resumes = true }, sounds: try sounds("moved")) == 0)
        let error = refusal(settings { $0.resumes = true }, sounds: try sounds("a", gain: 0.2))
        #expect(error?.description.contains("sounds: 1 files") == true)
    }

    @Test func recordingsOfUnknownOriginAreNotResumed() throws {
        try write(settings())
        try FileManager.default.removeItem(atPath: "\(out)/synth.txt")
        #expect(
            refusal(settings { $0.resumes = true })?.description.contains("synth.txt does not contain the settings of its 2 recordings")
                == true)
    }

    /// Neither the number of recordings nor the other folds change a recording.
    @Test func moreRecordingsAndOtherFoldsMayFollow() throws {
        try write(settings())
        let first = try contents("foa_dev/fold3_room1_mix001_ov1.wav")
        #expect(try write(settings { ($0.recordings, $0.folds, $0.resumes) = (6, [3, 4], true) }) == 4)
        #expect(try contents("foa_dev/fold3_room1_mix001_ov1.wav") == first)
        let fewer = try DatasetWriter(folder: out, settings: settings { ($0.recordings, $0.resumes) = (1, true) }, sounds: nil)
        #expect(fewer.furtherRecordings == ["fold3_room2_mix001_ov1", "fold3_room3_mix002_ov1"])
    }

    /// Recordings that were made for one format get the other one, from the same scenes.
    @Test func anotherFormatMayFollow() throws {
        try write(settings { $0.formats = [.foa, .mic] })
        let both = try ["foa_dev", "mic_dev"].map { try contents("\($0)/fold3_room1_mix001_ov1.wav") }
        try FileManager.default.removeItem(atPath: out)
        try write(settings())
        #expect(try write(settings { ($0.formats, $0.resumes) = ([.mic], true) }) == 2)
        #expect(try ["foa_dev", "mic_dev"].map { try contents("\($0)/fold3_room1_mix001_ov1.wav") } == both)
        // An incomplete recording is rendered again.
        try both[0].prefix(1000).write(to: URL(fileURLWithPath: "\(out)/foa_dev/fold3_room1_mix001_ov1.wav"))
        #expect(try write(settings { $0.resumes = true }) == 1)
        #expect(try contents("foa_dev/fold3_room1_mix001_ov1.wav") == both[0])
    }

    @Test func oneFolderHasOneArray() throws {
        let places: [SIMD3<Float>] = [[0.03, 0, 0], [0, 0.03, 0], [-0.03, 0, 0], [0, -0.03, 0.02]]
        let square = ArrayGeometry(name: "square", mount: .open, capsules: places.map { .init(position: $0, directivity: 0.5) })
        try write(settings { $0.formats = [.mic] })
        #expect(
            refusal(settings { ($0.formats, $0.folds, $0.array) = ([.mic], [2], square) })
                == .otherArray(folder: out, there: "that of TAU-NIGENS", now: "square"))
        #expect(!FileManager.default.fileExists(atPath: "\(out)/array.toml"))
        try write(settings { $0.folds = [1] })
        try FileManager.default.removeItem(atPath: out)
        try write(settings { ($0.formats, $0.array) = ([.mic], square) })
        try write(settings { ($0.formats, $0.folds, $0.array) = ([.mic], [2], square) })
        #expect(
            refusal(settings { ($0.formats, $0.folds) = ([.mic], [1]) })
                == .otherArray(folder: out, there: "square", now: "that of TAU-NIGENS"))
    }

    @Test func twoWritersDoNotShareAFolder() throws {
        let first = try DatasetWriter(folder: out, settings: settings(), sounds: nil)
        #expect(throws: FolderError.inUse(path: out, process: getpid())) {
            _ = try DatasetWriter(folder: out, settings: settings { $0.folds = [2] }, sounds: nil)
        }
        try first.write()
    }

    /// In shared rooms with recordings of equal overlap, only the number distinguishes recordings.
    @Test(arguments: [(1, nil), (2, nil), (3, 1), (3, 2), (3, nil), (1200, nil), (1200, 1)] as [(Int, Int?)])
    func everyRecordingHasAUniqueName(perRoom: Int, overlap: Int?) throws {
        for sounds in [nil, try sounds("a")] {
            let writer = try DatasetWriter(
                folder: out,
                settings: settings { ($0.recordings, $0.folds, $0.recordingsPerRoom, $0.overlap) = (2500, [3], perRoom, overlap) },
                sounds: sounds)
            #expect(Set((0..<2500).map { writer.name($0) }).count == 2500)
        }
    }
}
