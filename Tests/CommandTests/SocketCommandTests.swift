import Audio
import Foundation
import TestSupport
import Testing
import TrackFeed

@testable import bearing

/// Addresses as a user gives them, by the program itself.
@Suite(.timeLimit(.hang))
struct SocketCommandTests {
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.path }

    init() throws {
        try TestModel.write(to: "\(folder)/model.safetensors")
        let writer = try AudioFileWriter(path: "\(folder)/quiet.wav", encoding: .wave16, sampleRate: 24_000, channels: 4)
        try writer.write([Float](repeating: 0.01, count: 4 * 24_000).span)
        try writer.close()
    }

    private var hearing: [String] { ["--source", "file:\(folder)/quiet.wav", "--model", "\(folder)/model.safetensors"] }

    /// Starts the program with a descriptor as its standard input, by a shell that may move it.
    private func start(_ script: String, _ arguments: [String], input: FileHandle) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, BearingProcess.program.path] + arguments
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Asks it to end, after it has served a line.
    private func end(_ process: Process) -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func aSocketOfSystemdIsServedAndKept() throws {
        // Like systemd, binds and listens, and passes the socket to its child as descriptor 3.
        let path = "\(folder)/passed"
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (i, byte) in path.utf8.enumerated() { unsafe room[i] = byte }
        }
        let listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listening) }
        let bound = unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listening, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0 && listen(listening, 8) == 0)
        // Connected before there is a daemon: that is what activation is for.
        let client = try #require(FeedClient(path: path))
        let daemon = try start(
            "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=feed exec \"$0\" \"$@\"",
            ["run"] + hearing + ["--socket", "\(folder)/own"], input: FileHandle(fileDescriptor: listening))
        #expect(client.next()?.type == "hello")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/own"))
        #expect(end(daemon) == 0)
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test func severalAddressesAreServedAndWatched() throws {
        let name = "@bearing-test-\(UUID().uuidString.prefix(8))"
        let arguments = hearing + ["--socket", name, "--socket", "\(folder)/socket"]
        let check = try BearingProcess.run(["check", "--seconds", "0"] + arguments)
        #expect(check.status == 0, "\(check)")
        #expect(check.output.contains("socket      \(name): can be served"))
        #expect(check.output.contains("socket      \(folder)/socket: can be served"))
        let daemon = try start("exec \"$0\" \"$@\"", ["run"] + arguments, input: .nullDevice)
        for address in [name, "\(folder)/socket"] {
            let watch = try BearingProcess.run("watch", "--socket", address, "--frames", "2")
            #expect(watch.status == 0 && watch.output.contains("quiet.wav"), "\(watch)")
        }
        #expect(end(daemon) == 0)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/socket"))
    }

    @Test(arguments: ["systemd", "@", "tcp:0"]) func anInvalidAddressIsAUsageError(_ address: String) throws {
        let result = try BearingProcess.run("watch", "--socket", address)
        #expect(result.status == 64 && result.error.contains("--socket expects a path, @NAME or tcp:HOST:PORT"), "\(result)")
    }
}
