import Foundation
import TOMLKit

/// A TOML file of options, read at once; what stands in it is for an `OptionTable` to judge.
public enum OptionFile {
    /// Reads a file.
    /// - Parameter what: the kind of file, as faults name it.
    /// - Throws: a fault for a file that is not there, cannot be read or is no TOML, that with its line.
    public static func read(
        _ path: String, what: String = "a configuration file"
    ) throws(ConfigurationError) -> OptionTable {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            let missing = !FileManager.default.fileExists(atPath: path)
            throw ConfigurationError([
                ConfigurationFault(
                    file: path, place: "", expected: "\(what) in UTF-8",
                    found: missing ? "nothing there" : "what cannot be read",
                    advice: missing ? "check the path" : "check its permissions and encoding")
            ])
        }
        return try parse(text, file: path)
    }

    /// Reads the text of a file, which `file` names in faults.
    public static func parse(_ text: String, file: String) throws(ConfigurationError) -> OptionTable {
        do {
            return OptionTable(file: file, values: values(of: try TOMLTable(string: text)))
        } catch {
            throw ConfigurationError([syntaxFault(error, file: file)])
        }
    }

    /// The folder of a file, from which relative paths in it start.
    public static func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    public static func absolute(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : URL(fileURLWithPath: folder).appendingPathComponent(path).standardized.path
    }

    private static func values(of table: TOMLTable) -> [String: OptionValue] {
        var values: [String: OptionValue] = [:]
        for key in table.keys { values[key] = table[key].map(value) }
        return values
    }

    private static func value(_ value: any TOMLValueConvertible) -> OptionValue {
        switch value.type {
        case .string: .text(value.string ?? "")
        case .int: .integer(value.int ?? 0)
        case .double: .number(value.double ?? 0)
        case .bool: .flag(value.bool ?? false)
        case .array: .array((value.array ?? []).map { Self.value($0) })
        case .table: .table(value.table.map(values) ?? [:])
        default: .other(value.type.description)
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
}
