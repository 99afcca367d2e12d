import Files

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
            bytes = try WholeFile.read(path, limit: .settings)
        } catch {
            switch error {
            case .missing: throw fault("nothing there", "check the path")
            case .notAFile(_, let found): throw fault(found, "check the path")
            case .tooLarge(_, let limit, let found):
                throw fault("\(found) bytes", "no such file has more than \(limit), so check that it is the right one")
            case .unreadable(_, let reason), .unwritable(_, let reason), .unreadableFolder(_, let reason), .unwritableFolder(_, let reason):
                throw fault(reason, "check the path and its permissions")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("bytes that are none", "check its encoding") }
        return try parse(text, file: path)
    }

    /// Reads the text of a file, which `file` names in faults.
    public static func parse(_ text: String, file: String) throws(ConfigurationError) -> OptionTable {
        do {
            return OptionTable(file: file, values: try TOMLReader.read(text))
        } catch {
            throw ConfigurationError([
                ConfigurationFault(
                    file: file, place: "line \(error.line), column \(error.column)", expected: error.expected, found: error.found)
            ])
        }
    }

    /// The folder of a file, from which relative paths in it start.
    public static func folder(of path: String) -> String {
        Folder.absolute(PathName.folder(path))
    }

    public static func absolute(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : Folder.absolute(path, in: folder)
    }
}
