import Formats
import Testing

@Suite struct CurvePlotTests {
    private func series(_ name: String, _ values: [Double], from first: Int = 1) -> CurvePlot.Series {
        CurvePlot.Series(name: name, points: values.enumerated().map { (Double($0 + first), $1) })
    }

    private func plot(_ series: CurvePlot.Series...) -> CurvePlot {
        CurvePlot(title: "", xLabel: "epoch", panels: [CurvePlot.Panel(title: "Loss", unit: "", series: series)])
    }

    private func curves(_ plot: CurvePlot) throws -> [SVGReader.Path] { try SVGReader(plot.svg).paths.filter { $0.name != nil } }

    @Test func valuesAgreeWithTheAxes() throws {
        let reader = try SVGReader(plot(series("a", [0, 10, 4])).svg)
        let points = try #require(reader.paths.first { $0.name == "a" }).points
        // Three epochs from edge to edge; 0 at the bottom of the frame, 10 at its top, a tenth of a pixel apart at most.
        #expect(points.map { $0[0] } == [64, 482, 900])
        #expect(points[0][1] - points[1][1] == 132)
        #expect(abs((points[0][1] - points[2][1]) / 132 - 0.4) < 1e-3)
        for tick in ["0", "2", "4", "6", "8", "10", "1", "3", "epoch", "Loss"] { #expect(reader.texts.contains(tick), "\(tick)") }
        #expect(reader.texts.contains("4.0"), "the last value, at the end")
    }

    @Test func ticksAreRound() throws {
        let cases: [([Double], [String])] = [
            ([0.3, 0.7], ["0.3", "0.4", "0.5", "0.6", "0.7"]), ([-31, 72], ["\u{2212}50", "0", "50", "100"]),
            ([1234, 5678], ["1000", "2000", "6000"]), ([0.00012, 0.00031], ["0.00010", "0.00035"]),
            ([5, 5], ["4.5", "5.0", "5.5"]), ([0], ["\u{2212}1.0", "1.0"]), ([], ["0.0", "1.0"]),
            ([1e9, 3e11], ["0", "300000000000"]),
        ]
        for (values, ticks) in cases {
            let texts = try SVGReader(plot(series("a", values)).svg).texts
            for tick in ticks { #expect(texts.contains(tick), "\(values): \(texts)") }
        }
    }

    @Test func undefinedValuesAreGaps() throws {
        let path = try #require(try curves(plot(series("a", [.nan, 1, 2, .nan, 3, .infinity, 4, 5]))).first)
        #expect(path.points.count == 5 && path.data.filter { $0 == "M" }.count == 3)
        // One epoch alone is a dot.
        #expect(path.data.filter { $0 == "h" }.count == 1)
        #expect(try curves(plot(series("a", [.nan, .nan]))).isEmpty)
        #expect(try SVGReader(plot(series("a", [.nan])).svg).texts.contains("no values"))
        #expect(try curves(plot(series("a", [7]))).count == 1)
    }

    @Test func curvesStayInTheirFrame() throws {
        for values in [[1e-9, 2e-9], [-1e11, 1e11, 3], [1e300, 1, 2], [0, 1e-7], [123456.7, 123456.8], [5, 5, 5]] as [[Double]] {
            for path in try curves(plot(series("a", values))) {
                let areInside = path.points.allSatisfy {
                    $0.count == 2 && (64...900).contains($0[0]) && (76...260).contains($0[1])
                }
                #expect(areInside, "\(values): \(path.data)")
            }
        }
    }

    @Test func aNameHasOneColourAndOneEntry() throws {
        let panels = [
            CurvePlot.Panel(title: "Loss", unit: "", series: [series("a <1>", [1, 2]), series("b", [2, 3])]),
            CurvePlot.Panel(title: "LE", unit: "degrees", series: [series("b", [4, 5]), series("c", [5, 6])]),
        ]
        let reader = try SVGReader(CurvePlot(title: "R&D", xLabel: "epoch", panels: panels).svg)
        var colours: [String: Set<String>] = [:]
        for path in reader.paths { if let name = path.name { colours[name, default: []].insert(path.stroke ?? "") } }
        #expect(colours.count == 3 && colours.values.allSatisfy { $0.count == 1 } && Set(colours.values).count == 3)
        for text in ["a <1>", "b", "c", "LEdegrees"] { #expect(reader.texts.count { $0 == text } == 1, "\(text)") }
        #expect(reader.texts.count { $0 == "R&D" } == 2)
    }

    @Test func lastValuesDoNotOverlap() throws {
        let svg = plot(series("a", [1, 2.01]), series("b", [3, 2.02]), series("c", [0, 2.03])).svg
        let heights = svg.split(separator: "\n").filter { $0.contains("style=\"fill:") }
            .compactMap { $0.split(separator: "\"").dropFirst(3).first.flatMap { Double($0) } }
        #expect(heights.count == 3 && zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 >= 13.9 }, "\(heights)")
    }

    @Test func aLogBecomesCurves() throws {
        let first = try EpochLog(
            text: """
                {"epoch":1,"position_loss":2,"activity_loss":0.5,"rate":0.001,"validation.LE":null}
                {"epoch":2,"position_loss":1,"activity_loss":0.4,"rate":0.001,"validation.LE":30,"note":"ä"}

                {"epoch":3,"position_loss":9,"activity_loss":0.3,"rate":0.001,"validation.LE":20}
                {"epoch":3,"position_loss":0.5,"activity_loss":0.2,"rate":0.001,"validation.LE":10}
                """, name: "first", path: "a")
        #expect(first.epochs.map(\.epoch) == [1, 2, 3] && first.epochs[2].figures["position_loss"] == 0.5)
        let second = try EpochLog(text: "{\"epoch\":2,\"position_loss\":3}\n", name: "second", path: "b")
        let plot = CurvePlot(title: "t", logs: [first, second])
        #expect(plot.xLabel == "epoch" && plot.panels.map(\.title) == ["Activity loss", "Position loss", "LE"])
        #expect(plot.panels.allSatisfy { $0.series.map(\.name) == ["first", "second"] })
        let curves = try curves(plot)
        #expect(curves.map(\.name) == ["first", "first", "second", "first"])
        #expect(curves.map(\.points.count) == [3, 3, 1, 2])
    }

    @Test func anUnusedTermIsNotDrawn() throws {
        let logs = try [("first", "0", "7"), ("second", "3", "0")].map { name, term, switches in
            try EpochLog(
                text: """
                    {"epoch":1,"loss":4,"tracking_loss":\(term),"squared_error_loss":0,"validation.switches_per_minute":\(switches)}
                    {"epoch":2,"loss":3,"tracking_loss":0,"squared_error_loss":0,"validation.switches_per_minute":0}
                    """, name: name, path: name)
        }
        let plot = CurvePlot(title: "t", logs: logs)
        #expect(plot.panels.map(\.title) == ["Loss", "Tracking loss", "Identity switches"])
        #expect(try curves(plot).map(\.name) == ["first", "second", "second", "first", "second"])
    }

    @Test func anInvalidLogIsNamed() {
        for (text, line) in [("{\"epoch\":1}\n{\"epo", 2), ("[1]", 1), ("{\"rate\":1}", 1), ("{\"epoch\":1.5}", 1), ("", 1)] {
            #expect { try EpochLog(text: text, name: "a", path: "log.jsonl") } throws: {
                "\($0)".hasPrefix("log.jsonl:\(line): expected a line of bearing train's log.jsonl, found ")
            }
        }
    }
}
