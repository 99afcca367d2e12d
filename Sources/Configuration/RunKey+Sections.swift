import Audio
import Geometry
import Options
import TrackFeed
import Tracking

/// One key of the configuration of `run`.
typealias RunKey = OptionKey<RunDraft>

extension RunKey {
    /// Every key, in the order of the file.
    static var sections: [OptionSection<RunDraft>] {
        [
            OptionSection("input", keys: input),
            OptionSection(
                "mounting",
                """
                How the array is mounted, in degrees. Tracks are reported in the world's axes: x front, y left, z up. The array starts
                upright, its front to the world's front; then it is rotated about axes of its own, in the order yaw, pitch, roll.
                Hung upside down from the ceiling, front to the front: roll = 180. On its back, its front to the ceiling: pitch = 90.
                """, keys: mounting),
            ignored,
            OptionSection("model", keys: model),
            OptionSection("socket", keys: socket),
            OptionSection(
                "gate",
                """
                The gate turns activities and directions into tracks. Its defaults are those of the model file, tuned on validation
                scenes; the values below are the general ones.
                """, keys: gate),
            OptionSection("record", keys: record),
            OptionSection("realtime", keys: realtime),
            OptionSection("log", keys: log),
        ]
    }

    private static var input: [RunKey] {
        [
            RunKey(
                name: "source",
                explanation: """
                    Source of audio:
                      alsa:NAME   a capture device (`bearing devices` lists them), for example "alsa:hw:1"
                      file:PATH   a recording, played in real time
                      demo        the recording that ships with Bearing
                    """,
                domain: InputSource.expected, value: { .text($0.input.source.description) },
                read: { section, folder, draft in
                    guard let source = section.parsed("source", InputSource.expected, &draft.faults, { InputSource($0) }) else { return }
                    guard case .file(let path) = source else {
                        draft.configuration.input.source = source
                        return
                    }
                    let absolute = OptionFile.absolute(path, in: folder)
                    draft.configuration.input.source = .file(absolute)
                    draft.demand(absolute, "a recording", by: "input.source")
                }),
            .choice(
                "format", \.input.format, example: .foa,
                """
                Meaning of the channels: foa, first-order Ambisonics; mic, the capsules of an array, for a model that was trained on
                it or on any; aformat, the capsules of an array, encoded to foa for a model that takes foa. Default: the format of
                the model.
                """),
            RunKey(
                name: "array",
                explanation: """
                    Microphone array of mic and aformat: an array file, or the name of one that ships with Bearing (arrays/). Required by
                    aformat; the default of mic is the array of the model.
                    """,
                domain: "path or name", example: .text("aformat-cardioid"), value: { $0.input.array.map { .text($0) } },
                read: { section, folder, draft in
                    guard let array = section.text("array", &draft.faults) else { return }
                    guard InputSource.isPath(array: array) else {
                        draft.configuration.input.array = array
                        return
                    }
                    let absolute = OptionFile.absolute(array, in: folder)
                    draft.configuration.input.array = absolute
                    draft.demand(absolute, "an array file", by: "input.array")
                }),
            .choice(
                "ambisonics", \.input.ambisonics, example: .ambix,
                """
                Order and scaling of foa: ambix (ACN order W Y Z X, SN3D), fuma (order W X Y Z, W 3 dB lower) or n3d (ACN order,
                Y Z X 4.8 dB higher). Default: declared by the header of a file, else ambix.
                """),
            RunKey(
                name: "channels",
                explanation: """
                    The channels of the source to use, counted from 0, in the order of the format: 4 of foa, or one for each capsule of
                    the array, 3 to 8. Default: the source must have exactly as many.
                    """,
                domain: "3 to 8 channel numbers", example: .array([0, 1, 2, 3].map { .integer($0) }),
                value: { $0.input.channels.map { .array($0.indices.map { .integer($0) }) } },
                read: { section, _, draft in
                    draft.configuration.input.channels = section.integers(
                        "channels", ChannelMap.expected, &draft.faults, { try? ChannelMap($0) })
                }),
            RunKey(
                name: "inverted",
                explanation:
                    "Those of the channels, counted from 0, with inverted polarity (`bearing check --from` finds them). Requires channels.",
                domain: "numbers from 0 up", example: .array([]), exampleIsDefault: true,
                value: { $0.input.channels.flatMap { $0.inverted.isEmpty ? nil : .array($0.inverted.map { .integer($0) }) } },
                read: { section, _, draft in
                    draft.inverted = section.integers(
                        "inverted", "different numbers from 0 up, below the number of channels", &draft.faults,
                        { (try? ChannelMap(ChannelMap.identity(8).indices, inverted: $0)) == nil ? nil : $0 })
                }),
            .flag("loop", \.input.loop, "Whether a file (or the demo) restarts at its end; otherwise the daemon stops there."),
        ]
    }

    private static var mounting: [RunKey] {
        [
            .number("yaw", -360...360, \.mounting.yaw, "About the z axis, positive to the left: the azimuth of the array's front."),
            .number("pitch", -90...90, \.mounting.pitch, "About its y axis, positive raises its front: the elevation of the front."),
            .number("roll", -360...360, \.mounting.roll, "About its x axis, positive lowers its right side."),
        ]
    }

    private static var ignored: OptionSection<RunDraft> {
        OptionSection(
            "ignore",
            """
            Sectors in the world's axes whose tracks are not reported: a track within one is hidden and keeps its id.
            Without azimuth or elevation, all of its range is meant. A file may have several [[ignore]]. This one is behind and below:
            """,
            elements: .init(
                values: { $0.ignored.map(\.options) },
                append: { $0.appendSector() }),
            check: { section, draft in
                func fault(_ key: String, _ expected: String, _ found: String, _ advice: String = "") {
                    draft.faults.append(
                        ConfigurationFault(
                            file: section.file, place: section.place(key), expected: expected, found: found, advice: advice))
                }
                if !section.has("azimuth"), !section.has("elevation") {
                    fault("azimuth", "azimuth = [from, to], elevation = [lowest, highest] or both", "nothing")
                }
                if let azimuth = draft.azimuth, azimuth[0] == azimuth[1] {
                    fault("azimuth", "two different ends", "\(azimuth[0]) twice", "remove azimuth to include all azimuths")
                }
                if let elevation = draft.elevation, elevation[0] > elevation[1] {
                    fault("elevation", "the lower elevation first", "[\(elevation[0]), \(elevation[1])]")
                    // The values do not form a range.
                    draft.elevation = nil
                }
            },
            keys: [
                RunKey(
                    name: "azimuth", explanation: "", domain: "[from, to] in degrees, counter-clockwise from one to the other",
                    example: .array([.integer(170), .integer(-170)]), value: { _ in nil },
                    read: { section, _, draft in
                        draft.azimuth = section.numbers(
                            "azimuth", in: [-360...360, -360...360],
                            "[from, to] in degrees, counter-clockwise from one to the other", &draft.faults)
                    }),
                RunKey(
                    name: "elevation", explanation: "", domain: "[lowest, highest] in degrees",
                    example: .array([.integer(-90), .integer(0)]), value: { _ in nil },
                    read: { section, _, draft in
                        draft.elevation = section.numbers(
                            "elevation", in: [-90...90, -90...90], "[lowest, highest] in degrees", &draft.faults)
                    }),
            ])
    }

    private static var model: [RunKey] {
        [
            RunKey(
                name: "path",
                explanation: """
                    Model file (safetensors). Default: the model that ships with Bearing for the format (mic-live for mic, else
                    foa-live).
                    """,
                domain: "path", example: .text("/usr/share/bearing/models/foa-live.safetensors"),
                value: { $0.model.path.map { .text(OptionFile.absolute($0, in: ".")) } },
                read: { section, folder, draft in
                    guard let path = section.text("path", &draft.faults).map({ OptionFile.absolute($0, in: folder) }) else { return }
                    draft.configuration.model.path = path
                    draft.demand(path, "a model file", by: "model.path")
                })
        ]
    }

    private static var gate: [RunKey] {
        let standard = GateSettings()
        return GateKey.allCases.map { key in
            let (low, high) = (key.limits.lowerBound, key.limits.upperBound)
            return RunKey(
                name: key.rawValue, explanation: key.explanation,
                domain: "\(short(Double(low))) to \(OptionKey<RunDraft>.short(Double("\(high)") ?? Double(high)))",
                example: key.option(key.value(in: standard)), exampleIsDefault: true,
                value: { $0.gate[key].map(key.option) },
                read: { section, _, draft in
                    let value =
                        key.isInteger
                        ? section.integer(key.rawValue, in: Int(low)...Int(high), &draft.faults).map { Float($0) }
                        : section.number(
                            key.rawValue, in: (Double("\(low)") ?? Double(low))...(Double("\(high)") ?? Double(high)), &draft.faults
                        )
                        .map { Float($0) }
                    if let value { draft.configuration.gate[key] = value }
                })
        }
    }

    private static var record: [RunKey] {
        [
            .path(
                "path", \.record.path, example: "/var/lib/bearing",
                """
                A folder for recordings of the captured audio and the reported tracks, for later analysis: WAV files (24 kHz, 32-bit
                float, the channels in use; 23 MB a minute for 4), each with a file of its tracks. `bearing localize` finds the same tracks
                in them. Default: no recordings.
                """),
            // One second is 0.4 MB, so that two of the longest files fit into the smallest limit.
            .integer("file_seconds", 10...1800, \.record.fileSeconds, "Seconds of each file."),
            .integer(
                "limit_mb", 1500...100_000_000, \.record.limitMegabytes,
                """
                Megabytes of all files together; the oldest files above this limit are deleted. 2000 are an hour and a half.
                """),
        ]
    }

    private static var realtime: [RunKey] {
        [
            .flag(
                "enabled", \.realtime.enabled,
                """
                Capture and analysis run under SCHED_FIFO with locked memory. If that is not permitted, the daemon warns and continues.
                """),
            .integer("priority", 2...99, \.realtime.priority, "Priority of the capture thread; analysis runs one below it."),
            .integer(
                "period_ms", 2...100, \.realtime.periodMilliseconds,
                """
                How often a device wakes the capture thread. Longer periods cost less; tracks come up to a period later where the
                device's rate is not 24 kHz.
                """),
        ]
    }

    private static var log: [RunKey] {
        [.choice("level", \.log.level, "Least severe messages that are logged to standard error.")]
    }
}

extension GateKey {
    /// The value as a file contains it.
    fileprivate func option(_ value: Float) -> OptionValue {
        isInteger ? .integer(Int(value)) : .number(Double("\(value)") ?? Double(value))
    }
}

extension Sector {
    /// The keys of an equivalent `[[ignore]]`.
    fileprivate var options: [String: OptionValue] {
        func number(_ value: Float) -> OptionValue { .number(Double("\(value)") ?? Double(value)) }
        var options: [String: OptionValue] = [:]
        if width < 360 {
            let end = start + width
            options["azimuth"] = .array([number(start), number(end > 180 ? end - 360 : end)])
        }
        if elevations != -90...90 || width >= 360 {
            options["elevation"] = .array([number(elevations.lowerBound), number(elevations.upperBound)])
        }
        return options
    }
}
