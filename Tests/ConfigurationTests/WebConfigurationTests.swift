import Foundation
import Options
import TestSupport
import Testing
import TrackFeed

@testable import Configuration

@Suite struct WebConfigurationTests {
    private let folder = TemporaryFolder()

    private func read(_ text: String, _ options: [String: String?] = [:]) throws -> WebConfiguration {
        try text.write(toFile: folder.file("b.toml"), atomically: true, encoding: .utf8)
        return try WebConfiguration.read(folder.file("b.toml"), options)
    }

    private func faults(_ text: String, _ options: [String: String?] = [:]) -> [String] {
        do {
            _ = try read(text, options)
            return []
        } catch let error as ConfigurationError {
            return error.faults.map { "\($0.place): \($0.found)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func itsSectionsAreReadFromTheDaemonsFile() throws {
        let text = """
            [input]
            source = "demo"
            [mqtt]
            whatever = 1
            [web]
            listen = "[::1]:0"
            socket = "feed.sock"
            names = ["bearing.example"]
            connections = 7
            history_minutes = 0
            [log]
            level = "debug"
            """
        let found = try read(text)
        #expect(found.listen == WebAddress(host: "::1", port: 0, isIPv6: true))
        #expect(found.socket == .path(folder.file("feed.sock")))
        #expect(found.names == ["bearing.example"] && found.connections == 7 && found.historyMinutes == 0)
        #expect(found.log.level == .debug)
        // The daemon leaves the section alone, whatever stands in it.
        _ = try ConfigurationFile.parse(text, file: "b.toml", folder: folder.path)
    }

    @Test func aWrongKeyIsAFaultAtItsPlace() {
        #expect(faults("[web]\nlisten = \"localhost:7421\"") == ["web.listen: the string \"localhost:7421\""])
        #expect(faults("[web]\nlisten = 7421") == ["web.listen: the integer 7421"])
        #expect(faults("[web]\nsocket = \"systemd\"") == ["web.socket: the string \"systemd\""])
        #expect(faults("[web]\nconnections = 0\nhistory_minutes = 61").count == 2)
        #expect(faults("[web]\nlissen = 1") == ["web.lissen: an unknown key"])
        #expect(faults("[wep]\nlisten = 1") == ["wep: an unknown key"])
        #expect(faults("", ["listen": "1:2:3", "socket": "@"]).count == 2)
    }

    @Test func beyondThisMachineATokenIsNeeded() throws {
        #expect(faults("[web]\nlisten = \"0.0.0.0:7421\"") == ["web.listen: none"])
        #expect(faults("", ["listen": "[::]:7421"]) == ["--listen: none"])
        #expect(try read("[web]\nlisten = \"0.0.0.0:7421\"\ntoken_file = \"t\"").tokenFile == folder.file("t"))
        for address in ["127.0.0.1:1", "127.8.0.1:1", "[::1]:1", "1"] { #expect(WebAddress(address)?.isLoopback == true) }
        for address in ["128.0.0.1:1", "[::2]:1", "[::]:1", "0.0.0.0:1"] { #expect(WebAddress(address)?.isLoopback == false) }
        for text in ["", ":1", "127.0.0.1:", "127.0.0.1:65536", "::1:1", "[127.0.0.1]:1", "1.2.3:1"] { #expect(WebAddress(text) == nil) }
    }

    @Test func aBrokerTakesThePlaceOfADaemon() throws {
        let text = "[web]\nbroker = \"mqtts://h\"\nuser = \"u\"\npassword_file = \"p\"\nca_file = \"c\""
        let access = try read(text).access
        #expect(access.broker == MQTTBroker("mqtts://h:8883") && access.user == "u" && access.passwordFile == folder.file("p"))
        #expect(access.caFile == folder.file("c"))
        // A daemon that is named on the command line takes precedence, unless a broker is named there too.
        #expect(try read(text, ["socket": "/run/s", "broker": nil]).access == MQTTAccess())
        #expect(try read(text, ["broker": "mqtts://i:1"]).access.broker == MQTTBroker("mqtts://i:1"))
        #expect(try read("[web]\nsocket = \"s\"\nbroker = \"mqtt://h\"").access.broker?.isEncrypted == false)
        #expect(faults("[web]\nbroker = \"h\"") == ["web.broker: the string \"h\""])
        #expect(faults("[web]\nuser = \"u\"") == ["web.user: none"])
        #expect(faults("[web]\nbroker = \"mqtt://h\"\npassword_file = \"p\"\nca_file = \"c\"").count == 2)
    }

    @Test func theShippedFileIsGenerated() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        #expect(
            try String(contentsOf: root.appendingPathComponent("config/web.toml"), encoding: .utf8) == WebConfiguration().toml,
            "write it anew: bearing web --print-config > config/web.toml")
    }

    @Test func theWrittenFileSaysTheSame() throws {
        var configuration = WebConfiguration()
        configuration.listen = WebAddress(host: "127.0.0.1", port: 80, isIPv6: false)
        configuration.socket = .tcp(host: "pi.local", port: 7420)
        configuration.names = ["a", "b"]
        configuration.access.broker = MQTTBroker("mqtts://[::1]:1")
        configuration.access.user = "u"
        #expect(try read(configuration.toml) == configuration)
        #expect(try read(WebConfiguration().toml) == WebConfiguration())
    }
}
