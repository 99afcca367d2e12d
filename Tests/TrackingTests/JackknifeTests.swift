import Geometry
import TestSupport
import Testing

@testable import Tracking

/// Numbers of tools/oracles/jackknife.py: NumPy, SciPy, py-motmetrics and TrackEval.
@Suite struct JackknifeTests {
    private typealias Figure = (name: String, value: (MetricsReport.Scores) -> Double?)

    private let figures: [Figure] = [
        ("LE", { $0.paper.localizationError }), ("LR", { $0.paper.recall }), ("LP", { $0.paper.precision }),
        ("LF", { $0.paper.fScore }), ("MOTa", { $0.paper.mota }), ("IDS/min", { $0.paper.switchesPerMinute }),
        ("MOTA", { $0.clear.mota }), ("MOTP", { $0.clear.motp }), ("IDF1", { $0.clear.idf1 }), ("HOTA", { $0.hota.hota }),
        ("switches/min", { $0.clear.switchesPerMinute }), ("fragmentations/min", { $0.clear.fragmentationsPerMinute }),
        ("onset", { $0.clear.onsetLatency }),
    ]

    /// - Parameter expected: estimate, low, high.
    private func expectEqual(_ interval: Interval?, _ expected: ArraySlice<Double>, _ name: String) throws {
        let interval = try #require(interval, "\(name) has no interval")
        for (found, wanted) in zip([interval.estimate, interval.low, interval.high], expected) {
            #expect(abs(found - wanted) < 1e-6 * max(1, abs(wanted)), "\(name): \(found), not \(wanted)")
        }
    }

    @Test func intervalsAgreeWithSciPy() throws {
        let scenes = RandomScenes(try oracleFixture("Tracking/metrics.safetensors"))
        let file = try oracleFixture("Tracking/jackknife.safetensors")
        let expected = file.doubles("intervals")
        for (row, count) in file.integers("subsets").enumerated() {
            let report = scenes.report(scenes: count)
            for (i, figure) in figures.enumerated() {
                let place = 3 * (row * figures.count + i)
                try expectEqual(
                    Jackknife.interval([report], figure.value), expected[place..<place + 3], "\(figure.name) of \(count)")
            }
        }
    }

    @Test func seedsAndPairedDifferencesAgreeWithSciPy() throws {
        let scenes = RandomScenes(try oracleFixture("Tracking/metrics.safetensors"))
        let file = try oracleFixture("Tracking/jackknife.safetensors")
        let (seeds, differences) = (file.doubles("seeds"), file.doubles("difference"))
        let first = [0, 7].map { scenes.report(withoutMultiplesOf: $0) }
        let second = [5, 3].map { scenes.report(withoutMultiplesOf: $0) }
        var undecided: [String] = []
        for (i, figure) in figures.enumerated() {
            try expectEqual(Jackknife.interval(first, figure.value), seeds[3 * i..<3 * i + 3], figure.name)
            let difference = Jackknife.difference(from: first, to: second, figure.value)
            try expectEqual(difference, differences[3 * i..<3 * i + 3], "difference of \(figure.name)")
            if difference?.containsZero == true { undecided.append(figure.name) }
        }
        #expect(undecided == ["MOTP", "switches/min"], "thinning changes the number of tracks, not their directions")
    }

    @Test func studentsTAgreesWithSciPy() throws {
        let file = try oracleFixture("Tracking/jackknife.safetensors")
        for (degrees, expected) in zip(file.integers("degrees_of_freedom"), file.doubles("student")) {
            #expect(abs(StudentT.quantile(degreesOfFreedom: degrees) - expected) < 1e-9 * expected, "\(degrees)")
        }
    }

    /// A report of recordings in which this many of 10 blocks are found.
    private func report(heard: [Int], identity: Int = 7) -> MetricsReport {
        let source = LabelledDirection(identity: 0, direction: .front)
        let track = LabelledDirection(identity: identity, direction: .front)
        var accumulator = MetricsAccumulator()
        for (k, count) in heard.enumerated() {
            accumulator.add(
                name: "\(k)", references: Array(repeating: [source], count: 10),
                predictions: (0..<10).map { $0 < count ? [track] : [] })
        }
        return accumulator.report()
    }

    @Test func anUndefinedIntervalIsNil() {
        #expect(Jackknife.interval([]) { $0.paper.recall } == nil)
        #expect(Jackknife.interval([report(heard: [3])]) { $0.paper.recall } == nil)
        #expect(Jackknife.interval([report(heard: [3, 4])]) { $0.paper.recall } != nil)
        // Without the one recording that has any, there are no pairs to take the mean angle of.
        #expect(Jackknife.interval([report(heard: [3, 0])]) { $0.paper.localizationError } == nil)
        #expect(Jackknife.interval([report(heard: [3, 4]), report(heard: [0, 0])]) { $0.paper.localizationError } == nil)
        #expect(Jackknife.difference(from: [], to: [report(heard: [3, 4])]) { $0.paper.recall } == nil)
    }

    /// The longer recordings are, the fewer there are: what no figure can be is no part of its interval.
    @Test(arguments: [[10, 0], [10, 9], [9, 10, 8], [0, 1], [10, 10, 2]])
    func sharesStayWithinTheirBounds(heard: [Int]) throws {
        let plain = try #require(Jackknife.interval([report(heard: heard)]) { $0.paper.recall })
        #expect(plain.low < 0 || plain.high > 100)
        let share = try #require(Jackknife.interval([report(heard: heard)], within: .share) { $0.paper.recall })
        #expect(share.low == max(plain.low, 0) && share.high == min(plain.high, 100) && share.estimate == plain.estimate)
        let difference = try #require(
            Jackknife.difference(from: [report(heard: heard)], to: [report(heard: heard.reversed())], within: .share) { $0.paper.recall })
        #expect(difference.low >= -100 && difference.high <= 100)
        let error = try #require(Jackknife.interval([report(heard: heard)], within: .accuracy) { $0.paper.mota })
        #expect(error.high <= 100)
        #expect(Jackknife.interval([report(heard: heard)], within: .amount) { $0.paper.switchesPerMinute }?.low ?? 0 >= 0)
    }

    @Test func anImpossibleIntervalIsNil() {
        // A figure that its bias correction moves beyond its bounds, which happens for figures other than means of recordings.
        let reports = [report(heard: [1, 2, 3])]
        #expect(Jackknife.interval(reports) { _ in 120 } != nil)
        #expect(Jackknife.interval(reports, within: .share) { _ in 120 } == nil)
        #expect(Jackknife.interval(reports, within: .share) { _ in 100 }?.low == 100)
    }

    @Test func pairingRemovesCommonVariation() throws {
        let worse = report(heard: [1, 5, 9, 3, 7])
        let better = report(heard: [2, 6, 10, 4, 8])
        let difference = try #require(Jackknife.difference(from: [worse], to: [better]) { $0.paper.recall })
        #expect(abs(difference.estimate - 10) < 1e-9 && abs(difference.high - difference.low) < 1e-9)
        #expect(!difference.containsZero)
        let alone = try #require(Jackknife.interval([better]) { $0.paper.recall })
        #expect(alone.high - alone.low > 50)
    }

    @Test func onlyTheSameRecordingsCompare() async {
        await #expect(processExitsWith: .failure) {
            func report(_ name: String) -> MetricsReport {
                var accumulator = MetricsAccumulator()
                for name in ["a", name] { accumulator.add(name: name, references: [[]], predictions: [[]]) }
                return accumulator.report()
            }
            _ = Jackknife.difference(from: [report("b")], to: [report("c")]) { $0.clear.switchesPerMinute }
        }
    }
}
