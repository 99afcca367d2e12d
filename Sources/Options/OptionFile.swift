import Foundation
import SafeTensors
import TOMLKit

/// A TOML file of options, read at once; what stands in it is for an `OptionTable` to judge.
public enum OptionFile {
    /// Reads a file.
    /// - Parameter what: the kind of file, as faults name it.
    /// - Throws: a fault for a file that is not there, cannot be read or is no TOML, that with its line.
    public static func read(
        _ path: String, what: String = "a configuration file"
    ) throws(ConfigurationError) -> OptionTable {
        func fault(_ found: String, _ advice: String) -> ConfigurationError {
            ConfigurationError([
                ConfigurationFault(file: path, place: "", expected: "\(what) in UTF-8", found: found, advice: advice)
            ])
        }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try WholeFile.read(path)
        } catch {
            switch error {
            case .missing: throw fault("nothing there", "check the path")
            case .unreadable(_, let reason), .unwritable(_, let reason): throw fault(reason, "check the path and its permissions")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("bytes that are none", "check its encoding") }
        return try parse(text, file: path)
    }

    /// Reads the text of a file, which `file` names in faults.
    public static func parse(_ text: String, file: String) throws(ConfigurationError) -> OptionTable {
        // The parser takes a string of C, and would believe that the file ends there.
        if let end = text.unicodeScalars.firstIndex(of: "\0") {
            let line = text.unicodeScalars[..<end].count { $0 == "\n" } + 1
            throw ConfigurationError([
                ConfigurationFault(file: file, place: "line \(line)", expected: "TOML", found: "a zero byte", advice: "remove it")
            ])
        }
        if let time = TOMLTimes.first(in: text) {
            throw ConfigurationError([
                ConfigurationFault(
                    file: file, place: "line \(time.line)", expected: "no date with a time, which no option takes", found: time.word,
                    advice: "put a string into quotes")
            ])
        }
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
