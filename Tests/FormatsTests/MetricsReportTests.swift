import Formats
import Foundation
import Geometry
import TestSupport
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
                "LE", "LR", "LP", "LF", "MOTa", "IDS/min", "|", "MOTA", "MOTP", "IDF1", "HOTA", "switches/min",
                "fragments/min", "onset",
            ])
        #expect(lines[1].hasPrefix("fold1_room1"))
        // A name with a line end makes two lines of the third.
        #expect(Set([0, 1, 4, 5, 6].map { lines[$0].count }).count == 1 && lines.count == 8)
        #expect(report.table().split(separator: "\n").count == 4)
    }

    @Test func aTableShowsIntervalsAndDifferences() throws {
        let (better, worse) = (heard([8, 6, 9]), heard([4, 6, 8]))
        let lines = better.table(baseline: worse).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        // The columns LR, whose recordings are equally long: the mean of three and Student's 4.303 standard errors.
        #expect(lines.map { $0[0] } == ["LE", "3", "95", "95", "baseline", "95", "95", "difference", "95", "95", "contains"])
        #expect(lines[1][3] == "76.7" && lines[2...3].map { $0[4] } == ["38.7", "100.0"])
        #expect(lines[4][2] == "60.0" && lines[7][2] == "+16.7")
        #expect(lines[8...9].map { $0[4] } == ["-35.0", "+68.4"] && lines[10][3] == "yes")
        let one = heard([8]).table(baseline: heard([4])).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(one.count == 7 && one[3].prefix(3) == ["difference", "0.0", "+40.0"] && one[4][4] == "-")
    }

    /// A report of recordings with a source found in this many of 10 blocks.
    private func heard(_ counts: [Int]) -> MetricsReport {
        let source = [LabelledDirection(identity: 0, direction: .front)]
        var accumulator = MetricsAccumulator()
        for (k, count) in counts.enumerated() {
            accumulator.add(
                name: "\(k)", references: Array(repeating: source, count: 10), predictions: Array(repeating: source, count: count))
        }
        return accumulator.report()
    }

    /// JSONSerialization is accurate to the last digit but one.
    private func isClose(_ found: Double?, _ expected: Double) -> Bool { abs((found ?? .nan) - expected) < 1e-9 }

    @Test func theJSONHoldsIntervalsAndDifferences() throws {
        let (better, worse) = (heard([8, 6, 9]), heard([4, 6, 8]))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(better.json(baseline: worse).utf8)) as? [String: Any])
        let pooled = try #require(object["pooled"] as? [String: [String: Any]])
        let recall = try #require(Jackknife.interval([better], within: .share) { $0.paper.recall })
        #expect(recall.high == 100)
        let found = try #require((pooled["interval"]?["paper"] as? [String: [String: Double]])?["recall"])
        #expect(isClose(found["low"], recall.low) && isClose(found["high"], recall.high) && found.count == 2)
        let difference = try #require(object["difference"] as? [String: [String: [String: Any]]])
        let expected = try #require(Jackknife.difference(from: [worse], to: [better]) { $0.clear.mota })
        let mota = try #require(difference["clear"]?["mota"])
        #expect(isClose(mota["estimate"] as? Double, expected.estimate) && isClose(mota["low"] as? Double, expected.low))
        #expect(isClose(mota["high"] as? Double, expected.high) && mota["contains_zero"] as? Bool == expected.containsZero)
        #expect(difference["clear"]?.count == 9 && difference["paper"]?.count == 6)
        let baseline = try #require(object["baseline"] as? [String: Any])
        let alone = try JSONSerialization.jsonObject(with: Data(worse.json.utf8)) as? NSDictionary
        #expect(baseline as NSDictionary == alone)
        let one = try JSONSerialization.jsonObject(with: Data(heard([8]).json(baseline: heard([4])).utf8)) as? [String: Any]
        #expect((one?["pooled"] as? [String: Any])?["interval"] == nil)
        #expect(((one?["difference"] as? [String: [String: [String: Any]]])?["paper"]?["recall"])?["low"] is NSNull)
    }

    @Test func aStoredReportIsTheSame() throws {
        var random = SeededRandom(seed: 3)
        func labels(_ count: Int) -> [LabelledDirection] {
            (0..<count).map {
                LabelledDirection(identity: $0, direction: Direction(azimuth: 20 * random.normal() + 60 * Float($0), elevation: 0))
            }
        }
        var accumulator = MetricsAccumulator()
        for name in ["a", "b", "c \"d\""] {
            accumulator.add(name: name, references: (0..<50).map { _ in labels(2) }, predictions: (0..<50).map { labels($0 % 4) })
        }
        let report = accumulator.report()
        let read = try JSONDecoder().decode(MetricsReport.self, from: try JSONEncoder().encode(report))
        #expect(read == report, "to the last bit of every sum")
        #expect(read.json == report.json && read.table(perRecording: true) == report.table(perRecording: true))
        #expect(report.pooled.clear.switches > 0 && report.pooled.hota.hota ?? 0 > 10)
    }

    @Test func aStoredReportWithoutAThresholdIsRefused() throws {
        let stored = String(decoding: try JSONEncoder().encode(heard([10])), as: UTF8.self)
        let perfect = "\"matches\":[" + [String](repeating: "10", count: 19).joined(separator: ",") + "]"
        try #require(stored.contains(perfect))
        let cut = stored.replacingOccurrences(of: perfect, with: "\"matches\":[10]")
        #expect { try JSONDecoder().decode(MetricsReport.self, from: Data(cut.utf8)) } throws: {
            "\($0)".contains("expected 19 values of matches, found 1")
        }
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
        let keys = [
            "paper": [
                "localization_error_degrees", "recall", "precision", "f_score", "mota", "switches_per_minute", "switches",
                "references", "pairs", "misses", "false_positives", "blocks",
            ],
            "clear": [
                "mota", "motp_degrees", "idf1", "hota", "detection_accuracy", "association_accuracy", "switches_per_minute",
                "onset_latency_ms", "switches", "fragmentations", "references", "predictions", "matches", "misses",
                "false_positives", "sources", "sources_found", "blocks",
            ],
        ]
        for (set, names) in keys {
            let alone = recordings[0][set] as? [String: Any]
            for name in names { #expect(pooled[set]?[name] != nil && alone?[name] != nil, "\(set) \(name)") }
        }
    }
}
