import Formats
import Foundation
import Geometry
import Testing
import Tracking

@Suite struct MetricsReportTests {
    private var report: MetricsReport {
        func at(_ azimuth: Float) -> [LabelledDirection] {
            [LabelledDirection(identity: 0, direction: Direction(azimuth: azimuth, elevation: 0))]
        }
        var accumulator = MetricsAccumulator()
        accumulator.add(name: "fold1_room1", references: [at(0), at(0)], predictions: [at(10), at(-10)])
        accumulator.add(name: "a \"quoted\"\nname", references: [at(0)], predictions: [[], at(0), at(1)])
        return accumulator.report()
    }

    @Test func columnsOfTheTableAreAligned() {
        let lines = report.table(perRecording: true).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines[0].split(separator: " ") == [
                "LE", "LR", "LP", "LF", "MOTa", "IDS/min", "|", "MOTA", "MOTP", "IDF1", "HOTA", "switches", "fragments", "onset",
            ])
        #expect(lines[1].hasPrefix("fold1_room1"))
        #expect(Set([lines[0], lines[1], lines[4]].map(\.count)).count == 1)
        #expect(report.table().split(separator: "\n").count == 2)
    }

    @Test func theJSONHoldsEveryFigure() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        #expect(!report.json.contains("\n"))
        let recordings = try #require(object["recordings"] as? [[String: Any]])
        #expect(recordings.map { $0["name"] as? String } == ["fold1_room1", "a \"quoted\"\nname"])
        let first = try #require(recordings[0]["paper"] as? [String: Any])
        #expect(abs((first["localization_error_degrees"] as? Double ?? 0) - 10) < 1e-4)
        let second = try #require(recordings[1]["clear"] as? [String: Any])
        #expect(second["motp_degrees"] is NSNull && second["mota"] as? Double == -200)
        #expect(second["false_positives"] as? Int == 2)
        let pooled = try #require(object["pooled"] as? [String: [String: Any]])
        #expect(pooled["clear"]?["references"] as? Int == 3 && pooled["clear"]?["mota"] as? Double == 0)
    }
}
