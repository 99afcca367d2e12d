import Audio
import Configuration
import Diagnosis
import Geometry
import Glibc
import Platform
import Tracking

/// Captures audio of a microphone, and reports faults of its channels with their correction.
struct MicrophoneCheck {
    let configuration: BearingConfiguration
    let kind: MicrophoneKind
    let directions: [KnownDirection]
    /// What a file's channels contain, as configured.
    let channels: FileChannels
    let seconds: Double
    /// Whether the source is captured too if every direction has a recording.
    let capturesSource: Bool
    /// Recordings that are read at once.
    let threads: Int
    /// Receives warnings about a source that are not faults of the microphone.
    let warn: (String) -> Void

    /// - Returns: faults, a line each.
    func run() throws -> [String] {
        let recorded = directions.allSatisfy { $0.recording != nil } && !directions.isEmpty
        let reader =
            recorded && !capturesSource
            ? nil : try SourceReader(configuration.input, channels: channels, count: kind.channels, warn: warn)
        var findings: [ChannelFinding] = []
        if let reader {
            print("source      \(configuration.input.source): \(reader.opening)")
            findings += try judge(convert(reader.read(seconds: seconds, label: "capturing ambient sound")))
        }
        // The order of the channels as stored: files declare it unless the configuration does.
        var convention = configuration.input.ambisonics ?? reader?.undone
        var sounds: [CalibrationSound] = []
        var failures: [Failure] = []
        let recordings = recordings()
        for (known, recording) in zip(directions, recordings) {
            if reader?.isLive == true, recording == nil { Self.ask(for: known, seconds) }
            do {
                let sound = try recording?.get() ?? capture(known, reader)
                for warning in sound.warnings { warn(warning) }
                try requireLength(sound, known)
                convention = convention ?? sound.undone
                sounds.append(CalibrationSound(direction: known.direction, samples: convert(sound.samples)))
            } catch let failure as Failure {
                failures.append(failure)
            }
        }
        // All sounds together give the rotation of the array.
        if let first = failures.first { throw Failure(first.kind, lines: failures.flatMap(\.lines)) }
        if reader == nil { findings += judge(sounds.flatMap(\.samples)) }
        // Channels of another kind, and equal channels, have no order.
        if !sounds.isEmpty, !findings.contains(where: \.isOfAnotherKind) {
            let located = locate(sounds, convention ?? .ambix)
            // Channels in another order also appear scaled, since another channel lies in the place of W.
            if !located.isEmpty { findings.removeAll { if case .scaling = $0 { true } else { false } } }
            findings += located
        }
        let correction = ChannelCorrection(findings, channels: kind.channels, configuration.input, convention ?? .ambix)
        if !correction.lines.isEmpty {
            print("Add to the configuration:")
            for line in correction.lines { print("    \(line)") }
        }
        return findings.map { $0.description(kind) }
    }

    /// Prints the levels of the channels and returns their faults.
    private func judge(_ samples: [Float]) -> [ChannelFinding] {
        let length = Double(samples.count / kind.channels) / Double(AudioFormat.sampleRate)
        guard length >= AmbienceCheck.shortest else {
            print(
                "microphone  \(length.formatted(1)) s are too short to check the channels; \(AmbienceCheck.shortest.formatted(0)) s are enough"
            )
            return []
        }
        let levels = AmbienceCheck.levels(samples, channels: kind.channels).map { Double($0).formatted(1) }.joined(separator: ", ")
        print("microphone  \(length.formatted(1)) s captured; channels at \(levels) dBFS")
        return AmbienceCheck.findings(samples, kind)
    }

    private func locate(_ sounds: [CalibrationSound], _ convention: AmbisonicConvention) -> [ChannelFinding] {
        let report = DirectionCheck.report(
            sounds, kind, mounting: configuration.viewpoint.mounting, convention: convention)
        for (known, measured) in zip(directions, report.measured) {
            let place = measured.map {
                "measured at azimuth \(Double($0.azimuth).formatted(0)), elevation \(Double($0.elevation).formatted(0))"
            }
            print("sound       \(known.name): \(place ?? "no clear direction")")
        }
        return report.findings
    }

    /// A sound from a known direction.
    private struct Sound: Sendable {
        let name: String
        /// [n, C].
        let samples: [Float]
        /// The convention that its file declares and that was converted.
        var undone: AmbisonicConvention?
        var warnings: [String] = []
    }

    /// The recorded sounds of the directions, read side by side; nil for directions without a recording.
    private func recordings() -> [Result<Sound, Failure>?] {
        let (map, channels, count) = (configuration.input.channels, channels, kind.channels)
        let frames = Int(seconds * Double(AudioFormat.sampleRate))
        return concurrentMap(directions.map(\.recording), threads: threads) { path in
            path.map { path in
                Result { () throws(Failure) in
                    do throws(AudioError) {
                        let stream = try AudioFileStream(path: path, map: map, count: count, channels: channels)
                        var warnings = stream.remarks
                        let samples = try SourceReader.read(frames, of: stream) { warnings.append($0) }
                        return Sound(name: path, samples: samples, undone: stream.undone, warnings: warnings)
                    } catch {
                        throw Failure(error)
                    }
                }
            }
        }
    }

    private func capture(_ known: KnownDirection, _ reader: SourceReader?) throws -> Sound {
        let samples = try reader?.read(seconds: seconds, label: "capturing sound from \(known.name)") ?? []
        return Sound(name: "\(configuration.input.source)", samples: samples)
    }

    private func requireLength(_ sound: Sound, _ known: KnownDirection) throws(Failure) {
        let length = Double(sound.samples.count / kind.channels) / Double(AudioFormat.sampleRate)
        guard length >= AmbienceCheck.shortest else {
            throw Failure(
                .badData,
                "\(sound.name): expected at least \(AmbienceCheck.shortest.formatted(0)) s of sound from \(known.name), found "
                    + "\(length.formatted(1)) s: give a longer recording")
        }
    }

    /// Converts to the order and scaling that is checked.
    private func convert(_ samples: [Float]) -> [Float] {
        guard kind == .ambisonics, let filters = configuration.input.ambisonics.flatMap({ EncodingFilters(from: $0) }) else {
            return samples
        }
        var converted = samples
        var span = converted.mutableSpan
        FilterMatrix(filters).process(samples.span, into: &span)
        return converted
    }

    /// Gives the user time to walk there: until Enter on a terminal, otherwise five seconds.
    private static func ask(for known: KnownDirection, _ seconds: Double) {
        let request = "now make sounds from \(known.name), 1 or 2 m away: claps or speech, for \(seconds.formatted(0)) s"
        if isatty(STDIN_FILENO) == 1 {
            Console.note("\(request); press Enter to begin")
            _ = readLine()
        } else {
            Console.note("\(request); it begins in 5 s")
            sleep(5)
        }
    }
}
