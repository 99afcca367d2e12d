import ArgumentParser
import Audio
import Diagnosis
import Files
import Formats
import Geometry
import JSON

struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Measures the capsules of an array with sounds, and writes an array file with their gains and delays.",
        discussion: """
            Sounds from known directions, a recording each, also tell how the array is turned against its file: the new file has the axes of \
            these directions. They should come from all sides, three at least. A flat array has to lie level. \
            With --moving, a minute of one sound that moves all around the array, from unknown directions, gives gains only.

            Claps, speech or noise, 1 to 2 m away, in a quiet place with few reflections (docs/calibration.md).

            Examples:
              bearing calibrate --array uma-8-all --channels 0-6 --at 0,0=front.wav --at 90,0=left.wav --at 180,0=back.wav --at -90,0=right.wav \
            --out my-array.toml
              bearing calibrate --array my-array.toml --moving walk.wav --out calibrated.toml
            """)

    @Option(help: "Array file, or a name in arrays/: the capsules as they should be.")
    var array: String
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Known direction of a sound in degrees, and its recording. Repeated.", valueName: "az,el=recording"))
    var at: [String] = []
    @Option(help: ArgumentHelp("Recording of one sound that moves around the array.", valueName: "recording"))
    var moving: String?
    @Option(
        help: ArgumentHelp(
            "Channels of the recordings, one for each capsule, in order, counted from 0, such as 1,2,3,4 or 0-7.", valueName: "a,b,c..."))
    var channels: String?
    @Option(help: ArgumentHelp("Array file to write; an existing file is replaced.", valueName: "file"))
    var out: String
    @Flag(help: "Print JSON.")
    var json = false

    /// Seconds of a sound from a known direction, and of a moving one, that are used.
    private static let longest = (known: 60, moving: 180)
    private static let shortest = 1.0
    /// Degrees between a known direction and the measured one that are reported.
    private static let tolerance: Float = 8

    func validate() throws {
        for text in at where KnownDirection(text)?.recording == nil {
            throw ValidationError("--at: expected AZIMUTH,ELEVATION=RECORDING in degrees, found \"\(text)\"")
        }
        guard at.isEmpty != (moving == nil) else {
            throw ValidationError("expected either --at with known directions or --moving, found \(at.isEmpty ? "neither" : "both")")
        }
        if let channels, ChannelMap(option: channels) == nil {
            throw ValidationError("--channels: expected \(ChannelMap.expectedOption), found \"\(channels)\"")
        }
    }

    func run() throws {
        try Failure.reporting {
            let path = Resources.array(array)
            let geometry = try ModelInput.load(path)
            if let map, map.count != geometry.capsules.count {
                throw Failure(
                    .configuration,
                    "--channels: expected \(geometry.capsules.count) channel numbers, one for each capsule of \(path), found \(map.count)")
            }
            try WholeFile.checkWritable(out)
            let known = at.compactMap { KnownDirection($0) }
            let calibration = try calibrate(geometry, known)
            let text = "# By bearing calibrate: gains in dB, delays in microseconds, positions in metres.\n"
            try WholeFile.write(Array((text + ArrayFile.text(of: calibration.applied(to: geometry))).utf8), to: out)
            for (sound, found) in zip(known, calibration.directions) {
                let degrees = found.angle(to: sound.direction)
                guard degrees > Self.tolerance else { continue }
                Console.note(
                    "--at \(sound.name): expected a sound from there, found one \(Double(degrees).formatted(0)) degrees away: verify the direction"
                )
            }
            print(json ? Self.json(calibration) : report(calibration), terminator: json ? "\n" : "")
        }
    }

    private var map: ChannelMap? { channels.flatMap { ChannelMap(option: $0) } }

    private func calibrate(_ geometry: ArrayGeometry, _ known: [KnownDirection]) throws -> ArrayCalibration {
        do {
            if let moving { return try ArrayCalibration(moving: try read(moving, seconds: Self.longest.moving, geometry), of: geometry) }
            let sounds = try known.map {
                CalibrationSound(direction: $0.direction, samples: try read($0.recording ?? "", seconds: Self.longest.known, geometry))
            }
            return try ArrayCalibration(sounds, of: geometry)
        } catch let error as CalibrationError {
            throw Failure(.badData, "\(moving ?? "--at"): \(error)")
        }
    }

    /// The first seconds of a recording: [n, capsules] at 24 kHz.
    private func read(_ path: String, seconds: Int, _ geometry: ArrayGeometry) throws -> [Float] {
        let stream = try AudioFileStream(path: path, map: map, count: geometry.capsules.count, channels: .capsules)
        for remark in stream.remarks { Console.note(remark) }
        let samples = try SourceReader.read(min(seconds * AudioFormat.sampleRate, max(stream.frames, 1)), of: stream) { Console.note($0) }
        let length = Double(samples.count / stream.channels) / Double(AudioFormat.sampleRate)
        guard length >= Self.shortest else {
            throw Failure(
                .badData,
                "\(path): expected at least \(Self.shortest.formatted(0)) s of sound, found \(length.formatted(1)) s: give a longer recording"
            )
        }
        return samples
    }

    private func report(_ calibration: ArrayCalibration) -> String {
        var lines = ["capsule     gain dB   delay us"]
        for index in calibration.gains.indices {
            let (gain, delay) = (Self.signed(calibration.gains[index], 2), Self.signed(1e6 * calibration.delays[index], 1))
            lines.append("\(index)" + Self.padded(gain, 18) + Self.padded(delay, 11))
        }
        let uncertainty = calibration.uncertainty
        let delay = uncertainty.delay.map { ", \((1e6 * $0).formatted(1)) us" } ?? ""
        lines.append("uncertain   \(uncertainty.gain.formatted(2)) dB\(delay)")
        if let yaw = uncertainty.yaw {
            let tilt = uncertainty.tilt.map { ", tilts by \($0.formatted(1))" } ?? ""
            let angles = calibration.turn.angles
            let named = [("yaw", angles.yaw), ("pitch", angles.pitch), ("roll", angles.roll)]
            let texts = named.map { "\($0) \(Self.signed(Double($1), 1))" }.joined(separator: ", ")
            lines.append("turned      \(texts) degrees; uncertain by \(yaw.formatted(1))\(tilt)")
        }
        let (before, after) = ((100 * calibration.before).formatted(0), (100 * calibration.after).formatted(0))
        lines.append("explained   \(before) % of the sound by \(array), \(after) % by \(out)")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func padded(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(1, width - text.count)) + text }

    private static func signed(_ value: Double, _ decimals: Int) -> String {
        let text = value.formatted(decimals)
        return text.hasPrefix("-") ? text : "+" + text
    }

    private static func json(_ calibration: ArrayCalibration) -> String {
        JSONWriter.text { json in
            json.openArray("gains_db")
            for gain in calibration.gains { json.element(gain, decimals: 3) }
            json.closeArray()
            json.openArray("delays_us")
            for delay in calibration.delays { json.element(1e6 * delay, decimals: 2) }
            json.closeArray()
            json.field("gain_deviation_db", calibration.uncertainty.gain, decimals: 3)
            if let delay = calibration.uncertainty.delay { json.field("delay_deviation_us", 1e6 * delay, decimals: 2) }
            if let yaw = calibration.uncertainty.yaw {
                let angles = calibration.turn.angles
                for (name, angle) in [("yaw", angles.yaw), ("pitch", angles.pitch), ("roll", angles.roll)] {
                    json.field(name, Double(angle), decimals: 2)
                }
                json.field("yaw_deviation", yaw, decimals: 2)
                if let tilt = calibration.uncertainty.tilt { json.field("tilt_deviation", tilt, decimals: 2) }
            }
            json.field("explained_before", calibration.before, decimals: 4)
            json.field("explained_after", calibration.after, decimals: 4)
        }
    }
}
