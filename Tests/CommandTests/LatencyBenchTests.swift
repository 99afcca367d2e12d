import Foundation
import TestSupport
import Testing

@testable import bearing

@Suite(.timeLimit(.hang))
struct LatencyBenchTests {
    /// Blocks go through the daemon's threads to real subscribers, some of which never read.
    @Test(arguments: [0, 2]) func everyBlockIsMeasured(lookAhead: Int) throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        try TestModel.write(to: "\(folder)/model.safetensors", lookAhead: lookAhead)
        let options = ["--blocks", "20", "--model", "\(folder)/model.safetensors", "--subscribers", "3", "--stalled", "1"]
        let result = try BearingProcess.run(["bench", "latency", "--json"] + options)
        #expect(result.status == 0, "\(result.error)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(object["blocks"] as? Int == 20 && object["subscribers"] as? Int == 3 && object["stalled"] as? Int == 1)
        let figures = try ["socket_ms", "subscriber_ms", "computing_ms"].map { try #require(object[$0] as? [String: Double]) }
        for (index, figure) in figures.enumerated() {
            // Blocks of the look-ahead are computed, but not reported.
            let isComputing = index == 2
            #expect(figure["count"] == Double(isComputing ? 20 + lookAhead : 20))
            let ladder = ["p50", "p90", "p99", "p999", "max"].map { figure[$0] ?? -1 }
            let least = isComputing ? 0 : Double(100 * lookAhead)
            #expect(ladder == ladder.sorted() && ladder[0] > least && ladder[4] < 60_000, "\(result.output)")
        }
    }

    @Test func invalidOptionsAreRefused() throws {
        for options in [["--blocks", "0"], ["--subscribers", "0"], ["--subscribers", "2", "--stalled", "2"]] {
            let result = try BearingProcess.run(["bench", "latency"] + options)
            #expect(result.status == 64 && result.error.contains("at least one block and more subscribers than stalled ones"))
        }
    }
}
