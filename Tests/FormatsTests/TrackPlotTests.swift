import Formats
import Foundation
import Geometry
import Testing

@Suite struct TrackPlotTests {
    private func read(_ plot: TrackPlot) throws -> SVGReader { try SVGReader(plot.svg) }

    /// A source at these azimuths, block after block; nil is silence.
    private func line(_ id: Int, _ azimuths: [Float?], activity: Float? = nil) -> TrackPlot.Line {
        TrackPlot.Line(
            id: id,
            points: azimuths.enumerated().compactMap { frame, azimuth in
                azimuth.map { TrackPlot.Point(frame: frame, azimuth: $0, elevation: 10, activity: activity) }
            })
    }

    /// How often the pen is set down for each panel of one track: azimuth, elevation and perhaps activity.
    private func pieces(_ line: TrackPlot.Line) throws -> [Int] {
        try read(TrackPlot(title: "", references: [], tracks: [line])).paths.filter { $0.id == "\(line.id)" }
            .map { $0.data.filter { $0 == "M" }.count }
    }

    @Test func aWrapBreaksTheLineOfAzimuthOnly() throws {
        #expect(try pieces(line(1, [170, 175, 180, -175, -170])) == [2, 1])
        #expect(try pieces(line(1, [-90, 90, -90])) == [1, 1])
    }

    @Test func elevationsWithoutSignAreDrawnUpwardsOrNotAtAll() throws {
        func line(_ id: Int, _ elevation: Float) -> TrackPlot.Line {
            TrackPlot.Line(id: id, points: (0..<10).map { TrackPlot.Point(frame: $0, azimuth: 0, elevation: elevation) })
        }
        var plot = TrackPlot(title: "", references: [], tracks: [line(1, 20), line(2, -20)])
        func panels() throws -> [[String]] { try ["1", "2"].map { id in try read(plot).paths.filter { $0.id == id }.map(\.data) } }
        #expect(try panels()[0][1] != panels()[1][1])
        plot.elevation = .unsigned
        #expect(try panels()[0][1] == panels()[1][1] && plot.svg.contains("up or down"))
        plot.elevation = nil
        #expect(try panels()[0].count == 1 && !plot.svg.contains("Elevation"))
    }

    @Test func aGapBreaksEveryLine() throws {
        #expect(try pieces(line(1, [0, 1, nil, 2, 3, nil, nil, 4], activity: 0.5)) == [3, 3, 3])
        #expect(try pieces(line(1, [0, 1, 2])) == [1, 1])
    }

    @Test func aSegmentExtendsFromItsFirstBlockToTheEndOfItsLast() throws {
        let path = try #require(
            try read(TrackPlot(title: "", references: [line(0, [Float?](repeating: 0, count: 20))], tracks: [])).paths
                .first { $0.kind == "reference" && $0.data.contains("L") })
        #expect(path.data.hasPrefix("M64 ") && path.data.hasSuffix("H900"))
        // Points between equal neighbours carry no information.
        #expect(path.data.filter { $0 == "L" }.count == 2)
    }

    @Test func everyIDHasItsColour() throws {
        let plot = TrackPlot(title: "", references: [], tracks: (1...9).map { line($0 * 3, [0, 10]) })
        #expect(Set(plot.colours.map(\.colour)).count == 9)
        let paths = try read(plot).paths.filter { $0.id != nil }
        #expect(paths.count == 18)
        for (id, colour) in plot.colours {
            #expect(paths.filter { $0.id == "\(id)" }.allSatisfy { $0.stroke == colour })
            #expect(try read(plot).texts.contains("track \(id)"))
        }
    }

    @Test func theTitleIsEscaped() throws {
        let title = "<b>\"R&D\"</b> ]]> it's ü"
        let texts = try read(TrackPlot(title: title + "\u{7}", references: [], tracks: [])).texts
        #expect(texts.filter { $0 == title + " " }.count == 2)
    }

    @Test func thePlotOfAMinuteIsSmall() throws {
        let moving = (0..<600).map { Float?(Float(($0 * 7) % 360) - 179.7) }
        let plot = TrackPlot(
            title: "a minute", references: [line(0, moving), line(1, moving)],
            tracks: [line(1, moving, activity: 0.7), line(2, moving, activity: 0.9)])
        #expect(plot.svg.utf8.count < 200_000)
        #expect(try read(plot).texts.contains("60 s"))
    }

    @Test func linesAreReadFromCSV() throws {
        let csv = try MetadataCSV(text: "0,1,0,10,0\n1,1,0,12,0\n2,1,0,90,0\n3,2,0,90,0\n", path: "a.csv")
        #expect(TrackPlot.references(csv).map(\.points.count) == [2, 1, 1])
        #expect(TrackPlot.tracks(csv).map(\.points.count) == [4])
    }
}
