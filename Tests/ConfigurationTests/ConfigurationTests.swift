import Audio
import Foundation
import Geometry
import Options
import Testing
import TrackFeed
import Tracking

@testable import Configuration

@Suite struct ConfigurationTests {
    /// The faults of a text, each as its line.
    private func faults(_ text: String) -> [String] {
        do {
            _ = try ConfigurationFile.parse(text, file: "b.toml", folder: "/etc/bearing")
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    /// The commented file that ships with the program, with every `# key = value` made live.
    private func shipped(uncommented: Bool) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let text = try String(contentsOf: root.appendingPathComponent("config/bearing.toml"), encoding: .utf8)
        guard uncommented else { return text }
        let option = try Regex("^# ([a-z_]+ = .*|\\[\\[.*\\]\\])$").anchorsMatchLineEndings()
        return text.replacing(option) { String($0.output[1].substring ?? "") }
    }

    @Test func theShippedFileIsGenerated() throws {
        #expect(
            try shipped(uncommented: false) == BearingConfiguration().toml,
            "generate it: bearing run --print-config > config/bearing.toml")
    }

    /// A file in which every key has another value than its default.
    private let changed = """
        [input]
        source = "file:/a.wav"
        format = "mic"
        array = "/a.toml"
        ambisonics = "fuma"
        channels = [3, 2, 1, 0]
        inverted = [1, 2]
        loop = false
        [mounting]
        yaw = 10.5
        pitch = -20
        roll = 30
        [[ignore]]
        azimuth = [170, -170]
        [[ignore]]
        azimuth = [10, 20.5]
        elevation = [-30, 40]
        [[ignore]]
        elevation = [60, 90]
        [model]
        path = "/m.safetensors"
        [socket]
        path = "/run/x"
        mode = "0606"
        owner = 4711
        group = 4712
        tcp = "[::]:1"
        subscribers = 9
        queue_lines = 8
        stall_seconds = 7
        [gate]
        open_threshold = 0.7
        open_blocks = 3
        stay_threshold = 0.3
        coast_blocks = 5
        recall_blocks = 6
        jump_degrees = 30
        duplicate_degrees = 8
        smoothing = 0.2
        refinement = 0.1
        [record]
        path = "/r"
        file_seconds = 61
        limit_mb = 2001
        [realtime]
        enabled = false
        priority = 51
        period_ms = 20
        [log]
        level = "debug"
        """

    @Test func aWrittenConfigurationReadsBackTheSame() throws {
        let configuration = try ConfigurationFile.parse(changed, file: "b.toml", folder: "/")
        for section in RunKey.sections where section.name != "ignore" {
            for key in section.keys {
                #expect(key.value(configuration) != key.value(BearingConfiguration()), "\(section.name).\(key.name) is not in the text")
            }
        }
        let written = configuration.toml
        #expect(try ConfigurationFile.parse(written, file: "b.toml", folder: "/") == configuration)
        // No key is a comment, and every default is named where there is one.
        #expect(!written.contains("\n# source ="))
        #expect(written.contains("\npriority = 51  # 2 to 99; default: 50\n"))
        #expect(configuration.isExpressible)
        var several = configuration
        several.socket.addresses?.append(.abstract("b"))
        #expect(!several.isExpressible)
    }

    @Test func theShippedFileChangesNothing() throws {
        let parsed = try ConfigurationFile.parse(shipped(uncommented: false), file: "bearing.toml", folder: "/")
        #expect(parsed == BearingConfiguration())
    }

    @Test func theShippedFileShowsEveryOptionWithItsDefault() throws {
        let parsed = try ConfigurationFile.parse(shipped(uncommented: true), file: "bearing.toml", folder: "/")
        var expected = BearingConfiguration()
        expected.input.format = .foa
        expected.input.channels = .identity()
        expected.input.ambisonics = .ambix
        expected.input.array = "aformat-cardioid"
        expected.ignored = [Sector(azimuth: (170, -170), elevation: -90...0)]
        expected.model.path = "/usr/share/bearing/models/foa-live.safetensors"
        expected.socket.addresses = [.path(SocketPath.service), .tcp(host: "127.0.0.1", port: 7420)]
        expected.socket.access.owner = 0
        expected.socket.access.group = 0
        expected.record.path = "/var/lib/bearing"
        expected.gate = Dictionary(uniqueKeysWithValues: GateKey.allCases.map { ($0, $0.value(in: GateSettings())) })
        #expect(parsed == expected)
    }

    @Test(arguments: [
        (
            "[input]\nsource = \"hw:1\"",
            "input.source: expected alsa:NAME, file:PATH or demo, found the string \"hw:1\""
        ),
        ("[input]\nsource = 1", "input.source: expected alsa:NAME, file:PATH or demo, found the integer 1"),
        ("[input]\nformat = \"FOA\"", "input.format: expected one of foa, mic, aformat, found the string \"FOA\""),
        (
            "[input]\nchannels = [0, 1]",
            "input.channels: expected 3 to 8 different channel numbers from 0 up, found the array [0, 1]"
        ),
        (
            "[input]\nchannels = [0, 1, 2, 2]",
            "input.channels: expected 3 to 8 different channel numbers from 0 up, found the array [0, 1, 2, 2]"
        ),
        (
            "[input]\nchannels = [0, 1, 2, 3]\ninverted = [4]",
            "input.inverted: expected numbers below 4, that of the channels, found [4]"
        ),
        ("[input]\ninverted = [1]", "input.channels: expected channel numbers beside inverted, found nothing"),
        ("[input]\nloop = \"yes\"", "input.loop: expected true or false, found the string \"yes\""),
        ("[input]\nambisonics = \"acn\"", "input.ambisonics: expected one of ambix, fuma, n3d, found the string \"acn\""),
        ("[mounting]\npitch = 100", "mounting.pitch: expected a number from -90.0 to 90.0, found the integer 100"),
        ("ignore = 3", "ignore: expected an array of tables, [[ignore]], found the integer 3"),
        (
            "[[ignore]]\nazimuth = [0, 10]\n[[ignore]]\nazimuth = [10]",
            "ignore[1].azimuth: expected [from, to] in degrees, counter-clockwise from one to the other, found the array [10]"
        ),
        ("[[ignore]]\n", "ignore[0].azimuth: expected azimuth = [from, to], elevation = [lowest, highest] or both, found nothing"),
        (
            "[[ignore]]\nazimuth = [10, 10]",
            "ignore[0].azimuth: expected two different ends, found 10.0 twice: remove azimuth to include all azimuths"
        ),
        ("[[ignore]]\nelevation = [10, 0]", "ignore[0].elevation: expected the lower elevation first, found [10.0, 0.0]"),
        (
            "[[ignore]]\nelevation = [0, 100]",
            "ignore[0].elevation: expected [lowest, highest] in degrees, found the array [0, 100]"
        ),
        ("[model]\npath = \"\"", "model.path: expected a string, found the string \"\""),
        (
            "[socket]\npath = \"tcp:7420\"",
            "socket.path: expected a path, \"@NAME\" or \"systemd\" (TCP has the key tcp), found the string \"tcp:7420\""
        ),
        (
            "[socket]\npath = \"@\"",
            "socket.path: expected a path, \"@NAME\" or \"systemd\" (TCP has the key tcp), found the string \"@\""
        ),
        (
            "[socket]\npath = \"@a\"\nmode = \"0666\"",
            "socket.mode: expected nothing beside an abstract socket, found mode: such a socket has no permissions; use a path, or "
                + "remove this key"
        ),
        (
            "[socket]\nowner = \"no such user\"",
            "socket.owner: expected the name or number of a user of this machine, found the string \"no such user\""
        ),
        ("[socket]\nowner = -1", "socket.owner: expected the name or number of a user of this machine, found the integer -1"),
        (
            "[socket]\ngroup = \"no such group\"",
            "socket.group: expected the name or number of a group of this machine, found the string \"no such group\""
        ),
        (
            "[socket]\ngroup = 4294967295",
            "socket.group: expected the name or number of a group of this machine, found the integer 4294967295"
        ),
        ("[socket]\nsubscribers = 0", "socket.subscribers: expected an integer from 1 to 1000000, found the integer 0"),
        (
            "[socket]\nmode = 660",
            "socket.mode: expected permission bits as a string of octal digits, such as \"0660\", found the integer 660"
        ),
        (
            "[socket]\nqueue_lines = 0",
            "socket.queue_lines: expected an integer from 1 to 10000, found the integer 0"
        ),
        (
            "[socket]\nstall_seconds = 0.5",
            "socket.stall_seconds: expected a number from 1.0 to 3600.0, found the number 0.5"
        ),
        ("[gate]\nopen_threshold = 1.5", "gate.open_threshold: expected a number from 0.0 to 1.0, found the number 1.5"),
        ("[gate]\nopen_threshold = nan", "gate.open_threshold: expected a number from 0.0 to 1.0, found the number nan"),
        ("[gate]\nopen_blocks = 2.0", "gate.open_blocks: expected an integer from 1 to 1000, found the number 2.0"),
        (
            "[gate]\nopen_threshold = 0.3\nstay_threshold = 0.4",
            "gate.stay_threshold: expected at most gate.open_threshold (0.3), found 0.4"
        ),
        ("[realtime]\npriority = 100", "realtime.priority: expected an integer from 2 to 99, found the integer 100"),
        (
            "[log]\nlevel = \"loud\"",
            "log.level: expected one of debug, info, warning, error, found the string \"loud\""
        ),
        ("gate = 1", "gate: expected a table, [gate], found the integer 1"),
        (
            "[gate]\nopen_treshold = 0.5",
            "gate.open_treshold: expected one of the keys coast_blocks, duplicate_degrees, jump_degrees, open_blocks, open_threshold, "
                + "recall_blocks, refinement, smoothing, stay_threshold, found an unknown key: did you mean gate.open_threshold?"
        ),
        ("[log]\nzebra = 1", "log.zebra: expected one of the keys level, found an unknown key: remove it"),
        (
            "[inptu]\n",
            "inptu: expected one of the keys gate, ignore, input, log, model, mounting, realtime, record, socket, "
                + "found an unknown key: did you mean input?"
        ),
    ])
    func eachFaultIsNamed(_ text: String, _ line: String) {
        #expect(faults(text) == ["b.toml: \(line)"])
    }

    @Test func allFaultsAreFoundAtOnce() {
        let text = "[input]\nsource = 1\nlop = true\n[gate]\nopen_threshold = 2\n[log]\nlevel = 3\n"
        #expect(faults(text).count == 4)
    }

    @Test(arguments: ["[input\n", "[input]\nloop = maybe", "[input]\nloop = true\nloop = true"])
    func invalidTOMLIsReportedWithItsLine(_ text: String) throws {
        let found = faults(text)
        #expect(found.count == 1)
        #expect(
            try #require(found.first).hasPrefix(
                "b.toml: line \(text.hasPrefix("[input\n") ? 1 : text.split(separator: "\n").count), column"))
    }

    @Test func aMissingFileIsAFault() {
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationFile.load("/nowhere/b.toml") }
        #expect(
            error?.description == "/nowhere/b.toml: expected a configuration file in UTF-8, found nothing there: check the path")
    }

    @Test func relativePathsStartAtTheFile() throws {
        let text = "[input]\nsource = \"file:a/b.wav\"\n[model]\npath = \"../m.safetensors\"\n[socket]\npath = \"/run/x\""
        let parsed = try ConfigurationFile.parse(text, file: "b.toml", folder: "/etc/bearing")
        #expect(parsed.input.source == .file("/etc/bearing/a/b.wav"))
        #expect(parsed.model.path == "/etc/m.safetensors")
        #expect(parsed.socket.addresses == [.path("/run/x")])
        let arrays = try ["a.toml", "../a/b", "aformat-cardioid"].map {
            try ConfigurationFile.parse("[input]\narray = \"\($0)\"", file: "b.toml", folder: "/etc/bearing").input.array
        }
        #expect(arrays == ["/etc/bearing/a.toml", "/etc/a/b", "aformat-cardioid"])
    }

    @Test(arguments: ["7420.0", "localhost:7420", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:7420", "[::1]", "tcp:7420", ""])
    func anInvalidTCPAddressIsAFault(_ text: String) {
        let expected = "\"PORT\" or \"ADDRESS:PORT\", a numeric address of this machine (IPv6 in brackets) and a port from 1 to 65535"
        #expect(faults("[socket]\ntcp = \"\(text)\"") == ["b.toml: socket.tcp: expected \(expected), found the string \"\(text)\""])
        #expect(faults("[socket]\ntcp = 7420") == ["b.toml: socket.tcp: expected \(expected), found the integer 7420"])
    }

    @Test func socketsAreReadInEveryForm() throws {
        func socket(_ text: String) throws -> BearingConfiguration.Socket {
            try ConfigurationFile.parse("[socket]\n\(text)", file: "b.toml", folder: "/etc/bearing").socket
        }
        #expect(try socket("").places == [.path(SocketPath.standard)])
        #expect(try socket("path = \"a/b\"").places == [.path("/etc/bearing/a/b")])
        #expect(try socket("path = \"@b\"").places == [.abstract("b")])
        #expect(try socket("path = \"systemd\"").places == [.systemd])
        #expect(try socket("tcp = \"7420\"").places == [.path(SocketPath.standard), .tcp(host: "127.0.0.1", port: 7420)])
        let both = try socket("path = \"@b\"\ntcp = \"[::]:1\"\nsubscribers = 9\nqueue_lines = 8\nstall_seconds = 7")
        #expect(both.places == [.abstract("b"), .tcp(host: "::", port: 1)])
        #expect(both.limits.subscribers == 9 && both.limits.queuedLines == 8 && both.limits.stallSeconds == 7)
        for owner in ["\"root\"", "\"0\"", "0"] { #expect(try socket("owner = \(owner)").access.owner == 0) }
        let given = try socket("owner = 4711\ngroup = \"4712\"\nmode = \"0606\"").access
        #expect(given.owner == 4711 && given.group == 4712 && given.mode == 0o606)
    }

    @Test func mountingAndSectorsAreRead() throws {
        let text = "[mounting]\nyaw = 90\nroll = 180\n[[ignore]]\nazimuth = [170, -170]\n[[ignore]]\nelevation = [60, 90]"
        let viewpoint = try ConfigurationFile.parse(text, file: "b.toml", folder: "/").viewpoint
        #expect(viewpoint.mounting == Rotation(yaw: 90, pitch: 0, roll: 180))
        #expect(viewpoint.ignored == [Sector(azimuth: (170, -170)), Sector(azimuth: nil, elevation: 60...90)])
        #expect(viewpoint.reported(Direction(azimuth: -90, elevation: 0)) == nil)
    }

    @Test func theSocketsPathFollowsTheEnvironment() {
        #expect(SocketPath.standard(["RUNTIME_DIRECTORY": "/run/a:/run/b"], user: 7) == "/run/a/bearing.sock")
        #expect(SocketPath.standard(["XDG_RUNTIME_DIR": "/run/user/7"], user: 7) == "/run/user/7/bearing.sock")
        #expect(SocketPath.standard(["XDG_RUNTIME_DIR": "relative"], user: 7) == "/tmp/bearing-7.sock")
    }
}
