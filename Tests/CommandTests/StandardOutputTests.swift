import Foundation
import TestSupport
import Testing

@testable import bearing

/// Output of a command is complete, or its exit code shows that it is not.
@Suite(.timeLimit(.hang))
struct StandardOutputTests {
    /// Every command with a result on standard output; "@" is the folder of `BadInputFolder`, "$" a daemon's socket.
    private static let commands = [
        "--help", "--version", "help run", "run --help", "--generate-completion-script bash", "--experimental-dump-help", "",
        "localize @/good.wav --model @/good.safetensors --output jsonl", "train --print-config", "score @/labels @/labels",
        "score @/labels @/labels --json", "check --source demo --seconds 0 --socket @/socket", "status --socket $",
        "status --json --socket $",
        "status --prometheus --socket $", "devices --json", "run --print-config", "watch --frames 1 --duration 20 --socket $",
        "train-hnet --tracks 1 --epochs 1 --batch 32 --matrices 32 --out @/hnet",
        "synth --background-only --recordings 1 --duration 2 --out @/scenes",
    ]

    private func words(_ command: String, _ folder: BadInputFolder, _ daemon: FakeDaemon) throws -> [String] {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/labels", withIntermediateDirectories: true)
        try "0,0,0,10,0\n".write(toFile: "\(folder.path)/labels/a.csv", atomically: true, encoding: .utf8)
        return command.replacing("@", with: folder.path).replacing("$", with: daemon.path).split(separator: " ").map(String.init)
    }

    private func daemon() -> FakeDaemon {
        FakeDaemon(says: [FakeDaemon.hello, FakeDaemon.status, FakeDaemon.tracks, ""].joined(separator: "\n"))
    }

    @Test(arguments: commands)
    func aFullDiskIsAnError(_ command: String) throws {
        let (folder, daemon) = (try BadInputFolder(), daemon())
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let result = try withExtendedLifetime(daemon) { try BearingProcess.run(words(command, folder, daemon), into: full) }
        #expect(result.status == 74, "\(result.error)")
        let lines = result.error.split(separator: "\n").filter { !$0.contains("hidden") }
        #expect(
            lines.last
                == "bearing: standard output: expected to write there, found: No space left on device: check free space, or the program that reads it"
        )
        #expect(lines.count == 1, "\(result.error)")
    }

    @Test(arguments: commands)
    func aReaderThatClosesThePipeGetsNoMessage(_ command: String) throws {
        let (folder, daemon) = (try BadInputFolder(), daemon())
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let result = try withExtendedLifetime(daemon) {
            try BearingProcess.run(words(command, folder, daemon), into: pipe.fileHandleForWriting)
        }
        #expect(result.status == 141 && result.error == "", "\(result.error)")
    }

    @Test func aClosedOutputIsAnError() throws {
        let folder = try BadInputFolder()
        for command in ["--version", "localize @/good.wav --model @/good.safetensors --output jsonl"] {
            let (output, error) = (Pipe(), Pipe())
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", "exec \"$@\" >&-", "sh", BearingProcess.program.path]
                + command.replacing("@", with: folder.path).split(separator: " ").map(String.init)
            process.standardOutput = output
            process.standardError = error
            try process.run()
            let said = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 74 && said.contains("standard output: "), "\(said)")
        }
    }

    /// An error of the command itself comes first, with its exit code; earlier output is checked too.
    @Test func aFailureKeepsItsExitCode() throws {
        let folder = try BadInputFolder()
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let result = try BearingProcess.run(
            [
                "check", "--source", "file:\(folder.path)/none.wav", "--model", "\(folder.path)/good.safetensors", "--socket",
                "\(folder.path)/s",
            ],
            into: full)
        let lines = result.error.split(separator: "\n")
        #expect(result.status == 66 && lines.count == 2, "\(result.error)")
        #expect(lines.first?.hasPrefix("bearing: \(folder.path)/none.wav: ") == true)
    }

    @Test func aTerminalShowsEachLineAtOnce() throws {
        let terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        // A machine without terminals has nothing to show.
        guard terminal >= 0 else { return }
        defer { close(terminal) }
        var (unlocked, number): (Int32, Int32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN, which are too complex for Swift to import.
        #expect(unsafe ioctl(terminal, 0x4004_5431, &unlocked) == 0 && ioctl(terminal, 0x8004_5430, &number) == 0)
        let line = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        try #require(line >= 0)
        defer { close(line) }
        StandardOutput(descriptor: line).write("source opens\n")
        var seen = [UInt8](repeating: 0, count: 100)
        let count = unsafe read(terminal, &seen, seen.count)
        #expect(String(decoding: seen.prefix(max(0, count)), as: UTF8.self) == "source opens\r\n")
    }

    /// More than a pipe holds, to a reader that is slow, and with a pipe that does not wait.
    @Test(arguments: [false, true])
    func everyByteArrivesInOrder(_ isNonBlocking: Bool) throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        if isNonBlocking { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
        let output = StandardOutput(descriptor: descriptor)
        let lines = (0..<40_000).map { "line \($0)\n" }
        Thread {
            for line in lines { output.write(line) }
            output.flush()
            try? pipe.fileHandleForWriting.close()
        }.start()
        let read = pipe.fileHandleForReading.readDataToEndOfFile()
        #expect(String(decoding: read, as: UTF8.self) == lines.joined())
        #expect(!output.isBroken)
    }
}
