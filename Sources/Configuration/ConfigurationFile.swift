import Audio
import Geometry
public import Options

/// The configuration file: TOML, strict. Every fault is found in one pass.
public enum ConfigurationFile {
    /// Reads and validates a file.
    ///
    /// Relative paths in it are relative to its folder.
    /// - Throws: all faults: a missing file, a syntax error with its line, wrong types, values out of range, unknown keys, named
    ///   files that cannot be read.
    public static func load(_ path: String) throws(ConfigurationError) -> BearingConfiguration {
        let (root, folder) = (try OptionFile.read(path), OptionFile.folder(of: path))
        let absent = namedFiles(root, folder)
        var configuration: BearingConfiguration
        do {
            configuration = try Self.configuration(root, folder: folder)
        } catch {
            throw ConfigurationError(error.faults + absent)
        }
        guard absent.isEmpty else { throw ConfigurationError(absent) }
        configuration.file = path
        return configuration
    }

    /// Validates the text of a file.
    /// - Parameters: `file` names it in faults; `folder` is what relative paths start from.
    static func parse(_ text: String, file: String, folder: String) throws(ConfigurationError) -> BearingConfiguration {
        try configuration(OptionFile.parse(text, file: file), folder: folder)
    }

    private static func configuration(
        _ root: OptionTable, folder: String
    ) throws(ConfigurationError) -> BearingConfiguration {
        var root = root
        var configuration = BearingConfiguration()
        var faults: [ConfigurationFault] = []
        if var section = root.section("input", &faults) {
            read(&section, into: &configuration.input, folder, &faults)
            faults += section.unknown()
        }
        if var section = root.section("mounting", &faults) {
            if let yaw = section.number("yaw", in: -360...360, &faults) { configuration.mounting.yaw = Float(yaw) }
            if let pitch = section.number("pitch", in: -90...90, &faults) { configuration.mounting.pitch = Float(pitch) }
            if let roll = section.number("roll", in: -360...360, &faults) { configuration.mounting.roll = Float(roll) }
            faults += section.unknown()
        }
        for var section in root.sections("ignore", &faults) {
            if let sector = sector(&section, &faults) { configuration.ignored.append(sector) }
            faults += section.unknown()
        }
        if var section = root.section("model", &faults) {
            configuration.model.path = section.text("path", &faults).map { OptionFile.absolute($0, in: folder) }
            faults += section.unknown()
        }
        if var section = root.section("socket", &faults) {
            configuration.socket = socket(&section, folder, &faults)
            faults += section.unknown()
        }
        if var section = root.section("gate", &faults) {
            read(&section, into: &configuration.gate, &faults)
            faults += section.unknown()
        }
        if var section = root.section("record", &faults) {
            read(&section, into: &configuration.record, folder, &faults)
            faults += section.unknown()
        }
        if var section = root.section("realtime", &faults) {
            if let enabled = section.flag("enabled", &faults) { configuration.realtime.enabled = enabled }
            if let priority = section.integer("priority", in: 2...99, &faults) {
                configuration.realtime.priority = priority
            }
            faults += section.unknown()
        }
        if var section = root.section("log", &faults) {
            if let level: BearingConfiguration.Log.Level = section.choice("level", &faults) {
                configuration.log.level = level
            }
            faults += section.unknown()
        }
        faults += root.unknown()
        guard faults.isEmpty else { throw ConfigurationError(faults) }
        return configuration
    }

    private static func read(
        _ section: inout OptionTable, into input: inout BearingConfiguration.Input, _ folder: String,
        _ faults: inout [ConfigurationFault]
    ) {
        if let source = section.parsed("source", InputSource.expected, &faults, { InputSource($0) }) {
            if case .file(let path) = source {
                input.source = .file(OptionFile.absolute(path, in: folder))
            } else {
                input.source = source
            }
        }
        input.format = section.choice("format", &faults)
        input.channels = section.integers("channels", "4 different channel numbers from 0 up", &faults) {
            try? ChannelMap($0)
        }
        let map = input.channels
        let inverted = section.integers("inverted", "numbers from 0 to 3 of some of the 4 channels", &faults) {
            try? ChannelMap(map?.indices ?? [0, 1, 2, 3], inverted: $0)
        }
        if let inverted {
            if map == nil, !section.has("channels") {
                section.missing("channels", "4 channel numbers beside inverted", &faults)
            }
            input.channels = inverted
        }
        input.array = section.text("array", &faults).map { array in
            isPath(array: array) ? OptionFile.absolute(array, in: folder) : array
        }
        if let convention: AmbisonicConvention = section.choice("ambisonics", &faults) { input.ambisonics = convention }
        if let loop = section.flag("loop", &faults) { input.loop = loop }
    }

    /// - Returns: nil after a fault.
    private static func sector(_ section: inout OptionTable, _ faults: inout [ConfigurationFault]) -> Sector? {
        let before = faults.count
        let azimuth = section.numbers(
            "azimuth", in: [-360...360, -360...360], "[from, to] in degrees, counter-clockwise from one to the other", &faults)
        let elevation = section.numbers(
            "elevation", in: [-90...90, -90...90], "[lowest, highest] in degrees", &faults)
        if faults.count == before, azimuth == nil, elevation == nil {
            section.missing("azimuth", "azimuth = [from, to], elevation = [lowest, highest] or both", &faults)
        }
        if let azimuth, azimuth[0] == azimuth[1] {
            faults.append(
                ConfigurationFault(
                    file: section.file, place: section.place("azimuth"), expected: "two different ends",
                    found: "\(azimuth[0]) twice", advice: "leave azimuth out for all around"))
        }
        if let elevation, elevation[0] > elevation[1] {
            faults.append(
                ConfigurationFault(
                    file: section.file, place: section.place("elevation"), expected: "the lower end first",
                    found: "[\(elevation[0]), \(elevation[1])]"))
        }
        guard faults.count == before else { return nil }
        return Sector(
            azimuth: azimuth.map { (from: Float($0[0]), to: Float($0[1])) },
            elevation: elevation.map { Float($0[0])...Float($0[1]) } ?? -90...90)
    }

    private static func read(
        _ section: inout OptionTable, into record: inout BearingConfiguration.Record, _ folder: String,
        _ faults: inout [ConfigurationFault]
    ) {
        record.path = section.text("path", &faults).map { OptionFile.absolute($0, in: folder) }
        // A second is 0.4 MB, so that two of the longest files fit the smallest limit.
        if let seconds = section.integer("file_seconds", in: 10...1800, &faults) { record.fileSeconds = seconds }
        if let limit = section.integer("limit_mb", in: 1500...100_000_000, &faults) { record.limitMegabytes = limit }
    }

    private static func read(
        _ section: inout OptionTable, into gate: inout BearingConfiguration.Gate, _ faults: inout [ConfigurationFault]
    ) {
        gate.openThreshold = section.number("open_threshold", in: 0...1, &faults).map(Float.init)
        gate.openBlocks = section.integer("open_blocks", in: 1...100, &faults)
        gate.stayThreshold = section.number("stay_threshold", in: 0...1, &faults).map(Float.init)
        gate.coastBlocks = section.integer("coast_blocks", in: 0...100, &faults)
        gate.recallBlocks = section.integer("recall_blocks", in: 0...100, &faults)
        gate.jumpDegrees = section.number("jump_degrees", in: 0...180, &faults).map(Float.init)
        gate.duplicateDegrees = section.number("duplicate_degrees", in: 0...180, &faults).map(Float.init)
        gate.smoothing = section.number("smoothing", in: 0...0.95, &faults).map(Float.init)
        gate.refinement = section.number("refinement", in: 0...1, &faults).map(Float.init)
        if let open = gate.openThreshold, let stay = gate.stayThreshold, stay > open {
            faults.append(
                ConfigurationFault(
                    file: section.file, place: section.place("stay_threshold"), expected: "at most gate.open_threshold (\(open))",
                    found: "\(stay)"))
        }
    }
}
