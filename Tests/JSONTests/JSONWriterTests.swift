import Foundation
import Testing

@testable import JSON

@Suite struct JSONWriterTests {
    @Test(arguments: [
        (0.0, 1, "0.0"), (-0.04, 1, "0.0"), (-0.05, 1, "-0.1"), (179.999, 2, "180.00"), (-31.2, 2, "-31.20"),
        (1_764_000_000.0625, 4, "1764000000.0625"), (.nan, 2, "null"), (.infinity, 2, "null"), (12, 0, "12"),
    ])
    func numbersAreRounded(_ value: Double, _ decimals: Int, _ text: String) {
        var line = JSONWriter()
        line.begin()
        line.field("v", value, decimals: decimals)
        line.endLine()
        #expect(String(decoding: line.bytes, as: UTF8.self) == "{\"v\":\(text)}\n")
    }

    @Test(arguments: ["", "plain", "a\"b\\c", "tab\tnew\nline\u{1}", "Grüße 🎤"])
    func stringsSurviveTheirEscaping(_ text: String) throws {
        var line = JSONWriter()
        line.begin()
        line.field("v", text)
        line.endLine()
        let object = try JSONSerialization.jsonObject(with: Data(line.bytes)) as? [String: String]
        #expect(object == ["v": text])
    }

    @Test func objectsAndArraysNest() {
        let text = JSONWriter.text { json in
            json.field("a", 1)
            json.openArray("b")
            json.element(2)
            json.openObject()
            json.field("c", nil as String?)
            json.field("d", true)
            json.closeObject()
            json.element("e")
            json.closeArray()
            json.openObject("f")
            json.closeObject()
            json.field("g", json: Array("{\"h\":null}".utf8))
        }
        #expect(text == #"{"a":1,"b":[2,{"c":null,"d":true},"e"],"f":{},"g":{"h":null}}"#)
    }

    @Test(arguments: [0.1, 1e-7, 123_456.789, -2.5, 100]) func exactNumbersAreReadAgain(_ value: Double) throws {
        let text = JSONWriter.text { $0.field("v", exact: value) }
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Double]
        #expect(object == ["v": value])
    }

    @Test(arguments: [nil, .nan, .infinity] as [Double?]) func whatIsNoNumberIsNull(_ value: Double?) {
        #expect(JSONWriter.text { $0.field("v", exact: value) } == #"{"v":null}"#)
    }

    @Test func aBufferIsUsedAgain() {
        var line = JSONWriter()
        for number in 1...3 {
            line.begin()
            line.field("n", number)
            line.endLine()
            #expect(String(decoding: line.bytes, as: UTF8.self) == "{\"n\":\(number)}\n" && line.count == number)
        }
    }
}
