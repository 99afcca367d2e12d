import Foundation
import TestSupport
import Testing

@testable import bearing

@Suite(.timeLimit(.hang))
struct WatchCommandTests {
    private static let track = #"{"id":7,"azimuth":-31.20,"elevation":4.00,"activity":0.930,"age":1.4}"#

    private static func tracks(_ track: String) -> String { #"{"type":"tracks","seq":41,"time":1767225604.2,"tracks":["# + track + "]}" }

    private func watch(_ daemon: FakeDaemon, seconds: String) throws -> BearingProcess.Result {
        try withExtendedLifetime(daemon) { try BearingProcess.run("watch", "--duration", seconds, "--socket", daemon.path) }
    }

    /// A daemon at its limit closes connections at once: attempts become rarer, and one line reports it.
    @Test func connectionsToARefusingDaemonAreLimited() throws {
        let daemon = FakeDaemon(says: "", hangsUp: true)
        let result = try watch(daemon, seconds: "3")
        // After 0, 0.2, 0.6, 1.4 s and so on.
        #expect((2...6).contains(daemon.accepted), "\(daemon.accepted) connections")
        #expect(result.status == 0 && result.output == "")
        #expect(result.error.split(separator: "\n").count == 1 && result.error.contains("its limit of subscribers"), "\(result.error)")
    }

    @Test func watchWaitsForADaemonThatEnds() throws {
        let daemon = FakeDaemon(says: [FakeDaemon.hello, FakeDaemon.status, FakeDaemon.tracks, ""].joined(separator: "\n"), hangsUp: true)
        let result = try withExtendedLifetime(daemon) {
            try BearingProcess.run("watch", "--frames", "3", "--duration", "60", "--socket", daemon.path)
        }
        #expect(result.status == 0 && daemon.accepted == 3)
        #expect(
            result.error.split(separator: "\n").count == 1 && result.error.contains("closed the connection; waiting for it"),
            "\(result.error)")
    }

    @Test func elevationsWithoutSignAreShownSo() throws {
        let hello = FakeDaemon.hello.replacing(/\}$/, with: #","elevation":"unsigned"}"#)
        let says = [hello, FakeDaemon.status, Self.tracks(Self.track), ""].joined(separator: "\n")
        let result = try watch(FakeDaemon(says: says), seconds: "1")
        #expect(result.output.contains("azimuth -31.2 elevation ±4.0 activity"), "\(result.output)")
    }

    @Test func aLineWithoutAnEndIsNotRead() throws {
        let daemon = FakeDaemon(says: FakeDaemon.hello + "\n" + String(repeating: "x", count: 3 << 20))
        let result = try watch(daemon, seconds: "5")
        #expect(result.status == 0 && (1...7).contains(daemon.accepted), "\(daemon.accepted) connections")
        #expect(
            result.error.split(separator: "\n").count == 1 && result.error.contains("1 MiB without a line end"), "\(result.error)")
    }

    @Test func theDurationIsKeptWhateverIsReceived() throws {
        for says in ["", FakeDaemon.hello + "\n", "garbage\n"] {
            let began = ContinuousClock.now
            #expect(try watch(FakeDaemon(says: says), seconds: "0.5").status == 0)
            #expect(ContinuousClock.now - began < .seconds(20))
        }
    }

    @Test(arguments: ["watch", "status"])
    func aPathThatIsNotASocketIsReported(_ command: String) throws {
        let folder = try BadInputFolder()
        for name in ["good.wav", "unlabelled"] {
            let result = try BearingProcess.run(command, "--socket", "\(folder.path)/\(name)")
            #expect(result.status == 69 && result.output == "")
            #expect(
                result.error
                    == "bearing: expected a daemon at \(folder.path)/\(name), found something that is not a socket: give the path of its --socket\n"
            )
        }
    }

    /// Values that no daemon sends are ignored, and the output has no control characters.
    @Test func unknownLinesAreSkipped() throws {
        let impossible = [
            ("\"azimuth\":-31.20", "\"azimuth\":1e300"), ("\"activity\":0.930", "\"activity\":-1e200"),
            ("\"id\":7", "\"id\":-9223372036854775808"),
            ("\"age\":1.4", "\"age\":1e18"),
        ].map { Self.tracks(Self.track.replacing($0.0, with: $0.1)) }
        let status = FakeDaemon.status.replacing("-31.2", with: "1e300")
        let named = FakeDaemon.hello.replacing("bearing 0.1.0", with: #"\u001b[2Jx"#)
        let lines = ["garbage", named, status] + impossible + [Self.tracks(Self.track)]
        let daemon = FakeDaemon(says: lines.joined(separator: "\n") + "\n")
        let result = try withExtendedLifetime(daemon) {
            try BearingProcess.run("watch", "--frames", "1", "--duration", "30", "--socket", daemon.path)
        }
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.hasPrefix("?[2Jx  alsa:hw:1  foa\n"), "\(result.output)")
        #expect(result.output.split(separator: "\n").count == 2 && result.output.contains("7"), "\(result.output)")
    }
}
