import ArgumentParser

/// An error of a command: one line per fault (expected, found, what to do), and the exit code that scripts rely on (numbers of
/// sysexits.h).
struct Failure: Error, CustomStringConvertible {
    enum Kind: Int32 {
        case badData = 65
        case noInput = 66
        case unavailable = 69
        case inputOutput = 74
        case configuration = 78
    }

    let kind: Kind
    /// One line per fault; line ends in names are escaped.
    let lines: [String]

    init(_ kind: Kind, lines: [String]) {
        self.kind = kind
        self.lines = lines
    }

    init(_ kind: Kind, _ line: String) { self.init(kind, lines: [line]) }

    var description: String { lines.joined(separator: "\n") }

    var code: ExitCode { ExitCode(kind.rawValue) }

    func report() {
        for line in lines { Console.note(line) }
    }
}
