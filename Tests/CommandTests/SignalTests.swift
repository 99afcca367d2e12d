import Audio
import Foundation
import Platform
import TestSupport
import Testing
import TrackFeed

@testable import bearing

/// Signals and standard descriptors, by the program itself.
@Suite(.serialized, .timeLimit(.hang))
struct SignalTests {
    private let folder = temporaryPath()
    private var socket: String { "\(folder)/s" }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try TestModel.write(to: "\(folder)/model.safetensors")
        let writer = try AudioFileWriter(path: "\(folder)/quiet.wav", encoding: .wave16, sampleRate: 24_000, channels: 4)
        try writer.write([Float](repeating: 0.01, count: 4 * 24_000).span)
        try writer.close()
        try Data("[input]\nloop = true\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/c.toml"))
    }

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    private var arguments: [String] {
        [
            "run", "--config", "\(folder)/c.toml", "--source", "file:\(folder)/quiet.wav", "--model", "\(folder)/model.safetensors",
            "--socket", socket,
        ]
    }

    /// Starts a daemon by a shell, which may move descriptors.
    private func start(_ redirections: String = "", error: FileHandle = .nullDevice) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec \"$0\" \"$@\" \(redirections)", BearingProcess.program.path] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = error
        try process.run()
        return process
    }

    private func catches(_ process: Process, _ number: Int32) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let caught = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.dropFirst(7) ?? ""
        return (UInt64(caught.trimmingCharacters(in: .whitespaces), radix: 16) ?? 0) & 1 << UInt64(number - 1) != 0
    }

    /// Waits for the signal handlers, which are installed before the program's own code runs.
    private func awaitHandlers(_ process: Process) { while process.isRunning, !catches(process, SIGTERM) { usleep(500) } }

    private func connected() -> FeedClient? {
        for _ in 0..<2000 {
            if let client = FeedClient(path: socket) { return client }
            usleep(10_000)
        }
        return nil
    }

    /// The lines of this many blocks.
    private func blocks(_ client: FeedClient?, _ count: Int) -> [FeedLine] {
        var found: [FeedLine] = []
        while found.count < count, case .line(let line)? = client?.nextLine() {
            if let line = FeedClient.object(line), line.seq != nil { found.append(line) }
        }
        return found
    }

    /// The numbers of so many blocks.
    private func numbers(_ client: FeedClient?, _ count: Int) -> [Int] { blocks(client, count).compactMap(\.seq) }

    /// Asks it to end.
    /// - Returns: its exit code, below 0 for a signal, and the seconds that it took.
    private func end(_ process: Process) -> (status: Int32, seconds: Double) {
        let began = MonotonicTime.seconds
        process.terminate()
        process.waitUntilExit()
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return (status, MonotonicTime.seconds - began)
    }

    @Test(arguments: [0, 1, 5, 20, 50, 100, 200, 400]) func hangupsAreHandledAtAnyMomentOfTheStart(_ milliseconds: UInt32) throws {
        defer { remove() }
        let process = try start()
        awaitHandlers(process)
        for _ in 0..<3 {
            kill(process.processIdentifier, SIGHUP)
            usleep(1000 * milliseconds)
        }
        let seen = numbers(connected(), 3)
        #expect(seen.count == 3)
        let (status, seconds) = end(process)
        #expect(status == 0 && seconds < 2, "\(status) after \(seconds) s")
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test(arguments: [0, 1, 5, 20, 50, 100, 200, 400]) func terminationIsHandledAtAnyMomentOfTheStart(_ milliseconds: UInt32) throws {
        defer { remove() }
        let process = try start()
        awaitHandlers(process)
        usleep(1000 * milliseconds)
        kill(process.processIdentifier, SIGHUP)
        let (status, seconds) = end(process)
        #expect(status == 0 && seconds < 2.2, "\(status) after \(seconds) s")
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test func manyHangupsLoseNoBlock() throws {
        defer { remove() }
        let process = try start()
        let client = try #require(connected())
        var seen = numbers(client, 1)
        let target = process.processIdentifier
        Thread {
            for number in 0..<300 {
                kill(target, SIGHUP)
                usleep(number % 3 == 0 ? 100 : 10_000)
            }
        }.start()
        seen += numbers(client, 40)
        #expect(seen.count == 41 && zip(seen, seen.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(seen)")
        let (status, seconds) = end(process)
        #expect(status == 0 && seconds < 2)
    }

    /// With a look-ahead, a network that starts again costs blocks; signals alone and another gate keep it.
    @Test func onlyAnotherNetworkCostsBlocks() throws {
        defer { remove() }
        try TestModel.write(to: "\(folder)/model.safetensors", lookAhead: 2)
        let process = try start()
        let client = try #require(connected())
        func steps(_ lines: [FeedLine]) -> [Double] {
            let times = lines.compactMap(\.time)
            return zip(times, times.dropFirst()).map { $1 - $0 }
        }
        var lines = blocks(client, 3)
        for _ in 0..<3 {
            kill(process.processIdentifier, SIGHUP)
            lines += blocks(client, 3)
        }
        try Data("[input]\nloop = true\n[gate]\nopen_blocks = 3\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/c.toml"))
        kill(process.processIdentifier, SIGHUP)
        lines += blocks(client, 10)
        #expect(steps(lines).allSatisfy { abs($0 - 0.1) < 0.02 }, "\(steps(lines))")
        try TestModel.write(to: "\(folder)/model.safetensors", lookAhead: 3)
        kill(process.processIdentifier, SIGHUP)
        var longest = 0.0
        for _ in 0..<200 where longest < 0.15 {
            lines = lines.suffix(1) + blocks(client, 1)
            longest = steps(lines).max() ?? 0
        }
        #expect(longest > 0.15, "another network begins with its look-ahead")
        #expect(end(process).status == 0)
    }

    /// Nor do signals while it stops change how it ends.
    @Test func signalsDuringTheEndChangeNothing() throws {
        defer { remove() }
        let process = try start("--record \(folder)/r")
        #expect(numbers(connected(), 3).count == 3)
        let target = process.processIdentifier
        Thread {
            usleep(1000)
            for number in 0..<60 {
                kill(target, [SIGHUP, SIGINT, SIGTERM, SIGPIPE][number % 4])
                usleep(2000)
            }
        }.start()
        let (status, seconds) = end(process)
        #expect(status == 0 && seconds < 2, "\(status) after \(seconds) s")
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    /// `bearing run 2>&1 | tee log`, and tee dies.
    @Test func aClosedLogDoesNotEndTheDaemon() throws {
        defer { remove() }
        let pipe = Pipe()
        let process = try start(error: pipe.fileHandleForWriting)
        try pipe.fileHandleForWriting.close()
        let client = try #require(connected())
        try pipe.fileHandleForReading.close()
        kill(process.processIdentifier, SIGHUP)
        #expect(numbers(client, 10).count == 10)
        #expect(end(process).status == 0)
    }

    @Test func aFullLogDoesNotBlockTheDaemon() throws {
        defer { remove() }
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let process = try start(error: pipe.fileHandleForWriting)
        let client = try #require(connected())
        // On a description of its own, as the daemon's is to block.
        let filler = unsafe open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK)
        var byte: UInt8 = 120
        while unsafe write(filler, &byte, 1) == 1 {}
        for _ in 0..<3 {
            kill(process.processIdentifier, SIGHUP)
            #expect(numbers(client, 5).count == 5)
        }
        let (status, seconds) = end(process)
        #expect(status == 0 && seconds < 2, "\(status) after \(seconds) s")
        close(filler)
    }

    @Test func noSocketReusesAStandardDescriptor() throws {
        defer { remove() }
        let process = try start("<&- >&- 2>&-")
        let client = try #require(connected())
        let names = (0..<3).map { number in
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process.processIdentifier)/fd/\(number)")
        }
        #expect(names == ["/dev/null", "/dev/null", "/dev/null"])
        kill(process.processIdentifier, SIGHUP)
        var lines = 0
        while lines < 20, case .line(let line) = client.nextLine() {
            #expect((try? JSONSerialization.jsonObject(with: Data(line))) != nil, "\(String(decoding: line, as: UTF8.self))")
            lines += 1
        }
        #expect(lines == 20 && end(process).status == 0)
    }

    @Test(arguments: [8, 10, 16, 32, 47]) func tooFewDescriptorsAreReported(_ limit: Int) throws {
        defer { remove() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "ulimit -n \(limit); exec \"$0\" \"$@\"", BearingProcess.program.path] + arguments
        let output = Pipe()
        // A shell with so few descriptors has none to redirect with.
        process.standardError = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 69, "\(said)")
        #expect(said.contains("expected at least 48, found \(limit)"), "\(said)")
    }

    /// Recordings grow into the limit of a file's size.
    @Test func aFileSizeLimitDoesNotEndTheDaemon() throws {
        defer { remove() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let limited = "ulimit -f 16; exec \"$0\" \"$@\""
        process.arguments = ["-c", limited, BearingProcess.program.path] + arguments + ["--record", "\(folder)/r"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        let seen = numbers(connected(), 10)
        #expect(seen.count == 10)
        #expect(end(process).status == 0)
    }

    /// The processes that a process has started.
    private func children(of parent: Int32) throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init).filter { process in
            let facts = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
            // After the name, which may contain any character: the state, then the parent.
            return facts.split(separator: ")").last?.split(separator: " ").dropFirst().first == Substring(String(parent))
        }
    }

    /// As on a disk that hangs: what writes the recordings does not get on.
    @Test func hangingRecordingsDoNotBlockTheDaemon() throws {
        defer { remove() }
        let process = try start("--record \(folder)/r")
        let client = try #require(connected())
        #expect(numbers(client, 5).count == 5)
        let writer = try #require(try children(of: process.processIdentifier).first)
        // The daemon's other threads block signals; its child processes do not.
        let facts = try String(contentsOfFile: "/proc/\(writer)/status", encoding: .utf8)
        #expect(facts.contains("SigBlk:\t0000000000000000\n"))
        kill(writer, SIGSTOP)
        #expect(numbers(client, 10).count == 10)
        // Ctrl-C and systemd ask both.
        kill(writer, SIGTERM)
        let (status, seconds) = end(process)
        #expect(status == 0 && seconds < 2, "\(status) after \(seconds) s")
        kill(writer, SIGCONT)
        while kill(writer, 0) == 0 { usleep(10_000) }
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/r")
        let wave = try #require(names.first { $0.hasSuffix(".wav") })
        #expect(names.count == 2, "\(names)")
        #expect(try AudioFileReader(path: "\(folder)/r/\(wave)").frames >= 5 * 2400)
        let told = try String(contentsOfFile: "\(folder)/r/\(wave.dropLast(3))jsonl", encoding: .utf8).split(separator: "\n")
        #expect(told.count > 5 && told[0].hasPrefix(#"{"type":"recording""#))
    }

    @Test func aFileTruncatedDuringPlaybackIsBadData() throws {
        defer { remove() }
        let error = Pipe()
        let process = try start(error: error.fileHandleForWriting)
        try error.fileHandleForWriting.close()
        #expect(numbers(connected(), 1).count == 1)
        unsafe truncate("\(folder)/quiet.wav", 10_000)
        let said = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 65 && said.contains("cut off or damaged"), "\(process.terminationStatus) \(said)")
    }

    /// Other commands end with Ctrl-C like any program: they catch no signal.
    @Test func otherCommandsKeepTheirSignals() throws {
        defer { remove() }
        let (output, error) = (Pipe(), Pipe())
        let process = try BearingProcess.start(["watch", "--socket", socket], output: output, error: error)
        // It waits for a daemon, and reports that.
        _ = error.fileHandleForReading.availableData
        for number in [SIGHUP, SIGINT, SIGTERM] { #expect(!catches(process, number)) }
        // A reader that is gone and a file that may not grow are errors of the write.
        for number in [SIGPIPE, SIGXFSZ] { #expect(catches(process, number)) }
        // The parent of these tests may have blocked signals.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
