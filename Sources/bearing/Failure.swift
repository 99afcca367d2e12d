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
    let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    var code: ExitCode { ExitCode(kind.rawValue) }

    func report() {
        for line in description.split(separator: "\n") { Console.note(String(line)) }
    }
}
