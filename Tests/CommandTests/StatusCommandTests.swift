import Foundation
import TestSupport
import Testing
import TrackFeed

@testable import bearing

/// `bearing status` with daemons of any age, with other servers, and without a server.
@Suite(.timeLimit(.hang))
struct StatusCommandTests {
    private static let greeting = "\(FakeDaemon.hello)\n\(FakeDaemon.status)\n"

    private func run(_ daemon: FakeDaemon, _ options: String...) throws -> BearingProcess.Result {
        try BearingProcess.run(["status", "--socket", daemon.path] + options)
    }

    @Test func theTableHasEveryFigure() throws {
        let daemon = FakeDaemon(says: Self.greeting)
        let result = try run(daemon)
        #expect(result.status == 0 && result.error == "")
        let expected = """
            daemon       bearing 0.1.0, up 1 d 2 h
            socket       \(daemon.path)
            source       alsa:hw:1   format foa
            device       S16_LE, 48000 Hz, 4 channels
            model        models/foa-live.safetensors
            capture      running   2,962,960,800 frames   clock 12.5 ppm slow
                         4 hw_resets   3 overruns   1 reopens   1 stalls   0 suspends
            last fault   overrun: the device's buffer ran full before it was read
            analysis     1,234,567 blocks   load 8.1 %
            dropped      2,400 frames before the analysis   1 blocks after it   40 lines to slow subscribers
            level        0  ████████████░░░░░░░░  -31.2 dBFS
                         1  ███████████░░░░░░░░░  -36.0 dBFS
                         2  ░░░░░░░░░░░░░░░░░░░░ -200.0 dBFS
                         3  ░░░░░░░░░░░░░░░░░░░░      -
            latency      milliseconds                     50 %     90 %     99 %   99.9 %  longest
                         air to socket, last minute      14.90    15.20    21.00    30.50    31.00
                         since the start                 14.90    15.10    20.00    42.00   912.50
                         computing, last minute           8.00     8.10     9.00    12.00    12.10
                         since the start                  8.00     8.10     9.00    12.00    99.00
            subscribers  2 connected, this one included   17 served   1 disconnected because they did not read

            """
        #expect(result.output == expected)
    }

    @Test func theJSONHasBothLines() throws {
        let result = try run(FakeDaemon(says: Self.greeting), "--json")
        #expect(result.status == 0 && result.error == "")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        for (key, line) in [("hello", FakeDaemon.hello), ("status", FakeDaemon.status)] {
            let expected = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary)
            #expect(object[key] as? NSDictionary == expected)
        }
        // Numbers as the daemon wrote them, not as binary fractions come out.
        #expect(result.output.contains(#""load":0.0812,"#))
    }

    @Test func theMetricsHaveEveryFigure() throws {
        let result = try run(FakeDaemon(says: Self.greeting), "--prometheus")
        #expect(result.status == 0 && result.error == "")
        let metrics = try MetricsReader(result.output)
        func value(_ name: String, _ labels: [String: String] = [:]) -> Double? { metrics.values[.init(name, labels)] }
        #expect(value("bearing_up") == 1)
        let info = ["name": "bearing 0.1.0", "source": "alsa:hw:1", "format": "foa", "model": "models/foa-live.safetensors"]
        #expect(value("bearing_info", info) == 1)
        #expect(value("bearing_uptime_seconds") == 93784.3)
        #expect(value("bearing_capture_state", ["state": "running"]) == 1 && value("bearing_capture_state", ["state": "lost"]) == 0)
        #expect(value("bearing_capture_frames_total") == 2_962_960_800)
        #expect(abs((value("bearing_capture_drift_ratio") ?? 0) + 12.5e-6) < 1e-12)
        #expect(value("bearing_capture_events_total", ["event": "overruns"]) == 3)
        #expect(value("bearing_capture_events_total", ["event": "hw_resets"]) == 4)
        #expect(value("bearing_level_dbfs", ["channel": "1"]) == -36 && value("bearing_level_dbfs", ["channel": "3"]) == nil)
        #expect(value("bearing_blocks_total") == 1_234_567 && value("bearing_load_ratio") == 0.0812)
        #expect(value("bearing_dropped_blocks_total") == 2 && value("bearing_dropped_frames_total") == 2400)
        #expect(value("bearing_dropped_lines_total") == 40)
        #expect(value("bearing_latency_seconds", ["quantile": "0.99"]) == 0.021)
        #expect(value("bearing_latency_seconds", ["quantile": "1"]) == 0.031)
        #expect(value("bearing_latency_seconds_sum") == 18518.505 && value("bearing_latency_seconds_count") == 1_234_567)
        #expect(value("bearing_latency_max_seconds") == 0.9125 && value("bearing_compute_seconds", ["quantile": "0.5"]) == 0.008)
        #expect(value("bearing_subscribers") == 2 && value("bearing_subscribers_served_total") == 17)
        #expect(value("bearing_subscribers_stalled_total") == 1)
        #expect(metrics.kinds["bearing_latency_seconds"] == "summary" && metrics.kinds["bearing_load_ratio"] == "gauge")
    }

    /// Faults of the channels, and resets of the network, if there are any.
    @Test func warningsAreShownAndCounted() throws {
        let told = FakeDaemon.status.replacing(
            "\"frames\":2962960800", with: "\"frames\":2962960800,\"network_resets\":1200,\"warnings\":[\"channel 1 (Y): \\u001b\",\"two\"]"
        )
        let daemon = FakeDaemon(says: "\(FakeDaemon.hello)\n\(told)\n")
        let table = try run(daemon)
        #expect(table.status == 0)
        let lines = """
            warning      channel 1 (Y): ?
            warning      two
            analysis     1,234,567 blocks   load 8.1 %   1,200 network resets

            """
        #expect(table.output.contains(lines))
        let metrics = try MetricsReader(try run(daemon, "--prometheus").output)
        #expect(metrics.values[.init("bearing_warnings")] == 2 && metrics.values[.init("bearing_network_resets_total")] == 1200)
    }

    /// Nothing recorded in the last minute: no quantile is zero seconds.
    @Test func aSilentMinuteHasNoQuantiles() throws {
        let quiet = FakeDaemon.status.replacing("\"count\":601", with: "\"count\":0")
        let result = try run(FakeDaemon(says: "\(FakeDaemon.hello)\n\(quiet)\n"), "--prometheus")
        let metrics = try MetricsReader(result.output)
        #expect(metrics.values[.init("bearing_latency_seconds", ["quantile": "0.5"])]?.isNaN == true)
        #expect(metrics.values[.init("bearing_latency_seconds_count")] == 1_234_567)
    }

    /// Labels and text of the daemon's choosing break neither the format nor a terminal.
    @Test func untrustedTextIsSanitized() throws {
        let hostile = FakeDaemon.hello.replacing("bearing 0.1.0", with: #"a\"b\\c\nd\u001b[2J\u009b2J\u202ee"#)
        let daemon = FakeDaemon(says: "\(hostile)\n\(FakeDaemon.status)\n")
        let metrics = try MetricsReader(try run(daemon, "--prometheus").output)
        let names = metrics.values.keys.filter { $0.name == "bearing_info" }.compactMap { $0.labels["name"] }
        #expect(names == [#"a"b\c?d?[2J?2J?e"#])
        let table = try run(daemon)
        #expect(table.status == 0 && table.output.hasPrefix(#"daemon       a"b\c?d?[2J?2J?e, up"#))
        #expect(!table.output.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x9B || $0.value == 0x202E })
    }

    /// A daemon of before: tracks come first, then a status line with less in it.
    @Test func anOldDaemonIsUnderstood() throws {
        let daemon = FakeDaemon(
            says: "\(FakeDaemon.oldHello)\n\(FakeDaemon.tracks)\n\(FakeDaemon.tracks)\n\(FakeDaemon.oldStatus)\n")
        let result = try run(daemon)
        #expect(result.status == 0 && result.error == "")
        #expect(result.output.contains("source       demo   format foa\n"))
        #expect(result.output.contains("             2 overruns\n") && result.output.contains("latency      -\n"))
        #expect(
            result.output.hasSuffix("\nThis daemon is older than this program and lacks some figures: restart it after the update.\n"))
        let metrics = try MetricsReader(try run(daemon, "--prometheus").output)
        #expect(metrics.values[.init("bearing_capture_events_total", ["event": "overruns"])] == 2)
        #expect(metrics.values[.init("bearing_blocks_total")] == 42 && metrics.kinds["bearing_latency_seconds"] == nil)
        #expect(try run(daemon, "--json").status == 0)
    }

    /// Fields that a newer daemon adds are not an error.
    @Test func aNewerDaemonIsUnderstood() throws {
        let newer = FakeDaemon.status.replacing(#""state":"#, with: #""weather":{"is":"fine"},"state":"#)
        #expect(try run(FakeDaemon(says: "\(FakeDaemon.hello)\n{\"type\":\"later\"}\n\(newer)\n")).status == 0)
    }

    @Test(arguments: ["lost", "opening", "ended", "stopped", "somethingnew"])
    func aCaptureThatDoesNotRunIsReportedWithItsFault(state: String) throws {
        let status = FakeDaemon.status.replacing("running", with: state).replacing("overrun: the", with: "gone: the")
        let daemon = FakeDaemon(says: "\(FakeDaemon.hello)\n\(status)\n")
        for options in [[], ["--json"], ["--prometheus"]] {
            let result = try BearingProcess.run(["status", "--socket", daemon.path] + options)
            #expect(result.status == 69 && !result.output.isEmpty)
            #expect(
                result.error == "bearing: expected the daemon at \(daemon.path) to capture audio, found its capture \(state) "
                    + "(gone: the device's buffer ran full before it was read)\n")
        }
        let metrics = try MetricsReader(try run(daemon, "--prometheus").output)
        #expect(metrics.values[.init("bearing_capture_state", ["state": state])] == 1)
        #expect(metrics.values[.init("bearing_up")] == 1)
    }

    /// Capture runs without a loss, but no block is reported.
    @Test func audioThatIsNotAnalysedIsReported() throws {
        let idle = FakeDaemon.status.replacing("\"count\":600", with: "\"count\":0")
        let result = try run(FakeDaemon(says: "\(FakeDaemon.hello)\n\(idle)\n"))
        #expect(result.status == 69 && result.error.contains("found no block in the last minute: it hangs"))
        let young = idle.replacing("\"uptime\":93784.3", with: "\"uptime\":79")
        #expect(try run(FakeDaemon(says: "\(FakeDaemon.hello)\n\(young)\n")).status == 0)
    }

    @Test func aMissingDaemonIsReportedAndPrometheusGetsZero() throws {
        for options in [[], ["--json"], ["--prometheus"]] {
            let result = try BearingProcess.run(["status", "--socket", "/tmp/bearing-test-nobody.sock"] + options)
            #expect(result.status == 69)
            #expect(
                result.error == "bearing: expected a daemon at /tmp/bearing-test-nobody.sock, found no socket there: start "
                    + "`bearing run`, or give its --socket\n")
            if options == ["--prometheus"] {
                #expect(try MetricsReader(result.output).values == [.init("bearing_up"): 0])
            } else {
                #expect(result.output == "")
            }
        }
    }

    /// Each: the server, the exit code, the text of the error.
    private static let strangers: [(says: String, status: Int32, line: String)] =
        [
            ("", 69, "found none"), ("HTTP/1.1 400 Bad Request\r\n\r\n", 65, #"found "HTTP/1.1 400 Bad Request?""#),
            ("\u{0}\u{1B}]0;x\u{7}\n", 65, #"found "??]0;x?""#), ("[1,2]\n", 65, "expected lines of JSON with a type"),
            (String(repeating: "[", count: 100_000) + "\n", 65, "expected lines of JSON with a type"),
            ("{\"type\":\"status\"}\n", 65, "expected a hello line"),
            (FakeDaemon.hello.replacing(#""protocol":1"#, with: #""protocol":2"#) + "\n", 65, "expected protocol 1, found 2"),
            (FakeDaemon.hello.replacing(#""protocol":1,"#, with: "") + "\n", 65, "expected a field protocol, found none"),
            ("\(FakeDaemon.hello)\n", 69, "within 0.3 s, found none"),
            ("\(FakeDaemon.hello)\n{\"type\":\"status\"", 69, "within 0.3 s, found none"),
            ("\(FakeDaemon.hello)\n" + String(repeating: "x", count: 1 << 20), 65, "1 MiB without a line end"),
            ("\(FakeDaemon.hello)\n" + String(repeating: "\(FakeDaemon.tracks)\n", count: 300), 65, "found 200 others"),
        ]
        + [
            (#""blocks":1234567"#, #""blocks":"many""#, "expected blocks to be"),
            (#""blocks":1234567"#, #""blocks":1e300"#, "expected 64-bit integers as counts"),
            (#""load":0.0812"#, #""load":1e300"#, "expected load to have a valid value"),
            (#""level_dbfs":[-31.2,"#, #""level_dbfs":[[],"#, "expected levelDbfs.0"),
            (#""state":"running","#, "", "expected a field state, found none"),
            (#""events":{"#, #""events":{"x":0.5,"#, "expected 64-bit integers as counts"),
        ].map { ("\(FakeDaemon.hello)\n\(FakeDaemon.status.replacing($0.0, with: $0.1))\n", 65, $0.2) }

    @Test(arguments: strangers.indices) func aServerThatIsNotADaemonIsReportedInOneLine(index: Int) throws {
        let (says, status, line) = Self.strangers[index]
        let daemon = FakeDaemon(says: says)
        let result = try run(daemon, "--timeout", "0.3")
        #expect(result.status == status, "\(result.error)")
        #expect(result.output == "")
        #expect(result.error.hasPrefix("bearing: ") && result.error.contains(daemon.path) && result.error.contains(line), "\(result.error)")
        #expect(result.error.filter { $0 == "\n" }.count == 1 && result.error.utf8.count < 1000)
        let metrics = try run(daemon, "--timeout", "0.3", "--prometheus")
        #expect(metrics.status == status)
        #expect(try MetricsReader(metrics.output).values == [.init("bearing_up"): 0])
    }

    @Test func aServerThatClosesTheConnectionIsReported() throws {
        let result = try run(FakeDaemon(says: "\(FakeDaemon.hello)\n", hangsUp: true))
        #expect(result.status == 69 && result.error.contains("found the connection closed"))
    }

    /// Invalid names of events are not shown, nor more than a limited number of names.
    @Test func eventsAreBounded() throws {
        let flood = (0..<500).map { "\"e\(String($0, radix: 2).replacing("0", with: "x").replacing("1", with: "y"))\":1," }.joined()
        let status = FakeDaemon.status.replacing(#""events":{"#, with: "\"events\":{\"Bad \\u001b\":1," + flood)
        let result = try run(FakeDaemon(says: "\(FakeDaemon.hello)\n\(status)\n"), "--prometheus")
        let metrics = try MetricsReader(result.output)
        #expect(metrics.values.keys.filter { $0.name == "bearing_capture_events_total" }.count == 40)
        #expect(!result.output.contains("Bad"))
    }

    @Test(arguments: [
        (0.0, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (3600, "1 h 0 min"), (86_399, "23 h 59 min"),
        (90_000, "1 d 1 h"), (1e9, "11574 d 1 h"), (-5, "0.0 s"),
    ])
    func uptimesHaveTwoUnits(_ seconds: Double, _ text: String) { #expect(StatusTable.duration(seconds) == text) }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (Int.min, "-9,223,372,036,854,775,808")])
    func thousandsAreSeparated(_ count: Int, _ text: String) { #expect(StatusTable.grouped(count) == text) }

    /// The real one, from its hello to its metrics.
    @Test func aRealDaemonAnswersAtOnce() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        try TestModel.write(to: "\(folder)/model.safetensors")
        let daemon = try BearingProcess.start(
            ["run", "--source", "demo", "--socket", "\(folder)/socket", "--model", "\(folder)/model.safetensors"],
            output: Pipe(), error: Pipe())
        defer {
            daemon.terminate()
            daemon.waitUntilExit()
        }
        while daemon.isRunning, FeedClient(path: "\(folder)/socket") == nil { usleep(5000) }
        var result: BearingProcess.Result
        // Audio takes a moment to run.
        repeat {
            result = try BearingProcess.run("status", "--socket", "\(folder)/socket", "--prometheus")
        } while daemon.isRunning && result.status == 69
        #expect(result.status == 0, "\(result.error)")
        let metrics = try MetricsReader(result.output)
        #expect(metrics.values[.init("bearing_up")] == 1)
        #expect(metrics.values[.init("bearing_capture_state", ["state": "running"])] == 1)
        #expect((metrics.values[.init("bearing_subscribers_served_total")] ?? 0) >= 2)
        #expect(metrics.kinds["bearing_latency_seconds"] == "summary" && metrics.kinds["bearing_compute_seconds"] == "summary")
        let table = try BearingProcess.run("status", "--socket", "\(folder)/socket")
        #expect(table.status == 0 && table.output.contains("model        \(folder)/model.safetensors\n"))
        #expect(!table.output.contains("older"))
    }
}
