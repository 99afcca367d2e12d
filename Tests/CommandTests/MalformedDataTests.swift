import Foundation
import Testing

/// The errors and warnings of each command about one fault of a data set: the table in docs/training.md.
@Suite struct MalformedDataTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        /// Of every command.
        let status: Int32
        /// The expected text; @ is the faulty file.
        let said: String
        let isAudio: Bool
        let make: @Sendable (MalformedDataFolder) throws -> Void
        var testDescription: String { name }
    }

    private static func rows(_ name: String, _ text: String, _ said: String) -> Fault {
        Fault(name: name, status: 65, said: said, isAudio: false) { try $0.label(text) }
    }

    private static func audio(
        _ name: String, _ said: String, _ make: @escaping @Sendable (MalformedDataFolder) throws -> Void
    ) -> Fault {
        Fault(name: name, status: 65, said: said, isAudio: true, make: make)
    }

    private static let faults = [
        rows(
            "columns", "0,0,0,10,0\n1,0,0,10\n",
            "@:2: expected 5 or 6 columns frame,class,track,azimuth,elevation[,distance], found 4: 1,0,0,10"),
        rows("no csv", "frame;class;track;azimuth;elevation\n", "@:1: expected 5 or 6 columns"),
        rows("header", "frame,class,track,azimuth,elevation\n", "@:1: expected a whole frame (below 1000000) of 0 or more, found frame"),
        rows("frame before 0", "-1,0,0,10,0\n", "@:1: expected a whole frame (below 1000000) of 0 or more, found -1"),
        rows("frame without end", "1000000,0,0,10,0\n", "@:1: expected a whole frame (below 1000000) of 0 or more, found 1000000"),
        rows("class", "0,speech,0,10,0\n", "@:1: expected a whole class of 0 or more, found speech"),
        rows("azimuth", "0,0,0,10,0\n1,0,0,361,0\n", "@:2: expected azimuth in -180...360 degrees, found 361"),
        rows("no number", "0,0,0,nan,0\n", "@:1: expected azimuth in -180...360 degrees, found nan"),
        rows(
            "DCASE 2019", "sound_event_recording,start_time,end_time,ele,azi,dist\nspeech,0.8,10.0,5,-70,2\n",
            "@:1: expected rows frame,class,track,azimuth,elevation, found the header of DCASE 2019"),
        rows(
            "Cartesian", "0,0,0,0.49240,0.85287,0.17365\n", "@:1: expected azimuth and elevation in degrees and a distance in centimetres"),
        rows("elevation", "0,0,0,10,-91\n", "@:1: expected elevation in -90...90 degrees, found -91"),
        Fault(name: "missing csv", status: 66, said: "@", isAudio: false) {
            try FileManager.default.removeItem(atPath: $0.metadata)
        },
        audio("rate", "@: expected a rate of 24000 Hz, found 48000 Hz") { try $0.record(rate: 48_000) },
        audio("channels", "@: expected 4 channels, found 2") { try $0.record(channels: 2) },
        audio("truncated", "@: expected 12000 frames as its header says, found 5997: the file is cut off") { try $0.cut() },
        audio("without a sample", "@: expected audio, found none in it") { try $0.record(frames: 0) },
        audio("no audio", "@: expected an audio file") {
            try String(repeating: "U", count: 5000).write(toFile: $0.audio, atomically: true, encoding: .utf8)
        },
    ]

    /// `train` stops at it; `evaluate` and `augment` do without the recording, where its labels are there.
    @Test(arguments: faults, ["train", "evaluate", "augment"])
    func aFaultIsRefusedInOneLine(fault: Fault, command: String) throws {
        let folder = try MalformedDataFolder()
        try fault.make(folder)
        let result = try folder.run(command)
        #expect(result.status == fault.status, "\(result.error)")
        let lines = result.error.split(separator: "\n")
        let goesOn = command != "train" && fault.status == 65
        let summary: [Substring] = goesOn && command == "evaluate" ? ["bearing: 2 of 3 recordings done, 1 failed"] : []
        #expect(Array(lines.dropFirst()) == summary, "\(result.error)")
        #expect(result.output.isEmpty == !goesOn)
        let said = fault.said.replacingOccurrences(of: "@", with: fault.isAudio ? folder.audio : folder.metadata)
        #expect(result.error.hasPrefix("bearing: ") && result.error.contains(said), "\(result.error)")
    }

    /// Tolerated faults: labels, and the commands' warnings about them, nil for none.
    private static let rules: [(labels: String, command: String, said: String?)] = [
        ("0,0,0,10,0\n7,0,0,10,0\n", "train", "@: labels up to frame 7, but the recording ends after 5; later ones are ignored"),
        ("0,0,0,10,0\n7,0,0,10,0\n", "evaluate", "@: labels up to frame 7, but the recording ends after 5; later ones are ignored"),
        ("0,0,0,10,0\n7,0,0,10,0\n", "augment", "1 labels after the end of their recording are ignored"),
        ("0,0,0,10,0\n0,0,0,20,0\n", "train", "@:2: 1 rows repeat a frame, class and track; the first is used"),
        ("0,0,0,10,0\n0,0,0,20,0\n", "evaluate", "@:2: 1 rows repeat a frame, class and track; the first is used"),
        ("0,0,0,10,0\n0,0,0,20,0\n", "augment", "1 labels repeat a frame, class and track; the first is used"),
        (
            "0,0,0,10,0\n0,1,0,20,0\n0,2,0,30,0\n", "train",
            "fold3_room1_mix001_ov1: more than 2 sources at once in 1 frames; the excess is ignored"
        ),
        // All of them count as references, and go into a mixture.
        ("0,0,0,10,0\n0,1,0,20,0\n0,2,0,30,0\n", "evaluate", nil),
        ("0,0,0,10,0\n0,1,0,20,0\n0,2,0,30,0\n", "augment", nil),
        ("0,0,0,359,0,180\n1,0,0,10,0,190\n", "train", "@:1: 1 azimuths above 180 degrees in 1 csv files are reduced by 360"),
        ("0,0,0,359,0\n1,0,0,10,0\n", "evaluate", "@:1: 1 azimuths above 180 degrees in 1 csv files are reduced by 360"),
        ("0,0,0,359,0\n", "augment", "1 azimuths above 180 degrees are reduced by 360"),
        (
            "1,0,0,10,0\n5,0,0,10,0\n", "evaluate",
            "@: labels up to frame 5, but the recording ends after 5; later ones are ignored; frames count from 0"
        ),
        // A recording without a source.
        ("", "train", nil), ("", "evaluate", nil), ("", "augment", nil),
    ]

    @Test(arguments: rules)
    func toleratedRowsCauseAWarning(labels: String, command: String, said: String?) throws {
        let folder = try MalformedDataFolder()
        try folder.label(labels)
        let result = try folder.run(command)
        #expect(result.status == 0 && result.output != "", "\(result.error)")
        var lines = result.error.split(separator: "\n").map(String.init)
        if command == "train" { lines.removeAll { $0.contains(" parameters") } }
        let expected = said.map { ["bearing: " + $0.replacingOccurrences(of: "@", with: folder.metadata)] } ?? []
        #expect(lines == expected)
        if command == "augment" {
            let mixture = try String(contentsOfFile: "\(folder.path)/mixtures/metadata_dev/fold3_room1_mix004_ov2.csv", encoding: .utf8)
            #expect(mixture.split(separator: "\n").count == 2 + (labels.isEmpty ? 0 : said == nil ? 3 : 1))
        }
    }

    @Test func mixingWithoutPairsIsAFaultOfTheSettings() throws {
        let folder = try MalformedDataFolder()
        try FileManager.default.removeItem(atPath: folder.audio)
        let result = try BearingProcess.run(
            "train", "--dataset", "\(folder.path)/scenes", "--out", "\(folder.path)/run", "--mix", "0.5")
        #expect(result.status == 78 && result.error.contains("\nbearing: mix: expected training recordings to mix"))
    }

    @Test func augmentReportsItsResult() throws {
        let folder = try MalformedDataFolder()
        let first = try folder.run("augment")
        #expect(first.status == 0 && first.error == "")
        #expect(first.output.hasPrefix("1 recordings, 1 s of audio, in \(folder.path)/mixtures, mixed in "))
        #expect(first.output.hasSuffix("; no sample was limited\n"))
        let again = try folder.run("augment")
        #expect(again.status == 74 && again.output == "" && again.error.contains("found 2 files"))
        let resumed = try BearingProcess.run(
            "augment", "--dataset", "\(folder.path)/scenes", "--out", "\(folder.path)/mixtures", "--times", "1", "--resume")
        #expect(resumed.status == 0 && resumed.output.contains("; 1 kept;"))
        let trained = try BearingProcess.run(
            "train", "--dataset", "\(folder.path)/scenes", "--extra", "\(folder.path)/mixtures", "--out", "\(folder.path)/run",
            "--filters", "2", "--gru-width", "2", "--batch", "2", "--blocks", "2", "--epochs", "1", "--steps-per-epoch", "2",
            "--mix", "0.5")
        #expect(trained.status == 0 && trained.error.contains("4 training and 1 validation recordings"))
        for wrong in [["--times", "0"], ["--folds", "4-3"], ["--threads", "0"]] {
            let result = try BearingProcess.run(
                ["augment", "--dataset", "\(folder.path)/scenes", "--out", "\(folder.path)/other"] + wrong)
            #expect(result.status == 64)
        }
    }
}
