import Glibc
import Options

extension ConfigurationFile {
    /// A fault for each file that the configuration names and that cannot be read. What is wrong with the keys themselves is told
    /// elsewhere.
    static func namedFiles(_ root: OptionTable, _ folder: String) -> [ConfigurationFault] {
        var root = root
        var toldElsewhere: [ConfigurationFault] = []
        var faults: [ConfigurationFault] = []
        func demand(_ path: String, _ what: String, _ section: OptionTable, _ key: String) {
            let path = OptionFile.absolute(path, in: folder)
            guard let problem = problem(path) else { return }
            faults.append(
                ConfigurationFault(
                    file: section.file, place: section.place(key), expected: what, found: "\(problem) at \(path)",
                    advice: "relative paths start from the folder of the configuration file"))
        }
        if var section = root.section("input", &toldElsewhere) {
            if case .file(let path)? = section.parsed("source", "", &toldElsewhere, { InputSource($0) }) {
                demand(path, "a recording", section, "source")
            }
            if let array = section.text("array", &toldElsewhere), isPath(array: array) {
                demand(array, "an array file", section, "array")
            }
        }
        if var section = root.section("model", &toldElsewhere), let path = section.text("path", &toldElsewhere) {
            demand(path, "a model file", section, "path")
        }
        return faults
    }

    /// A bare name is that of an array that ships with the program.
    static func isPath(array: String) -> Bool { array.contains("/") || array.hasSuffix(".toml") }

    /// Why a file cannot be read; nil when it can.
    private static func problem(_ path: String) -> String? {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? "nothing" : unsafe String(cString: strerror(errno))
        }
        if facts.st_mode & S_IFMT == S_IFDIR { return "a folder" }
        return unsafe access(path, R_OK) == 0 ? nil : "what cannot be read"
    }
}
