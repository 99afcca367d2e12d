import Foundation
import Testing
import TrackFeed

@testable import Bridges

@Suite struct OdasTests {
    /// The form of ODAS' sinks, to the byte.
    @Test func trackedSourcesAreAsODASWritesThem() {
        let text = String(decoding: OdasMessage.tracked([nil, track(7, azimuth: -90, activity: 0.5)], timeStamp: 41), as: UTF8.self)
        #expect(
            text == """
                {
                    "timeStamp": 41,
                    "src": [
                        { "id": 0, "tag": "", "x": 0.000, "y": 0.000, "z": 0.000, "activity": 0.000 },
                        { "id": 7, "tag": "dynamic", "x": 0.000, "y": -1.000, "z": 0.000, "activity": 0.500 },
                        { "id": 0, "tag": "", "x": 0.000, "y": 0.000, "z": 0.000, "activity": 0.000 },
                        { "id": 0, "tag": "", "x": 0.000, "y": 0.000, "z": 0.000, "activity": 0.000 }
                    ]
                }

                """)
    }

    @Test func potentialSourcesHaveAnEnergy() {
        let text = String(decoding: OdasMessage.potential([track(7, elevation: 90)], timeStamp: 1), as: UTF8.self)
        #expect(text.contains("        { \"x\": 0.000, \"y\": 0.000, \"z\": 1.000, \"E\": 0.900 },\n"))
        #expect(text.components(separatedBy: "\"E\"").count == 5 && !text.contains("activity"))
    }

    @Test func everyMessageIsJSONWhateverTheNumbers() throws {
        for (azimuth, activity) in [(0.0, 1.0), (-179.99, 0.0004), (1e9, -1e9), (45, 1e9)] {
            let bytes = OdasMessage.tracked([track(1 << 52, azimuth: azimuth, activity: activity)], timeStamp: 1)
            let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            #expect((object?["src"] as? [Any])?.count == 4)
        }
    }

    /// 12.5 messages a block, whose numbers rise by 1 from block to block.
    @Test func aBlockIsTwelveOrThirteenMessages() {
        var pace = OdasPace()
        #expect(pace.due == nil && pace.next() == nil)
        var numbers: [Int] = []
        for block in 0..<8 {
            pace.begin(block, at: 1000)
            #expect(pace.left == (block % 2 == 0 ? 12 : 13))
            #expect(pace.due == 1000)
            var count = Int64(0)
            while let number = pace.next() {
                numbers.append(number)
                count += 1
                #expect(pace.due == nil || pace.due == 1000 + count * OdasPace.hop)
            }
        }
        #expect(numbers == Array(1...100))
    }
}
