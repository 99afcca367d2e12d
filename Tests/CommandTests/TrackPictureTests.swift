import Geometry
import Testing

@testable import TrackFeed
@testable import bearing

@Suite struct TrackPictureTests {
    private func lines(_ picture: TrackPicture) -> [String] {
        picture.lines.map { $0.replacing(/\u{1B}\[[0-9;]*m/, with: "") }
    }

    private func track(_ id: Int, _ azimuth: Double, _ elevation: Double) -> FeedLine.Track {
        FeedLine.Track(id: id, azimuth: azimuth, elevation: elevation, activity: 0.84, age: 12.3, levelDbfs: -28.1)
    }

    @Test(arguments: [
        (0.0, 0.0, 36, "    0°"), (90, 0, 18, "    0°"), (-90, 41, 54, "  +40°"), (180, -90, 0, "  -60°"), (-179, 90, 72, "  +60°"),
    ])
    func aTrackIsDrawnBelowTheNameOfItsDirection(azimuth: Double, elevation: Double, column: Int, label: String) throws {
        var picture = TrackPicture()
        picture.tracks = [track(7, azimuth, elevation)]
        let map = lines(picture)[3..<10]
        let row = try #require(map.first { $0.contains("●") })
        #expect(row.hasPrefix(label.dropFirst()))
        #expect(Array(row).firstIndex(of: "●") == column + 6)
    }

    @Test func aRowShowsTheTrackAndItsDirection() throws {
        var picture = TrackPicture()
        picture.tracks = [track(7, -31.2, 4)]
        let row = try #require(lines(picture).last { $0.contains("●") })
        #expect(row == "      ●   7   front right   -31.2°      +4.0°  ████████░░  84 %   -28 dB  12.3 s")
    }

    /// An array that cannot distinguish above from below.
    @Test func elevationsWithoutSignTakeTheUpperHalf() throws {
        var picture = TrackPicture()
        picture.elevation = .unsigned
        picture.tracks = [track(7, -31.2, 41)]
        let shown = lines(picture)
        #expect(shown[3..<7].map { $0.prefix(5) } == [" ±60°", " ±40°", " ±20°", "   0°"])
        #expect(shown[4].contains("●7") && shown[7] == "")
        #expect(shown.last { $0.contains("●") }?.contains("-31.2°     ±41.0°") == true)
    }

    @Test(arguments: [(0.0, "front"), (-22.4, "front"), (-23, "front right"), (90, "left"), (-180, "back"), (179, "back")])
    func eighthsOfTheCircleHaveNames(azimuth: Double, name: String) {
        #expect(TrackPicture.place(azimuth: azimuth) == name)
    }

    /// The picture is redrawn over itself, so its height may not depend on how many tracks there are.
    @Test func theHeightIsConstant() {
        var picture = TrackPicture()
        let heights = [0, 1, 2].map { count in
            picture.tracks = (0..<count).map { track($0, 30, 0) }
            return picture.lines.count
        }
        #expect(Set(heights).count == 1)
        #expect(lines(picture).allSatisfy { $0.count <= 80 })
    }
}
