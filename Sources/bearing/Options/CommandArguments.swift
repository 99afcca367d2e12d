import ArgumentParser
import CRealtime
import Files

/// The words of the command line, byte for byte, and the treatment of file names that begin with a dash.
enum CommandArguments {
    /// Without the program's name. Bytes that are not UTF-8 are kept as `String.init(systemBytes:)` keeps them.
    static var all: [String] {
        (1..<max(1, bearing_arguments_count())).compactMap { index in
            unsafe bearing_argument(index).map { unsafe String(systemPath: $0) }
        }
    }

    /// Puts "./" before file names that begin with one dash. The parser would read their letters as flags, and an h as help.
    /// Options here have two dashes, and values that begin with one dash are numbers.
    static func withFolders(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.count
        return arguments.indices.map { index in
            let word = arguments[index]
            guard index < end, hasOneDash(word), !isValue(arguments, index), Folder.has(word) else { return word }
            return "./" + word
        }
    }

    /// The fault in words that make the parser print help although no help was requested; nil if it was.
    static func fault(_ arguments: [String]) -> ValidationError? {
        let words = arguments[..<(arguments.firstIndex(of: "--") ?? arguments.count)]
        guard !words.contains(where: builtIn.contains), let word = words.first(where: hasOneDash) else {
            return nil
        }
        return ValidationError(
            "\(word.sanitized()): expected an option with two dashes, or an existing file, found neither: "
                + "write ./\(word.sanitized()) for a file name that begins with a dash")
    }

    private static let builtIn = ["-h", "-help", "--help", "--help-hidden", "--version", "--experimental-dump-help"]

    private static func hasOneDash(_ word: String) -> Bool {
        let bytes = Array(word.utf8.prefix(2))
        return bytes.count == 2 && bytes[0] == UInt8(ascii: "-") && bytes[1] != UInt8(ascii: "-") && word != "-h"
    }

    /// Whether a word may be the value of the option before it: `--gain-min -10`, `--from -30,0`.
    private static func isValue(_ arguments: [String], _ index: Int) -> Bool {
        guard index > 0, arguments[index - 1].hasPrefix("--"), let second = arguments[index].utf8.dropFirst().first else { return false }
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(second) || second == UInt8(ascii: ".")
    }
}
