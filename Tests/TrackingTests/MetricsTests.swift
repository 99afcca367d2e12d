import Geometry
import Testing
import Tracking

@Suite struct MetricsTests {
    private typealias Blocks = [[LabelledDirection]]

    private func at(_ identity: Int, _ azimuth: Float) -> LabelledDirection {
        LabelledDirection(identity: identity, direction: Direction(azimuth: azimuth, elevation: 0))
    }

    /// Two sources; the first ends half way through.
    private var references: Blocks { (0..<20).map { $0 < 10 ? [at(0, 0), at(1, 90)] : [at(1, 90)] } }

    private func scores(_ references: Blocks, _ predictions: Blocks) -> MetricsReport.Scores {
        var accumulator = MetricsAccumulator()
        accumulator.add(name: "a", references: references, predictions: predictions)
        return accumulator.report().pooled
    }

    @Test func aPerfectTrackerIsPerfect() {
        let scores = scores(references, references)
        let (paper, clear) = (scores.paper, scores.clear)
        #expect(clear.mota == 100 && clear.idf1 == 100 && clear.onsetLatency == 0)
        #expect(abs((scores.hota.hota ?? 0) - 100) < 1e-9)
        #expect(clear.switches == 0, "the end of the first of two sources costs no switch")
        #expect(clear.fragmentations == 0 && clear.sources == 2 && clear.sourcesFound == 2)
        #expect((clear.motp ?? 1) < 1e-4 && (paper.localizationError ?? 1) < 1e-4)
        #expect(paper.recall == 100 && paper.precision == 100 && paper.fScore == 100)
        #expect(paper.switches == 2 && paper.switchesPerMinute == 60, "every onset counts in the paper's set")
        #expect(paper.mota == 100 * 28.0 / 30)
    }

    @Test func aSwappingTrackerSwitches() {
        let swapped = references.enumerated().map { k, labels in
            labels.map { at(($0.identity + k) % 2, $0.direction.azimuth) }
        }
        let clear = scores(references, swapped).clear
        #expect(clear.switches == 28 && clear.switchesPerMinute == 840)
        #expect(clear.mota == 100 * 2.0 / 30)
        #expect(clear.idf1 == 50)
        #expect(clear.misses == 0 && clear.falsePositives == 0)
    }

    /// Elevations count for nothing, neither in errors nor in the gate.
    @Test func azimuthsAreScoredAlone() {
        let tracks = references.map { labels in
            labels.map {
                LabelledDirection(
                    identity: $0.identity, direction: Direction(azimuth: $0.direction.azimuth + 4, elevation: 50))
            }
        }
        #expect(scores(references, tracks).clear.matches == 0)
        var accumulator = MetricsAccumulator(by: .azimuth)
        accumulator.add(name: "a", references: references, predictions: tracks)
        let (report, scores) = (accumulator.report(), accumulator.report().pooled)
        #expect(report.angle == .azimuth && scores.clear.mota == 100 && scores.clear.idf1 == 100)
        #expect(abs((scores.clear.motp ?? 0) - 4) < 1e-3 && abs((scores.paper.localizationError ?? 0) - 4) < 1e-3)
        #expect(abs((scores.hota.hota ?? 0) - 100 * 18 / 19) < 0.1, "similarity 0.9 passes 18 of 19 thresholds")
    }

    @Test func silenceScoresNothing() {
        let scores = scores(references, [])
        #expect(scores.paper.recall == 0 && scores.paper.fScore == 0 && scores.paper.precision == nil)
        #expect(scores.paper.localizationError == nil && scores.paper.mota == 0)
        #expect(scores.clear.mota == 0 && scores.clear.misses == 30 && scores.clear.idf1 == 0)
        #expect(scores.hota.hota == 0)
        #expect(scores.clear.motp == nil && scores.clear.onsetLatency == nil)
    }

    @Test func anEmptyRecordingHasNoScores() {
        let scores = scores([[], []], [[], []])
        #expect(scores.paper.recall == nil && scores.paper.fScore == nil && scores.paper.mota == nil)
        #expect(scores.clear.mota == nil && scores.clear.idf1 == nil && scores.hota.hota == nil && scores.clear.switchesPerMinute == 0)
    }

    @Test func predictionsInSilenceAreFalse() {
        let scores = scores([[at(0, 0)]], [[at(4, 0)], [at(4, 0)], [at(4, 0), at(5, 9)]])
        #expect(scores.clear.falsePositives == 3 && scores.paper.falsePositives == 3)
        #expect(scores.clear.mota == -200 && scores.paper.precision == 25)
    }

    @Test func theGateAppliesToOneSetOnly() {
        let scores = scores([[at(0, 0)], [at(0, 0)]], [[at(6, 19)], [at(6, 21)]])
        #expect(scores.clear.matches == 1 && scores.clear.misses == 1 && scores.clear.falsePositives == 1)
        #expect(scores.paper.pairs == 2 && abs((scores.paper.localizationError ?? 0) - 20) < 1e-4)
    }

    @Test func aGapIsAFragmentationAndALateStartALatency() {
        // Found in its third block, lost for two, found again; then inactive, which is not an error.
        let active = [true, true, true, true, true, true, false, true]
        let found = [false, false, true, false, false, true, false, true]
        let clear = scores(active.map { $0 ? [at(0, 0)] : [] }, found.map { $0 ? [at(3, 5)] : [] }).clear
        #expect(clear.fragmentations == 1 && clear.switches == 0 && clear.onsetLatency == 200)
    }

    @Test func matchesDoNotContinueIntoTheNextRecording() {
        let first: Blocks = [[at(0, 0)]]
        var accumulator = MetricsAccumulator()
        accumulator.add(name: "a", references: first, predictions: [[at(5, 0)]])
        accumulator.add(name: "b", references: first, predictions: [[at(6, 0)]])
        let report = accumulator.report()
        #expect(report.pooled.clear.switches == 0 && report.pooled.clear.idf1 == 100)
        #expect(report.pooled.clear.sources == 2 && report.pooled.paper.switches == 2)
        #expect(report.recordings.map(\.name) == ["a", "b"])
        #expect(report.recordings[1].scores.clear.references == 1 && report.pooled.clear.references == 2)
    }

    /// One source with one id and then another: a switch and two ids.
    private func handedOver(_ first: Int, _ second: Int) -> (references: Blocks, predictions: Blocks) {
        ((0..<10).map { _ in [at(0, 30)] }, (0..<10).map { [at($0 < 5 ? first : second, 30)] })
    }

    @Test func idsAreIndependentBetweenFiles() {
        // Every id and every source is used in both files; the first file ends as the second begins.
        let files = [handedOver(1, 2), handedOver(2, 1)]
        var accumulator = MetricsAccumulator()
        for (name, file) in zip(["a", "b"], files) {
            accumulator.add(name: name, references: file.references, predictions: file.predictions)
        }
        let report = accumulator.report()
        let alone = files.map { scores($0.references, $0.predictions) }
        #expect(report.recordings.map(\.scores) == alone)
        #expect(report.pooled.clear.switches == 2 && alone.allSatisfy { $0.clear.switches == 1 })
        #expect(report.pooled.paper.switches == 4 && alone.allSatisfy { $0.paper.switches == 2 })
        #expect(report.pooled.clear.identityMatches == 10 && report.pooled.clear.idf1 == 50)
        #expect(abs((report.pooled.hota.associationAccuracy ?? 0) - 50) < 1e-9)
        #expect(report.pooled.clear.sources == 2 && report.pooled.clear.fragmentations == 0)
        // In one file of both, they carry over where the second begins.
        let joined = scores(files.flatMap(\.references), files.flatMap(\.predictions))
        #expect(joined.clear.switches == 2 && joined.paper.switches == 3 && joined.clear.sources == 1)
    }

    @Test func theEndOfTheFirstOfTwoSourcesCostsNoSwitch() {
        // Wherever the end lies, and whichever of the two a tracker lists first.
        for end in 1..<20 {
            let references: Blocks = (0..<20).map { $0 < end ? [at(0, 0), at(1, 90)] : [at(1, 90)] }
            let predictions: Blocks = (0..<20).map { $0 < end ? [at(8, 91), at(5, 2)] : [at(8, 89)] }
            let scores = scores(references, predictions)
            #expect(scores.clear.switches == 0 && scores.clear.mota == 100 && scores.clear.idf1 == 100, "end \(end)")
            #expect(scores.paper.switches == 2, "only the onsets of the sources, end \(end)")
        }
    }
}
