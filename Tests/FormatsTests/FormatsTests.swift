import Formats
import Foundation
import Geometry
import Testing
import Tracking

@Suite struct MetadataTests {
    @Test func rowsAreReadAndWritten() throws {
        let csv = try MetadataCSV(text: "0,1,2,-180,90\r\n\n3,1,2,180,-12.5\n3,1,2,0,0\n", path: "a.csv")
        #expect(csv.rows.map(\.frame) == [0, 3])
        #expect(csv.rows[1] == MetadataCSV.Row(frame: 3, classIndex: 1, track: 2, azimuth: 180, elevation: -12.5))
        #expect(csv.repeatedLines == [4], "the first of two rows counts")
        #expect(csv.frameCount == 4)
        #expect(csv.text == "0,1,2,-180,90\n3,1,2,180,-12.5\n")
        #expect(MetadataCSV(rows: [.init(frame: 0, classIndex: 0, track: 0, azimuth: -0.4, elevation: 0.04)]).text == "0,0,0,-0.4,0\n")
        let path = NSTemporaryDirectory() + "/bearing-\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try csv.write(to: path)
        #expect(try MetadataCSV.read(path).rows == csv.rows)
    }

    @Test func eachBadRowIsNamed() {
        let cases = [
            ("1,2,3,4", "5 columns"), ("1,2,3,4,5,6", "5 columns"), ("frame,class,track,azimuth,elevation", "whole frame"),
            ("-1,0,0,0,0", "whole frame"), ("1.5,0,0,0,0", "whole frame"), ("9999999,0,0,0,0", "whole frame"),
            ("0,x,0,0,0", "whole class"), ("0,0,-1,0,0", "whole track"), ("0,0,0,181,0", "azimuth in -180...180"),
            ("0,0,0,nan,0", "azimuth"), ("0,0,0,0,-90.5", "elevation in -90...90"), ("0,0,0,0,", "elevation"),
        ]
        for (row, expected) in cases {
            #expect { try MetadataCSV(text: "0,0,0,0,0\n\(row)\n", path: "b.csv") } throws: {
                "\($0)".hasPrefix("b.csv:2: expected") && "\($0)".contains(expected)
            }
        }
        #expect { try MetadataCSV.read("/nowhere.csv") } throws: { "\($0)".contains("/nowhere.csv") }
    }

    private func labels(_ text: String) throws -> ReferenceLabels {
        ReferenceLabels(try MetadataCSV(text: text, path: "x"))
    }

    @Test func gapsAndJumpsBeginNewEvents() throws {
        // Azimuths around the back: 170 and -170 are 20 degrees apart.
        let text = "0,1,0,170,0\n1,1,0,-170,0\n2,1,0,-130,0\n4,1,0,-130,0\n0,2,0,0,0\n1,2,0,30,0\n2,1,1,0,0\n"
        let labels = try labels(text)
        #expect(labels.blocks.map { $0.map(\.identity) } == [[0, 1], [0, 1], [2, 3], [], [4]])
        #expect(labels.identityCount == 5)
    }

    @Test func anEventKeepsItsSlot() throws {
        // Class 0 ends after block 1: class 1 stays in slot 1, and class 2 takes slot 0.
        let text = "0,0,0,0,0\n1,0,0,0,0\n1,1,0,90,0\n2,1,0,90,0\n3,1,0,90,0\n3,2,0,10,0\n3,3,0,50,0\n"
        let slots = try labels(text).slots(2)
        #expect(slots.blocks.map { $0.map { $0?.identity } } == [[0, nil], [0, 1], [nil, 1], [2, 1]])
        #expect(slots.droppedBlocks == 1)
    }
}
