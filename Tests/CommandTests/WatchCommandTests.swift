import Foundation
import Testing

@testable import bearing

@Suite(.timeLimit(.minutes(5)))
struct WatchCommandTests {
    private static let track = #"{"id":7,"azimuth":-31.20,"elevation":4.00,"activity":0.930,"age":1.4}"#

    private static func tracks(_ track: String) -> String { #"{"type":"tracks","seq":41,"time":1767225604.2,"tracks":["# + track + "]}" }

    /// Figures that no daemon tells are passed over, and what is drawn has no control characters.
    @Test func whatNoDaemonSaysIsPassedOver() throws {
        let impossible = [
            ("\"azimuth\":-31.20", "\"azimuth\":1e300"), ("\"activity\":0.930", "\"activity\":-1e200"), ("\"id\":7", "\"id\":-9223372036854775808"),
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
