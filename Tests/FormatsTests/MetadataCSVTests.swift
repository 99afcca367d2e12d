import Formats
import Testing

/// Rows of labels as data sets have them.
@Suite struct MetadataCSVTests {
    private func rows(_ text: String, wraps: Bool = false) throws(MetadataError) -> [MetadataCSV.Row] {
        try MetadataCSV(text: text, path: "a.csv", wrapsAzimuths: wraps).rows
    }

    private func fault(_ text: String, wraps: Bool = false) -> String {
        do {
            _ = try rows(text, wraps: wraps)
            return "none"
        } catch {
            return error.description
        }
    }

    @Test func aDistanceOrALevelIsIgnored() throws {
        let plain = try rows("0,1,2,60,10\n")
        for value in ["181", "150.5", "2", " 181 ", "0", "-3", "-28.1", "-200.0"] {
            #expect(try rows("0,1,2,60,10,\(value)\n") == plain, "\(value)")
        }
        #expect(try rows("0,1,2,0,0,181\n").count == 1, "straight ahead, in centimetres")
        #expect(try rows("0,1,2,60,10\n1,1,2,60,10,181\n").count == 2)
    }

    @Test(arguments: [
        "0,0,0,0.49240,0.85287,0.17365", "0,0,0,1.00000,0.00000,0.00000", "0,0,0,1,0,0", "0,0,0,-1,0,0.0", "0,0,0,60,10,-201",
        "0,0,0,0.1,0.2,-0.5",
        "0,0,0,60,10,far",
        "0,0,0,60,10,nan", "0,0,0,60,10,",
    ])
    func aSixthColumnThatIsNeitherIsRefused(row: String) {
        let expected = "a.csv:1: expected azimuth and elevation in degrees and a distance in centimetres or a level in dBFS, found "
        #expect(fault(row).hasPrefix(expected))
        #expect(fault(row, wraps: true) != "none")
    }

    @Test func otherFormsAreRefused() {
        #expect(fault("0,0,0,0.1,0.2,0.3,0\n").hasPrefix("a.csv:1: expected 5 or 6 columns"))
        #expect(fault("0,0,0.49240,0.85287,0.17365\n").contains("expected a whole track"))
        let events = fault("sound_event_recording,start_time,end_time,ele,azi,dist\nspeech,0.8,10.0,5,-70,2\n")
        #expect(events.hasPrefix("a.csv:1: expected rows frame,class,track,azimuth,elevation, found the header of DCASE 2019"))
    }

    @Test func azimuthsAbove180AreWrappedOnRequest() throws {
        let csv = try MetadataCSV(
            text: "0,0,0,180,0\n1,0,0,-180,0\n\n2,0,0,180.5,0\n3,0,0,270,0\n4,0,0,360,0\n", path: "a.csv", wrapsAzimuths: true)
        #expect(csv.rows.map(\.azimuth) == [180, -180, -179.5, -90, 0])
        #expect(csv.wrappedLines == [4, 5, 6])
        #expect(csv.wrappedRemark(path: "a.csv") == "a.csv:4: 3 azimuths above 180 degrees are reduced by 360")
        #expect(try MetadataCSV(text: "0,0,0,10,0\n", path: "a.csv", wrapsAzimuths: true).wrappedRemark(path: "a.csv") == nil)
        #expect(fault("0,0,0,360.5,0\n", wraps: true) == "a.csv:1: expected azimuth in -180...360 degrees, found 360.5: correct the row")
        #expect(fault("0,0,0,-181,0\n", wraps: true).contains("expected azimuth"))
        #expect(fault("0,0,0,350,0\n") == "a.csv:1: expected azimuth in -180...180 degrees, found 350: correct the row")
    }
}
