import Foundation
import JSON
import Testing

@Suite struct JSONValueTests {
    private func read(_ text: String) throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) }

    @Test func whatIsReadIsWrittenInOrder() throws {
        let text = #"{"b":[1,-2.5,true,false,null,[],{}],"a":{"z":"é \" \\ / \n","y":9007199254740993,"x":1e300}}"#
        #expect(
            String(decoding: try read(text).bytes, as: UTF8.self)
                == #"{"a":{"x":1e+300,"y":9007199254740993,"z":"é \" \\ / \n"},"b":[1,-2.5,true,false,null,[],{}]}"#)
    }

    @Test func membersAreFound() throws {
        let value = try read(#"{"type":"hello","n":1}"#)
        #expect(value["type"]?.text == "hello" && value["n"] == .integer(1) && value["n"]?.text == nil && value["x"] == nil)
        #expect(JSONValue.list([])["type"] == nil)
        #expect(JSONValue(nil) == .null && JSONValue(3) == .integer(3))
        #expect(JSONValue.number(.nan).bytes == Array("null".utf8))
    }

    @Test(arguments: ["", "{", "[1", "nul", "{\"a\":1}x"]) func whatIsNoneIsRefused(_ text: String) {
        #expect(throws: (any Error).self) { try read(text) }
    }
}
