import ArgumentParser

/// What a command ends with: a line for each fault that says what was expected, what was found and what to do, and the
/// exit code that others script against (the numbers of sysexits.h).
struct Failure: Error, CustomStringConvertible {
    enum Kind: Int32 {
        case badData = 65
        case noInput = 66
        case unavailable = 69
        case inputOutput = 74
        case configuration = 78
    }

    let kind: Kind
    /// One for each fault; a line end in a name is a part of its line.
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
