import Formats
import Geometry
import Testing
import Tracking

@Suite struct EventTableTests {
    private func track(_ id: Int, azimuth: Float, elevation: Float = 0, level: Float = -30) -> Track {
        Track(id: id, direction: Direction(azimuth: azimuth, elevation: elevation), activity: 1, age: 1, level: level)
    }

    @Test func aTrackIsOneRowWithItsMeans() {
        var table = EventTable()
        // Across the back, where a mean of angles would point to the front.
        table.add(track(7, azimuth: 170, level: -20), block: 3)
        table.add(track(7, azimuth: -170, elevation: 10, level: -30), block: 4)
        table.add(track(9, azimuth: 5, elevation: -5, level: -200), block: 4)
        // A pause of the same track.
        table.add(track(7, azimuth: 180, elevation: 5, level: -25), block: 9)
        let rows = table.text.split(separator: "\n")
        #expect(rows[0] == "id,start,end,azimuth,elevation,level_dbfs")
        let first = rows[1].split(separator: ",")
        #expect(first[0...2] == ["7", "0.3", "1.0"])
        #expect(abs(Float(first[3])!) > 179 && abs(Float(first[4])! - 5.05) < 0.1)
        #expect(first[5] == "-23.3")
        #expect(rows[2] == "9,0.4,0.5,5.0,-5.0,-200.0")
        #expect(rows.count == 3)
    }

    @Test func withoutTracksThereIsTheHeader() { #expect(EventTable().text == "id,start,end,azimuth,elevation,level_dbfs\n") }

    @Test func rowsAreInTheOrderInWhichTracksBegin() {
        var table = EventTable()
        for (id, block) in [(4, 0), (9, 1), (2, 2), (4, 3)] { table.add(track(id, azimuth: 0), block: block) }
        #expect(table.text.split(separator: "\n").dropFirst().map { $0.prefix(1) } == ["4", "9", "2"])
    }
}
