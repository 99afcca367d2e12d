import Audio
import Files
import Foundation
import Testing
import TrackFeed

/// Commands that meet a folder or a file again, or one that another process uses.
@Suite final class FolderCommandTests {
    private let root = NSTemporaryDirectory() + "bearing-folders-\(UUID().uuidString)"

    init() throws {
        try Folder.make(root)
        try TestModel.write(to: "\(root)/model.safetensors")
    }
    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// A second of noise at a path below the folder.
    private func record(_ name: String, seed: Float = 0.3) throws {
        try Folder.make(URL(fileURLWithPath: "\(root)/\(name)").deletingLastPathComponent().path)
        let writer = try AudioFileWriter(path: "\(root)/\(name)", encoding: .wave16, sampleRate: 24_000, channels: 4)
        let samples = (0..<24_000 * 4).map { Float(($0 * 7919) % 1000) / 1000 * seed - seed / 2 }
        try writer.write(samples.span)
        try writer.close()
    }

    private func bearing(_ arguments: String) throws -> BearingProcess.Result {
        try BearingProcess.run(arguments.split(separator: " ").map { String($0).replacing("@", with: root) })
    }

    private func names(_ folder: String) throws -> [String] { try Folder.names(in: "\(root)/\(folder)").filter { !$0.hasPrefix(".") } }

    // MARK: localize

    @Test(arguments: [
        ("A/take.wav", "B/take.wav"), ("take.wav", "take.flac"), ("take.wav", "Take.wav"), ("caf\u{E9}.wav", "cafe\u{301}.wav"),
        ("same.wav", "same.wav"), ("STRASSE.wav", "strasse.wav"),
    ])
    func tracksOfTwoRecordingsDoNotShareAFile(first: String, second: String) throws {
        let result = try bearing("localize @/\(first) @/\(second) --out @/tracks")
        #expect(result.status == 64 && result.output == "", "\(result.error)")
        #expect(result.error.contains("found \(root)/\(first) and \(root)/\(second), whose tracks would both be"), "\(result.error)")
        // Before any other work: without a folder, and with recordings that do not exist.
        #expect(!FileManager.default.fileExists(atPath: "\(root)/tracks"))
    }

    @Test(arguments: ["csv", "jsonl"])
    func standardOutputTakesOneRecording(output: String) throws {
        for name in ["one", "two"] { try record("\(name).wav") }
        let model = "--model @/model.safetensors --output \(output)"
        let refused = try bearing("localize @/one.wav @/two.wav \(model)")
        #expect(refused.status == 64 && refused.output == "" && refused.error.contains("--out for one file each"), "\(refused.error)")
        let joined = try bearing("localize --joined @/one.wav @/two.wav \(model)")
        #expect(joined.status == 0 && !joined.output.isEmpty, "\(joined.error)")
        let apart = try bearing("localize @/one.wav @/two.wav \(model) --out @/tracks")
        #expect(try apart.status == 0 && names("tracks") == ["one.\(output)", "two.\(output)"], "\(apart.error)")
    }

    @Test func tracksOfTheDaemonAndLabelsAreNotOverwritten() throws {
        try record("bearing-1.wav")
        let told = "{\"type\":\"hello\""
        let recorded = "\(root)/bearing-1.jsonl"
        let mark = TrackMessage.recordingMark
        try (mark + told).write(toFile: recorded, atomically: true, encoding: .utf8)
        let result = try bearing("localize @/bearing-1.wav --model @/model.safetensors --output jsonl --out @")
        #expect(result.status == 74 && result.error.contains("\(recorded): expected a file that may be replaced"), "\(result.error)")
        #expect(try String(contentsOfFile: recorded, encoding: .utf8) == mark + told)

        try record("set/foa_dev/fold1_room1_mix001_ov1.wav")
        try Folder.make("\(root)/set/metadata_dev")
        let labels = "\(root)/set/metadata_dev/fold1_room1_mix001_ov1.csv"
        try "0,0,0,10,0\n".write(toFile: labels, atomically: true, encoding: .utf8)
        let localized = try bearing(
            "localize @/set/foa_dev/fold1_room1_mix001_ov1.wav --model @/model.safetensors --out @/set/metadata_dev/")
        let evaluated = try bearing("evaluate --model @/model.safetensors --dataset @/set --out @/set/metadata_dev")
        #expect(localized.status == 64 && evaluated.status == 78, "\(localized.error)\(evaluated.error)")
        #expect(try String(contentsOfFile: labels, encoding: .utf8) == "0,0,0,10,0\n")
    }

    // MARK: evaluate

    @Test func evaluateNamesOlderTracksAndLocksItsFolder() throws {
        try record("set/foa_eval/mix001.wav")
        try Folder.make("\(root)/tracks")
        try "0,0,0,10,0\n".write(toFile: "\(root)/tracks/mix009.csv", atomically: true, encoding: .utf8)
        let command = "evaluate --model @/model.safetensors --dataset @/set --set evaluation --out @/tracks"
        let result = try bearing(command)
        #expect(
            result.status == 0 && result.error.contains("1 csv files of other recordings, such as mix009.csv, are left unchanged"),
            "\(result.error)"
        )
        #expect(try names("tracks") == ["mix001.csv", "mix009.csv"])
        let lock = try FolderLock(folder: "\(root)/tracks")
        let refused = try bearing(command)
        #expect(
            refused.status == 74 && refused.error.contains("\(root)/tracks: expected a folder that no other process writes to"),
            "\(refused.error)")
        withExtendedLifetime(lock) {}
    }

    /// A data set with the same path, name, size and time of modification.
    @Test func evaluateDoesNotUseFeaturesOfOtherAudio() throws {
        func tracks(_ options: String) throws -> String {
            let result = try bearing("evaluate --model @/model.safetensors --dataset @/set --set evaluation --out @/tracks \(options)")
            #expect(result.status == 0, "\(result.error)")
            return try String(contentsOfFile: "\(root)/tracks/mix001.csv", encoding: .utf8)
        }
        let audio = "\(root)/set/foa_eval/mix001.wav"
        let time: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSince1970: 1_600_000_000)]
        try record("set/foa_eval/mix001.wav", seed: 0.3)
        try FileManager.default.setAttributes(time, ofItemAtPath: audio)
        let first = try tracks("--all-outputs --cache @/cache")
        try record("set/foa_eval/mix001.wav", seed: 0.01)
        try FileManager.default.setAttributes(time, ofItemAtPath: audio)
        let alone = try tracks("--all-outputs")
        #expect(try tracks("--all-outputs --cache @/cache") == alone && alone != first)
        // A damaged file is named, and made good.
        let cached = "\(root)/cache/mix001.foa-intensity.features"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: cached))
        bytes[bytes.count / 2] ^= 0x55
        try bytes.write(to: URL(fileURLWithPath: cached))
        let healed = try bearing(
            "evaluate --model @/model.safetensors --dataset @/set --set evaluation --out @/tracks --all-outputs --cache @/cache")
        #expect(
            healed.status == 0 && healed.error.contains("\(cached): its checksum does not match its contents: rebuilt"), "\(healed.error)")
        #expect(try String(contentsOfFile: "\(root)/tracks/mix001.csv", encoding: .utf8) == alone)
    }

    // MARK: synth, train, train-hnet

    @Test func synthNamesTheOptionThatDiffers() throws {
        let command = "synth --background-only --out @/set --fold 3 --recordings 1 --duration 2"
        #expect(try bearing(command).status == 0)
        let again = try bearing(command)
        #expect(again.status == 74 && again.error.contains("expected no recordings of fold 3 yet, found 1"), "\(again.error)")
        let resumed = try bearing(command + " --resume")
        #expect(resumed.status == 0 && resumed.output.hasPrefix("0 recordings"), "\(resumed.error)")
        let other = try bearing(command + " --resume --seed 9")
        #expect(other.status == 78 && other.error.contains("(seed: 1 there, 9 now)") && other.error.split(separator: "\n").count == 1)
        let lock = try FolderLock(folder: "\(root)/set")
        let locked = try bearing("synth --background-only --out @/set --fold 2 --recordings 1 --duration 2")
        #expect(locked.status == 74 && locked.error.contains("by process \(getpid())"), "\(locked.error)")
        withExtendedLifetime(lock) {}
    }

    @Test func trainRefusesAFolderInUse() throws {
        for fold in [2, 3] {
            #expect(try bearing("synth --background-only --out @/set --fold \(fold) --recordings 1 --duration 2").status == 0)
        }
        let command = "train --dataset @/set --out @/run --filters 4 --gru-width 4 --epochs 1 --steps-per-epoch 1 --batch 2 --blocks 10"
        do {
            let lock = try FolderLock(folder: "\(root)/run")
            let result = try bearing(command)
            #expect(
                result.status == 74 && result.error.contains("\(root)/run: expected a folder that no other process writes to"),
                "\(result.error)")
            withExtendedLifetime(lock) {}
        }
        #expect(try names("run") == [])
        let result = try bearing(command)
        #expect(result.status == 0, "\(result.error)")
        let other = try bearing(command + " --seed 4")
        #expect(other.status == 65 && other.error.contains("(training.seed: 1 there, 4 now)"), "\(other.error)")
    }

    @Test func trainHnetDoesNotOverwriteAnotherNetwork() throws {
        let command = "train-hnet --tracks 1 --epochs 1 --matrices 256 --out @/hnet.safetensors"
        #expect(try bearing(command).status == 0)
        let first = try Data(contentsOf: URL(fileURLWithPath: "\(root)/hnet.safetensors"))
        // The same again gives the same.
        #expect(try bearing(command).status == 0)
        for options in ["--seed 2", "--epochs 2", "--learning-rate 0.1"] {
            let result = try bearing("\(command) \(options)")
            #expect(result.status == 78 && result.error.contains("found one of other options"), "\(result.error)")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(root)/hnet.safetensors")) == first)
        let foreign = try bearing("train-hnet --tracks 1 --epochs 1 --matrices 256 --out @/model.safetensors")
        #expect(foreign.status == 78 && foreign.error.contains("found another file"), "\(foreign.error)")
        let lock = try FolderLock(file: "\(root)/hnet.safetensors")
        #expect(try bearing(command).status == 74)
        withExtendedLifetime(lock) {}
    }
}
