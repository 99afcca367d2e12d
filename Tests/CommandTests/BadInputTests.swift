import Foundation
import Testing

/// User errors, each reported by the program in one line, with the exit code of its kind (sysexits.h).
@Suite struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        /// "@" is the folder of `BadInputFolder`.
        let command: String
        let status: Int32
        /// The name that the line contains.
        let named: [String]

        init(_ command: String, _ status: Int32, _ named: String...) {
            self.command = command
            self.status = status
            self.named = named
        }

        var testDescription: String { command }
    }

    private static let badData: Int32 = 65
    private static let noInput: Int32 = 66
    private static let unavailable: Int32 = 69
    private static let inputOutput: Int32 = 74
    private static let configuration: Int32 = 78

    private static let good = "--model @/good.safetensors"
    private static let hearing = "--source file:@/good.wav --socket @/socket"

    /// Recordings, with every command that reads one.
    private static let recordings = [
        ("none.wav", noInput, "found nothing there"), ("stereo.wav", badData, "expected 4 channels, found 2"),
        ("empty.wav", badData, ""), ("corrupt.wav", badData, "expected an audio file"),
        ("cut.wav", badData, "expected 6000 frames as its header says, found 2997"),
        ("pipe.wav", noInput, "found: a named pipe"), ("device.wav", noInput, "found: a device"), ("run.wav", noInput, "found: a folder"),
        ("sparse.wav", badData, "expected an audio file"), ("endless.wav", badData, "expected at most 1000 hours of audio"),
    ].flatMap { name, status, part in
        [
            Case("localize @/\(name) \(good)", status, "@/\(name): ", part),
            Case("check --source file:@/\(name) --socket @/socket \(good)", status, "@/\(name): ", part),
            Case("run --source file:@/\(name) --socket @/socket \(good)", status, "@/\(name): ", part),
        ]
    }

    /// Models, by every command that loads one.
    private static let models =
        [
            ("none.safetensors", noInput, ""), ("good.wav", badData, "expected a safetensors file"),
            ("lacking.safetensors", badData, "expected a tensor direction.0.bias"),
            ("misshapen.safetensors", badData, "tensor direction.0.bias: expected shape [16], found [1]"),
            ("pipe.safetensors", noInput, "found a named pipe"), ("device.safetensors", noInput, "found a device"),
            ("sparse.safetensors", badData, "expected at most 1073741824 bytes, found 4398046511104"),
            ("hollow.safetensors", badData, "a header that is not valid for the format"),
        ].flatMap { name, status, part in
            [
                Case("localize @/good.wav --model @/\(name)", status, "@/\(name): ", part),
                Case("check \(hearing) --model @/\(name)", status, "@/\(name): ", part),
                Case("run \(hearing) --model @/\(name)", status, "@/\(name): ", part),
                Case("evaluate --dataset @/badrow --folds 2 --model @/\(name)", status, "@/\(name): ", part),
            ]
        }
        + ["localize @/good.wav", "check \(hearing)", "run \(hearing)"].flatMap {
            [
                Case(
                    "\($0) --model @/directions.safetensors", badData, "@/directions.safetensors: ",
                    "expected a model with activity outputs")
            ]
        }

    /// `localize` accepts such a model too.
    private static let offline = ["check", "run"].map {
        Case("\($0) \(hearing) --model @/paper.safetensors", badData, "@/paper.safetensors: ", "expected a model of form live, found paper")
    }

    /// The configuration, the device and the socket, by the two commands that need them.
    private static let settings =
        ["check", "run"].flatMap { command in
            [
                Case("\(command) --config @/none.toml \(good)", configuration, "@/none.toml: "),
                Case("\(command) --config @/pipe.toml \(good)", configuration, "@/pipe.toml: ", "found a named pipe"),
                Case("\(command) --config @/device.toml \(good)", configuration, "@/device.toml: ", "found a device"),
                Case("\(command) --config @/run.wav \(good)", configuration, "@/run.wav: ", "found a folder"),
                Case("\(command) --config @/sparse.toml \(good)", configuration, "@/sparse.toml: ", "found 4398046511104 bytes"),
                Case(
                    "\(command) --config @/pipes.toml \(hearing)", configuration,
                    "@/pipes.toml: model.path: expected a model file, found a named pipe at @/pipe.safetensors"),
                Case("\(command) --config @/unknown.toml \(good)", configuration, "@/unknown.toml: gate.open_treshold: "),
                Case(
                    "\(command) --config @/absent.toml \(hearing)", configuration,
                    "@/absent.toml: model.path: expected a model file, found nothing at @/none.safetensors"),
                Case(
                    "\(command) --config @/stay.toml \(hearing) \(good)", configuration,
                    "@/stay.toml: gate.stay_threshold: expected at most"),
                Case("\(command) --source hw:1 \(good)", configuration, "--source", "\"hw:1\""),
                Case("\(command) --format ogg \(good)", configuration, "--format", "\"ogg\""),
                Case(
                    "\(command) --format mic \(hearing) \(good)", configuration, "@/good.safetensors: ", "found one for foa"),
                Case("\(command) --source alsa:nosuchdevice --socket @/socket \(good)", unavailable, "nosuchdevice: "),
                Case("\(command) --source file:@/good.wav --socket @/none/socket \(good)", inputOutput, "@/none/socket"),
                Case("\(command) --source file:@/good.wav --socket @/good.wav/socket \(good)", inputOutput, "@/good.wav/socket"),
                Case("\(command) --source file:@/good.wav --socket @/empty.wav \(good)", configuration, "@/empty.wav"),
                Case("\(command) --source file:@/good.wav --socket tcp:localhost:1 \(good)", configuration, "--socket", "tcp:localhost:1"),
                // A documentation network (RFC 5737): no machine has it.
                Case("\(command) --source file:@/good.wav --socket tcp:192.0.2.1:7420 \(good)", inputOutput, "tcp:192.0.2.1:7420"),
            ]
        } + [
            // No user, not even root, may create a file there.
            Case("run --source file:@/good.wav --socket /proc/socket \(good)", inputOutput, "/proc/socket"),
            Case("run --source file:@/good.wav --socket systemd \(good)", configuration, "expected a socket passed by systemd"),
        ]

    /// Arrays and channels, with every command that uses them.
    private static let arrays = ["localize @/good.wav \(good)", "check \(hearing) \(good)", "run \(hearing) \(good)"].flatMap { command in
        [
            Case("\(command) --format aformat", configuration, "array: expected the array of format aformat, found none"),
            Case("\(command) --format aformat --array @/none.toml", configuration, "@/none.toml: expected an array file"),
            Case("\(command) --format aformat --array @/pipe.toml", configuration, "@/pipe.toml: expected an array file", "a named pipe"),
            Case("\(command) --format aformat --array @/sparse.toml", configuration, "@/sparse.toml: expected an array file"),
            Case("\(command) --format aformat --array nosuch", configuration, "nosuch: expected an array file"),
            Case("\(command) --format aformat --array @/good.wav", configuration, "@/good.wav: "),
            Case(
                "\(command) --format aformat --array @/three.toml", configuration,
                "@/three.toml: expected 4 capsules at least for format aformat, found 3"),
            Case(
                "\(command) --format aformat --array tau-nigens-mic --ambisonics fuma", configuration,
                "ambisonics: expected fuma with format foa only, found format aformat"),
            Case("\(command) --config @/sector.toml", configuration, "@/sector.toml: ignore[0].elevation: "),
        ]
    }

    private static let datasets =
        ["train --out @/run --dataset", "evaluate \(good) --folds 3 --dataset"].flatMap { command in
            [
                Case("\(command) @/nowhere", noInput, "@/nowhere/foa_dev: "),
                Case("\(command) @/unlabelled", noInput, "@/unlabelled/metadata_dev: "),
                Case("\(command) @/gap", noInput, "@/gap/metadata_dev/fold3_room1_mix001_ov1.csv"),
                Case("\(command) @/badrow", badData, "/metadata_dev/fold", "_room1_mix001_ov1.csv:2: expected azimuth"),
            ]
        } + [
            Case("train --dataset @/badrow --out @/run --config @/none.toml", configuration, "@/none.toml: "),
            Case("train --dataset @/badrow --out @/run --config @/pipe.toml", configuration, "@/pipe.toml: ", "a named pipe"),
            Case("train --dataset @/badrow --out @/run --initial @/pipe.safetensors", noInput, "@/pipe.safetensors: ", "a named pipe"),
            Case("train --dataset @/badrow --out @/run --teacher @/pipe.safetensors", noInput, "@/pipe.safetensors: ", "a named pipe"),
            Case(
                "train --dataset @/gap --out @/run --loss tracking --hnet @/pipe.safetensors", noInput, "@/pipe.safetensors: ",
                "a named pipe"),
            Case("train --dataset @/piped --out @/run", noInput, "@/piped/metadata_dev/fold3_room1_mix001_ov1.csv: ", "a named pipe"),
            Case("evaluate \(good) --folds 2 --dataset @/piped", noInput, "@/piped/foa_dev/fold2_room1_mix001_ov1.wav: ", "a named pipe"),
            Case(
                "evaluate \(good) --folds 3 --dataset @/piped", noInput, "@/piped/metadata_dev/fold3_room1_mix001_ov1.csv: ", "a named pipe"
            ),
            Case("score --folds 3 @/piped/metadata_dev @/piped/metadata_dev", noInput, "fold3_room1_mix001_ov1.csv: ", "a named pipe"),
            Case("plot --tracks @/pipe.wav --out @/plot.svg", noInput, "@/pipe.wav: ", "a named pipe"),
            Case("plot --reference @/device.wav --out @/plot.svg", noInput, "@/device.wav: ", "a device"),
            Case("plot --log @/sparse.wav --out @/plot.svg", badData, "@/sparse.wav: expected at most 268435456 bytes"),
            Case("train --dataset @/badrow --out @/run --config @/unknown.toml", configuration, "@/unknown.toml: gate: "),
            Case("train --dataset @/badrow --out @/run --filters 0", configuration, "--filters: expected an integer from 1"),
            Case("train --dataset @/badrow --out @/run --gain-min 20", configuration, "--gain-min: expected gain_min at most"),
            Case("train --dataset @/badrow --out @/run --initial @/none.safetensors", noInput, "@/none.safetensors: "),
            Case("train --dataset @/gap --out @/run --loss tracking --hnet @/none.safetensors", noInput, "@/none.safetensors: "),
            Case("train --dataset @/gap --out @/run --loss tracking --hnet @/good.safetensors", badData, "expected bearing-hnet-1"),
            Case("reproduce table1 --dataset @/nowhere --out @/table", noInput, "@/nowhere/foa_dev: "),
            Case("reproduce table1 --dataset @/gap --out @/table --hnet @/good.safetensors", badData, "expected bearing-hnet-1"),
            Case("score --folds 2 @/badrow/metadata_dev @/badrow/metadata_dev", badData, "fold2_room1_mix001_ov1.csv:2: expected azimuth"),
            Case("synth --sounds @/nowhere --out @/scenes", noInput, "@/nowhere: "),
            Case("synth --sounds @/gap/metadata_dev --out @/scenes", noInput, "@/gap/metadata_dev: "),
        ]

    @Test(arguments: recordings + models + offline + settings + arrays + datasets)
    func everyFaultIsReportedInOneLine(_ fault: Case) throws {
        let folder = try BadInputFolder()
        let arguments = fault.command.replacingOccurrences(of: "@", with: folder.path).split(separator: " ").map(String.init)
        let result = try BearingProcess.run(arguments)
        #expect(result.status == fault.status, "\(result.error)")
        var lines = result.error.split(separator: "\n")
        // Log lines of the daemon precede the error.
        if arguments[0] == "run" { lines.removeAll { !$0.hasPrefix("bearing: ") } }
        #expect(lines.count == 1 && result.error.hasSuffix("\n"), "\(result.error)")
        let line = try #require(lines.last, "nothing on standard error")
        #expect(line.hasPrefix("bearing: "))
        for part in fault.named where !part.isEmpty {
            #expect(line.contains(part.replacingOccurrences(of: "@", with: folder.path)), "\(line)")
        }
        if arguments[0] != "check" { #expect(result.output == "") }
    }

    @Test func everyFaultAtOnceHasItsLine() throws {
        let folder = try BadInputFolder()
        func lines(_ arguments: String...) throws -> [Substring] {
            let result = try BearingProcess.run(arguments)
            #expect(result.status == Self.configuration || result.status == Self.noInput, "\(result.error)")
            let lines = result.error.split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix("bearing: \(folder.path)/") || $0.hasPrefix("bearing: command line: ") })
            return lines
        }
        let settings = try lines("check", "--config", "\(folder.path)/two.toml", "--format", "ogg")
        #expect(settings.count == 3)
        #expect(try lines("run", "--config", "\(folder.path)/two.toml", "--format", "ogg") == settings)
        #expect(try lines("train", "--config", "\(folder.path)/two.toml", "--batch", "0").count == 3)
        let files = try lines(
            "check", "--model", "\(folder.path)/none.safetensors", "--source", "file:\(folder.path)/none.wav",
            "--socket", "\(folder.path)/socket")
        #expect(files.count == 2)
    }
}
