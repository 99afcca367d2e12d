import Foundation
import TestSupport
import Testing

@testable import MQTT

@Suite struct MQTTTests {
    @Test func aTopicIsThatOfANodeOrOfOthers() {
        let topics = NodeTopics(node: "kitchen-1")
        for kind in [NodeTopics.Kind.state, .tracks, .availability] {
            let found = NodeTopics.parse(topics.topic(kind))
            #expect(found?.node == "kitchen-1" && found?.kind == kind)
        }
        for topic in [
            "", "bearing", "bearing/a", "bearing/a/other", "bearing//state", "bearing/a/b/state", "x/a/state", "bearing/a b/state",
            "bearing/\u{e9}/state", "bearing/<b>/state", "bearing/\(String(repeating: "a", count: 65))/state",
        ] {
            #expect(NodeTopics.parse(topic) == nil, "\(topic)")
        }
        #expect(NodeTopics.all(.state) == "bearing/+/state")
    }

    @Test func aPasswordIsTheFirstLineOfAFileOfItsOwnersAlone() throws {
        let folder = TemporaryFolder()
        func read(_ text: String, mode: Int) throws -> String {
            let path = folder.file("password")
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return try PasswordFile.read(path)
        }
        #expect(try read("s e\u{e9}cret\nrest\n", mode: 0o600) == "s e\u{e9}cret")
        for (text, mode) in [("secret", 0o644), ("secret", 0o640), ("", 0o600), ("\nsecret", 0o600)] {
            #expect(throws: MQTTFault.self) { try read(text, mode: mode) }
        }
        #expect(throws: MQTTFault.self) { try PasswordFile.read(folder.file("none")) }
    }
}
