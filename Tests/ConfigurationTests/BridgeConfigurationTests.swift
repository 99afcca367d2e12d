import Foundation
import Options
import TestSupport
import Testing
import TrackFeed

@testable import Configuration

@Suite struct BridgeConfigurationTests {
    private let folder = TemporaryFolder()

    private func read<Settings: BridgeConfiguration>(
        _: Settings.Type, _ text: String, _ options: [String: OptionValue?] = [:]
    ) throws -> Settings {
        try text.write(toFile: folder.file("b.toml"), atomically: true, encoding: .utf8)
        return try Settings.read(folder.file("b.toml"), options: options)
    }

    private func faults<Settings: BridgeConfiguration>(
        _ type: Settings.Type, _ text: String, _ options: [String: OptionValue?] = [:]
    ) -> [String] {
        do {
            _ = try read(type, text, options)
            return []
        } catch let error as ConfigurationError {
            return error.faults.map { "\($0.place): \($0.found)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func eachBridgeReadsItsOwnSectionOfTheDaemonsFile() throws {
        let text = """
            [input]
            source = "demo"
            [odas]
            tracked = "studio.local:9000"
            potential = "[::1]:9001"
            socket = "feed.sock"
            [mqtt]
            broker = "mqtts://broker.example"
            node = "kitchen"
            user = "bearing"
            password_file = "secret"
            tracks = true
            [osc]
            to = "127.0.0.1:4001"
            messages = ["/x/{n} {azimuth}"]
            objects = 2
            [log]
            level = "debug"
            """
        let odas = try read(OdasConfiguration.self, text)
        #expect(odas.tracked == .tcp(host: "studio.local", port: 9000) && odas.potential == .tcp(host: "::1", port: 9001))
        #expect(odas.socket == .path(folder.file("feed.sock")) && odas.log.level == .debug)
        let mqtt = try read(MQTTConfiguration.self, text)
        #expect(mqtt.access.broker == .init("mqtts://broker.example:8883") && mqtt.node == "kitchen" && mqtt.tracks)
        #expect(mqtt.access.passwordFile == folder.file("secret"))
        let osc = try read(OSCConfiguration.self, text, ["to": .text("[::1]:5"), "preset": .text("iem")])
        #expect(osc.to == .tcp(host: "::1", port: 5) && osc.messages.map(\.text) == ["/x/{n} {azimuth}"] && osc.objects == 2)
        _ = try ConfigurationFile.parse(text, file: "b.toml", folder: folder.path)
    }

    @Test func aWrongKeyIsAFaultAtItsPlace() {
        #expect(faults(OdasConfiguration.self, "[odas]\ntracked = \"9000\"") == ["odas.tracked: the string \"9000\""])
        #expect(faults(OdasConfiguration.self, "[odas]\ntracked = \"h:0\"\nsocket = \"systemd\"").count == 2)
        #expect(faults(OdasConfiguration.self, "") == ["odas.tracked: none"])
        #expect(faults(OdasConfiguration.self, "[odas]\ntracket = \"h:1\"").first == "odas.tracket: an unknown key")
        #expect(faults(OdasConfiguration.self, "", ["tracked": .text("x")]) == ["--tracked: the string \"x\""])
        #expect(faults(OSCConfiguration.self, "[osc]\nto = \"h:1\"\nmessages = [\"x\"]") == ["osc.messages: \"x\""])
        #expect(faults(OSCConfiguration.self, "[osc]\npreset = \"max\"").count == 1)
        #expect(faults(OSCConfiguration.self, "[osc]") == ["osc.to: none"])
        for broker in ["broker", "mqtt://", "mqtts://h:0", "http://h", "mqtts://u@h", "mqtts://h/x", "mqtts://::1"] {
            let found = faults(MQTTConfiguration.self, "[mqtt]\nbroker = \"\(broker)\"")
            #expect(found == ["mqtt.broker: the string \"\(broker)\""], "\(broker)")
        }
        #expect(faults(MQTTConfiguration.self, "[mqtt]\nnode = \"a/b\"").count == 1)
        #expect(faults(MQTTConfiguration.self, "") == ["mqtt.broker: none", "mqtt.node: none"])
        let given: [String: OptionValue?] = ["broker": .text("mqtt://h"), "node": .text("n")]
        #expect(faults(MQTTConfiguration.self, "[mqtt]\npassword_file = \"p\"\nca_file = \"c\"", given).count == 2)
    }

    /// The file that is written is read as the same configuration.
    @Test func theWrittenFileIsReadAsTheSame() throws {
        var mqtt = MQTTConfiguration()
        mqtt.access.broker = .init("mqtt://[::1]:1884")
        (mqtt.node, mqtt.access.user, mqtt.discovery, mqtt.discoveryPrefix) = ("n", "u", false, "ha")
        #expect(try read(MQTTConfiguration.self, mqtt.toml) == mqtt)
        var osc = OSCConfiguration()
        (osc.to, osc.preset, osc.objects) = (.tcp(host: "h", port: 9), .sparta, 3)
        osc.ended = [try #require(OSCTemplate("/a/{n} 0"))]
        #expect(try read(OSCConfiguration.self, osc.toml) == osc)
        var odas = OdasConfiguration()
        odas.potential = .tcp(host: "::1", port: 9)
        #expect(try read(OdasConfiguration.self, odas.toml) == odas)
        #expect(OSCConfiguration().toml.contains("# to = \"127.0.0.1:4001\""))
    }
}
