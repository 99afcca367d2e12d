import Audio
import Dataset
import DatasetSupport
import Files
import Foundation
import Testing

@Suite struct MixtureWriterTests {
    private let dataset = LayoutFolder()
    private let out = LayoutFolder()

    /// Three ov1 recordings of 4, 5 and 6 blocks and one ov2 in a room.
    init() throws {
        for (index, blocks) in [4, 5, 6].enumerated() {
            let name = "fold3_room1_mix00\(index + 1)_ov1"
            let rows = (0..<blocks).map { "\($0),\(index),0,\(index * 10),5" }
            try dataset.put(name, LayoutFolder.noise(name, blocks: blocks), rows: rows)
            try dataset.put(name, LayoutFolder.noise("mic" + name, blocks: blocks), format: .mic)
        }
        let name = "fold3_room1_mix004_ov2"
        for format in DatasetFormat.allCases {
            try dataset.put(name, LayoutFolder.noise(name, blocks: 2), rows: ["0,1,0,0,0"], format: format)
        }
    }

    private func writer(_ change: (inout MixtureWriter.Settings) -> Void = { _ in }) throws -> MixtureWriter {
        var settings = MixtureWriter.Settings()
        settings.times = 3
        settings.formats = [.foa, .mic]
        change(&settings)
        return try MixtureWriter(dataset: dataset.root, folder: out.root, settings: settings)
    }

    @Test func mixturesAreSumsAndTheLongerOneContinues() throws {
        let writer = try writer()
        let report = try writer.write()
        #expect(report.written == 3 && report.kept == 0 && report.limitedSamples == 0 && report.lateRows == 0)
        #expect(abs(report.seconds - 1.7) < 1e-9)
        #expect(writer.pairs.pairs.map(\.name) == (5...7).map { "fold3_room1_mix00\($0)_ov2" })
        for pair in writer.pairs.pairs {
            for format in DatasetFormat.allCases {
                let (a, b) = (try dataset.samples(pair.first, format), try dataset.samples(pair.second, format))
                let sum = (0..<max(a.count, b.count)).map { ($0 < a.count ? a[$0] : 0) + ($0 < b.count ? b[$0] : 0) }
                #expect(try out.samples(pair.name, format) == sum)
            }
            let rows = try out.text(pair.name).split(separator: "\n")
            let given = try [pair.first, pair.second].flatMap { try dataset.text($0).split(separator: "\n") }
            #expect(rows.sorted() == given.sorted())
        }
        // Only the three files of each mixture and the file of their inputs.
        #expect(try out.files().filter { $0.contains("/") }.count == 9)
        #expect(try out.files().filter { !$0.contains("/") && $0 != ".lock" } == ["augment.txt"])
        #expect(try out.layout(.mic).development(folds: [3]).recordings.count == 3)
    }

    @Test func sumsBeyondSixteenBitsAreLimitedAndCounted() throws {
        let loud = (0..<2400 * 4).map { Float($0 % 2 == 0 ? 20_000 : -20_000) / 32768 }
        for mix in 1...3 { try dataset.put("fold3_room1_mix00\(mix)_ov1", loud) }
        let report = try writer { $0.formats = [.foa] }.write()
        #expect(report.limitedSamples == 3 * 2400 * 4 && report.limitedFiles == 3)
        let samples = try out.samples("fold3_room1_mix005_ov2")
        #expect(samples[0] == 32767 / 32768 && samples[1] == -1)
    }

    @Test func invalidSamplesAreCountedByRecording() throws {
        let names = [1, 2, 3].map { "fold3_room1_mix00\($0)_ov1" }
        for (index, name) in names.enumerated() {
            let writer = try AudioFileWriter(path: dataset.audio(name), encoding: .waveFloat, sampleRate: 24_000, channels: 4)
            var samples = [Float](repeating: 0.1, count: 2400 * 4)
            for bad in 0..<index { samples[100 + bad] = bad == 0 ? .nan : 1e20 }
            try writer.write(samples.span)
            try writer.close()
        }
        // Every recording is in some of the three mixtures of three.
        let report = try writer { $0.formats = [.foa] }.write()
        #expect(report.unsoundSamples == [dataset.audio(names[1]): 1, dataset.audio(names[2]): 2])
    }

    @Test func labelsAfterTheEndOfTheirRecordingAreIgnored() throws {
        try "3,7,0,0,0\n4,7,0,0,0\n9,7,0,0,0\n".write(
            toFile: dataset.metadata("fold3_room1_mix001_ov1"), atomically: true, encoding: .utf8)
        let writer = try writer()
        // Two of the three pairs have that recording of four blocks, with a longer one.
        #expect(try writer.write().lateRows == 4)
        for pair in writer.pairs.pairs {
            let sevens = try out.text(pair.name).split(separator: "\n").filter { $0.contains(",7,") }
            #expect(sevens == ([pair.first, pair.second].contains("fold3_room1_mix001_ov1") ? ["3,7,0,0,0"] : []))
        }
    }

    @Test func existingMixturesAreRefusedUnlessResumed() throws {
        _ = try writer().write()
        let text = message { _ = try writer() }
        #expect(text.contains(out.root) && text.contains("found 9 files") && text.contains("--resume"))

        let (kept, lost) = ("fold3_room1_mix005_ov2", "fold3_room1_mix006_ov2")
        let before = try [out.samples(lost, .mic), out.samples(lost)]
        try FileManager.default.removeItem(atPath: out.metadata(lost))
        try FileManager.default.removeItem(atPath: out.audio("fold3_room1_mix007_ov2", .mic))
        // A mark that a kept file has and a new one has not.
        try out.put(kept, [0, 0, 0, 0])
        try out.put(lost, [0, 0, 0, 0])
        let report = try writer { $0.resumes = true }.write()
        #expect(report.written == 2 && report.kept == 1)
        #expect(try out.samples(kept) == [0, 0, 0, 0])
        #expect(try [out.samples(lost, .mic), out.samples(lost)] == before)
        #expect(try out.files().filter { $0.contains("/") }.count == 9)
    }

    /// The change of a resumed run, and the name in its refusal.
    @Test(arguments: [
        ("seed", "seed: 1 there, 2 now"), ("times", "times: 3 there, 1 now"), ("labels", "dataset: "), ("audio", "dataset: "),
    ])
    func mixturesOfOtherInputsAreNotResumed(what: String, told: String) throws {
        _ = try writer { $0.formats = [.foa] }.write()
        let name = "fold3_room1_mix001_ov1"
        if what == "labels" { try "0,9,0,9,9\n".write(toFile: dataset.metadata(name), atomically: true, encoding: .utf8) }
        if what == "audio" { try dataset.put(name, LayoutFolder.noise("another", blocks: 4)) }
        let text = message {
            _ = try writer {
                $0.formats = [.foa]
                $0.resumes = true
                if what == "seed" { $0.seed = 2 }
                if what == "times" { $0.times = 1 }
            }
        }
        #expect(
            text.contains(out.root) && text.contains(told) && text.contains("options of the first run") && !text.contains("\n"), "\(text)")
    }

    @Test func anotherFormatMayFollow() throws {
        _ = try writer { $0.formats = [.foa] }.write()
        let report = try writer {
            $0.formats = [.mic]
            $0.resumes = true
        }.write()
        #expect(report.written == 3)
        #expect(try out.layout(.mic).development(folds: [3]).recordings.count == 3)
    }

    @Test func mixturesOfUnknownOriginAreNotResumed() throws {
        _ = try writer().write()
        try FileManager.default.removeItem(atPath: "\(out.root)/augment.txt")
        #expect(message { _ = try writer { $0.resumes = true } }.contains("expected augment.txt"))
    }

    @Test func twoWritersDoNotShareAFolder() throws {
        let first = try writer()
        #expect(throws: FolderError.inUse(path: out.root, process: getpid())) { _ = try writer { $0.resumes = true } }
        _ = try first.write()
    }

    @Test func theNumberOfThreadsDoesNotMatter() throws {
        let other = LayoutFolder()
        _ = try writer { $0.threads = 1 }.write()
        var settings = MixtureWriter.Settings()
        (settings.times, settings.threads, settings.formats) = (3, 3, [.mic])
        _ = try MixtureWriter(dataset: dataset.root, folder: other.root, settings: settings).write()
        // One format alone gives the same pairs as both.
        for mix in 5...7 {
            let name = "fold3_room1_mix00\(mix)_ov2"
            #expect(try other.samples(name, .mic) == out.samples(name, .mic))
            #expect(try other.text(name) == out.text(name))
        }
    }

    @Test func mismatchedRecordingsAreNamed() throws {
        #expect(
            message { _ = try MixtureWriter(dataset: dataset.root, folder: "\(dataset.root)/.", settings: .init()) }
                .contains("expected a folder other than"))
        #expect(message { _ = try writer { $0.folds = [4] } }.contains("expected recordings of fold 4"))
        try dataset.put("fold5_room1_mix001_ov1", [0, 0, 0, 0], rows: [])
        #expect(message { _ = try writer { ($0.folds, $0.formats) = ([5], [.foa]) } }.contains("nothing to mix"))
        let lone = message { _ = try writer { $0.folds = [3, 5] } }
        #expect(lone.contains("\(dataset.root)/mic_dev/fold5_room1_mix001_ov1.wav"))
    }
}
