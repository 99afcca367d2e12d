import Foundation

/// The program itself, as a user runs it.
enum BearingProcess {
    struct Result {
        let status: Int32
        let output: String
        let error: String
    }

    /// Built beside the test bundle.
    static var program: URL {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        while folder.pathComponents.count > 1 {
            let program = folder.appendingPathComponent("bearing")
            var isFolder: ObjCBool = false
            let exists = unsafe FileManager.default.fileExists(atPath: program.path, isDirectory: &isFolder)
            if exists && !isFolder.boolValue { return program }
            folder.deleteLastPathComponent()
        }
        fatalError("no program bearing beside the tests: \(CommandLine.arguments[0])")
    }

    /// Runs the program to its end.
    static func run(_ arguments: String...) throws -> Result { try run(arguments) }

    static func run(_ arguments: [String]) throws -> Result {
        let (output, error) = (Pipe(), Pipe())
        let process = try start(arguments, output: output, error: error)
        // What these commands write on standard error fits a pipe, so one may be read after the other.
        let written = output.fileHandleForReading.readDataToEndOfFile()
        let said = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
            error: String(decoding: said, as: UTF8.self))
    }

    /// Runs the program to its end, its standard output into a file or a pipe of the caller's.
    static func run(_ arguments: [String], into output: FileHandle) throws -> (status: Int32, error: String) {
        let error = Pipe()
        let process = try start(arguments, output: output, error: error)
        let said = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said, as: UTF8.self))
    }

    /// Starts the program; it runs on.
    /// - Parameter output: a pipe or a file handle.
    static func start(_ arguments: [String], output: Any, error: Pipe) throws -> Process {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        // No terminal, since nobody could press Enter.
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = error
        try process.run()
        return process
    }
}
