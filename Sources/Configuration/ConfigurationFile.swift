import Audio
import Foundation
import TOMLKit

/// The configuration file: TOML, strict. Every fault is found in one pass.
public enum ConfigurationFile {
    /// Reads and validates a file.
    ///
    /// Relative paths in it are relative to its folder. Whether the files that it names exist is for those who open them.
    /// - Throws: all faults: a missing file, a syntax error with its line, wrong types, values out of range, unknown keys.
    public static func load(_ path: String) throws(ConfigurationError) -> BearingConfiguration {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            let missing = !FileManager.default.fileExists(atPath: path)
            throw ConfigurationError([
                ConfigurationFault(
                    file: path, place: "", expected: "a configuration file in UTF-8",
                    found: missing ? "nothing there" : "what cannot be read",
                    advice: missing ? "check the path" : "check its permissions and encoding")
            ])
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return try parse(text, file: path, folder: folder)
    }

    /// Validates the text of a file.
    /// - Parameters: `file` names it in faults; `folder` is what relative paths start from.
    static func parse(_ text: String, file: String, folder: String) throws(ConfigurationError) -> BearingConfiguration {
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch {
            throw ConfigurationError([syntaxFault(error, file: file)])
        }
        var configuration = BearingConfiguration()
        var faults: [ConfigurationFault] = []
        var root = OptionTable(file: file, path: "", table: table)
        if var section = root.section("input", &faults) {
            read(&section, into: &configuration.input, folder, &faults)
            faults += section.unknown()
        }
        if var section = root.section("model", &faults) {
            configuration.model.path = section.text("path", &faults).map { absolute($0, in: folder) }
            faults += section.unknown()
        }
        if var section = root.section("socket", &faults) {
            read(&section, into: &configuration.socket, folder, &faults)
            faults += section.unknown()
        }
        if var section = root.section("gate", &faults) {
            read(&section, into: &configuration.gate, file, &faults)
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
            let names = BearingConfiguration.Log.Level.allCases.map(\.rawValue).joined(separator: ", ")
            if let level = section.parsed(
                "level", "one of \(names)", &faults, { BearingConfiguration.Log.Level(rawValue: $0) })
            {
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
                input.source = .file(absolute(path, in: folder))
            } else {
                input.source = source
            }
        }
        let formats = AudioFormat.allCases.map(\.rawValue).joined(separator: ", ")
        input.format = section.parsed("format", "one of \(formats)", &faults) { AudioFormat(rawValue: $0) }
        input.channels = section.integers("channels", "4 different channel numbers from 0 up", &faults) {
            try? ChannelMap($0)
        }
        if let loop = section.flag("loop", &faults) { input.loop = loop }
    }

    private static func read(
        _ section: inout OptionTable, into socket: inout BearingConfiguration.Socket, _ folder: String,
        _ faults: inout [ConfigurationFault]
    ) {
        socket.path = section.text("path", &faults).map { absolute($0, in: folder) }
        if let mode = section.parsed("mode", "permission bits as a string of octal digits, such as \"0660\"", &faults, {
            UInt32($0, radix: 8).flatMap { $0 <= 0o777 ? $0 : nil }
        }) {
            socket.mode = mode
        }
        if let lines = section.integer("queue_lines", in: 1...10_000, &faults) { socket.queueLines = lines }
        if let seconds = section.number("stall_seconds", in: 1...3600, &faults) { socket.stallSeconds = seconds }
    }

    private static func read(
        _ section: inout OptionTable, into gate: inout BearingConfiguration.Gate, _ file: String,
        _ faults: inout [ConfigurationFault]
    ) {
        gate.openThreshold = section.number("open_threshold", in: 0...1, &faults).map(Float.init)
        gate.openBlocks = section.integer("open_blocks", in: 1...100, &faults)
        gate.stayThreshold = section.number("stay_threshold", in: 0...1, &faults).map(Float.init)
        gate.coastBlocks = section.integer("coast_blocks", in: 0...100, &faults)
        gate.jumpDegrees = section.number("jump_degrees", in: 0...180, &faults).map(Float.init)
        if let open = gate.openThreshold, let stay = gate.stayThreshold, stay > open {
            faults.append(
                ConfigurationFault(
                    file: file, place: "gate.stay_threshold", expected: "at most gate.open_threshold (\(open))",
                    found: "\(stay)"))
        }
    }

    private static func syntaxFault(_ error: any Error, file: String) -> ConfigurationFault {
        guard let error = error as? TOMLParseError else {
            return ConfigurationFault(file: file, place: "", expected: "TOML", found: "\(error)")
        }
        let begin = error.source.begin
        return ConfigurationFault(
            file: file, place: "line \(begin.line), column \(begin.column)", expected: "TOML",
            found: error.description.replacingOccurrences(of: "\n", with: " "))
    }

    private static func absolute(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : URL(fileURLWithPath: folder).appendingPathComponent(path).standardized.path
    }
}
