import Files

/// Reads a TOML file of options as a whole; `OptionTable` validates its contents.
public enum OptionFile {
    /// Reads a file.
    /// - Parameter what: the kind of file in faults.
    /// - Throws: a fault for a file that is missing, unreadable, or not valid TOML, the latter with its line.
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
                throw fault("\(found) bytes", "the limit is \(limit) bytes, so check that it is the right file")
            case .unreadable(_, let reason), .unwritable(_, let reason), .unreadableFolder(_, let reason), .unwritableFolder(_, let reason):
                throw fault(reason, "check the path and its permissions")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw fault("an invalid byte at offset \(Self.firstInvalidByte(bytes))", "check its encoding")
        }
        return try parse(text, file: path)
    }

    /// Offset of the first byte that is not valid UTF-8.
    private static func firstInvalidByte(_ bytes: [UInt8]) -> Int {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
            return bytes.count
        } catch {
            return error.byteOffsets.lowerBound
        }
    }

    /// Parses the text of a file; `file` is its name in faults.
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

    /// The folder of a file; relative paths in the file start there.
    public static func folder(of path: String) -> String {
        Folder.absolute(PathName.folder(path))
    }

    public static func absolute(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : Folder.absolute(path, in: folder)
    }
}
