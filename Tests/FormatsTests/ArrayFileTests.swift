import Foundation
import Geometry
import Options
import Testing

@testable import Audio
@testable import Formats

@Suite struct ArrayFileTests {
    private func faults(_ text: String) -> [String] {
        do {
            _ = try ArrayFile.parse(text, file: "a.toml")
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    private static func bundled(_ name: String) throws -> ArrayGeometry {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        return try ArrayFile.load(root.appendingPathComponent("arrays/\(name).toml").standardized.path)
    }

    /// A sound array of four capsules, the first of which is as given.
    private func array(_ first: String, mount: String = "open") -> String {
        let others = [(-45, -35), (135, -35), (-135, 35)].map { azimuth, elevation in
            "[[capsule]]\nazimuth = \(azimuth)\nelevation = \(elevation)\nradius = 0.042\n"
        }
        return "mount = \"\(mount)\"\n[[capsule]]\n\(first)\n" + others.joined()
    }

    @Test func theBundledFileOfMICEqualsTheBuiltInArray() throws {
        let read = try Self.bundled("tau-nigens-mic")
        #expect(read == .tetrahedral)
        #expect(read.remarks.isEmpty)
    }

    @Test(arguments: ["open-tetrahedron", "aformat-cardioid", "aformat-cardioid-10mm"])
    func theOtherBundledFilesAreValid(_ name: String) throws {
        let read = try Self.bundled(name)
        #expect(read.mount == .open && read.remarks.isEmpty)
        #expect(read.capsules.allSatisfy { $0.aim.angle(to: $0.direction) < 0.01 })
        #expect(read.capsules.allSatisfy { $0.directivity == (name.hasPrefix("aformat") ? 0.5 : 1) })
    }

    /// Nothing else ships, and everything that ships is read.
    @Test func everyFileThatShipsIsRead() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../arrays")
        let names = try FileManager.default.contentsOfDirectory(atPath: root.standardized.path)
        #expect(names.count >= 9)
        for name in names {
            #expect(name.hasSuffix(".toml"))
            let read = try Self.bundled(String(name.dropLast(5)))
            #expect(read.aliasingFrequency > 1000, "\(name)")
        }
    }

    @Test func everyArrayOfAKnownMicrophoneShips() throws {
        for microphone in KnownMicrophone.all {
            guard let array = microphone.array else { continue }
            let read = try Self.bundled(array)
            #expect(read.name.hasPrefix(microphone.name))
            #expect(microphone.channels.map { $0.count == read.capsules.count } ?? true)
            #expect(read.remarks == ["its capsules lie in a horizontal plane: it cannot distinguish above from below"])
            #expect(microphone.remark == KnownMicrophone.planar)
            for a in read.capsules.indices {
                for b in 0..<a { #expect(read.spacing(a, b) > 0.03) }
            }
        }
    }

    @Test func bothFormsOfAPositionAreRead() throws {
        let angles = try ArrayFile.parse(array("azimuth = 90\nelevation = 0\nradius = 0.03"), file: "a")
        let position = try ArrayFile.parse(
            array("position = [0, 0.03, 0]\ndirectivity = 0.25\naim = [10, 20]"), file: "a")
        let apart = angles.capsules[0].position - position.capsules[0].position
        #expect((apart * apart).sum() < 1e-12)
        #expect(position.name == "a" && position.capsules[0].directivity == 0.25)
        #expect(position.capsules[0].aim.angle(to: Direction(azimuth: 10, elevation: 20)) < 0.001)
        #expect(abs(position.capsules[0].sensitivity(to: Direction(azimuth: -170, elevation: -20)) + 0.5) < 1e-6)
    }

    @Test func aWrittenArrayReadsBackTheSame() throws {
        let written = try Self.bundled("aformat-cardioid")
        let read = try ArrayFile.parse(ArrayFile.text(of: written), file: "x")
        #expect(read.name == written.name && read.mount == written.mount)
        for (a, b) in zip(read.capsules, written.capsules) {
            #expect(a.position == b.position && a.directivity == b.directivity && a.aim.angle(to: b.aim) < 1e-3)
        }
    }

    @Test(arguments: [
        ("radius = 0.04\nelevation = 0", "capsule[0].azimuth: expected degrees, found nothing"),
        ("azimuth = 0\nelevation = 0", "capsule[0].radius: expected metres from the array's centre, found nothing"),
        ("directivity = 1", "capsule[0].position: expected [x, y, z] in metres, or azimuth, elevation and radius, found nothing"),
        (
            "azimuth = 0\nelevation = 91\nradius = 0.04",
            "capsule[0].elevation: expected a number from -90.0 to 90.0, found the integer 91"
        ),
        (
            "azimuth = 0\nelevation = 0\nradius = 42",
            "capsule[0].radius: expected a number from 0.0 to 1.0, found the integer 42"
        ),
        (
            "position = [0.04, 0]",
            "capsule[0].position: expected [x, y, z] in metres, each at most 1, found the array [0.04, 0]"
        ),
        (
            "position = [0.04, 0, 0]\nradius = 0.04",
            "capsule[0].radius: expected position alone, or azimuth, elevation and radius, found both: remove one of them"
        ),
        (
            "position = [0.04, 0, 0]\ndirectivity = 1.5",
            "capsule[0].directivity: expected a number from 0.0 to 1.0, found the number 1.5"
        ),
        (
            "position = [0.04, 0, 0]\naim = 3",
            "capsule[0].aim: expected [azimuth, elevation] in degrees, found the integer 3"
        ),
        (
            "position = [0, 0, 0]\ndirectivity = 0.5",
            "capsule[0].aim: expected [azimuth, elevation] of a directional capsule in the array's centre, found nothing"
        ),
        (
            "azimuth = -45\nelevation = -35\nradius = 0.042",
            "capsule[1]: expected a position or an aim of its own, found those of capsule[0]: give each channel's own capsule"
        ),
        (
            "position = [0.04, 0, 0]\nradios = 1",
            "capsule[0].radios: expected one of the keys aim, azimuth, delay, directivity, elevation, gain, position, radius, "
                + "found an unknown key: did you mean capsule[0].radius?"
        ),
    ])
    func eachFaultIsNamed(_ first: String, _ line: String) {
        #expect(faults(array(first)) == ["a.toml: \(line)"])
    }

    @Test func aRigidSphereRequiresOneRadiusAndPressureCapsules() {
        #expect(
            faults(array("azimuth = 45\nelevation = 35\nradius = 0.042\ndirectivity = 0.5", mount: "rigid-sphere"))
                == ["a.toml: capsule[0].directivity: expected 1 on a rigid sphere, found 0.5: correct it, or use mount = \"open\""])
        #expect(faults(array("azimuth = 45\nelevation = 35\nradius = 0.05", mount: "rigid-sphere")).count == 3)
    }

    @Test func allFaultsAreFoundAtOnce() {
        let found = faults("nmae = \"x\"\nmount = \"ball\"\n[[capsule]]\nradius = \"wide\"\nazimuth = 1\n[[capsule]]\n")
        #expect(found.count == 5)
    }

    @Test func gainsAndDelaysAreKeptAndLimited() throws {
        let read = try ArrayFile.parse(array("position = [0, 0.03, 0]\ngain = -1.5\ndelay = 4"), file: "a")
        #expect(read.capsules[0].gain == -1.5 && abs(read.capsules[0].delay - 4e-6) < 1e-12 && read.capsules[1].gain == 0)
        let again = try ArrayFile.parse(ArrayFile.text(of: read), file: "a")
        #expect(again.capsules[0].gain == -1.5 && abs(again.capsules[0].delay - 4e-6) < 1e-12)
        // Files of equal capsules are written as before.
        #expect(!ArrayFile.text(of: .tetrahedral).contains("gain"))
        #expect(faults(array("position = [0, 0.03, 0]\ngain = 30"))[0].contains("capsule[0].gain: expected a number from -20.0 to 20.0"))
        let late = faults(array("position = [0, 0.03, 0]\ndelay = 1000"))
        #expect(late[0].contains("capsule[0].delay: expected a number from -200.0 to 200.0"))
    }

    @Test func aLineOfCapsulesIsRefused() {
        let line = (0..<4).map { "[[capsule]]\nposition = [0, \(0.03 * Double($0)), 0]\n" }.joined()
        #expect(
            faults(line) == [
                "a.toml: capsule: expected capsules that differ along two axes of space at least, found capsules in a line, which determine "
                    + "only the angle to that line: use another array"
            ])
    }

    private func ring(_ count: Int) -> String {
        (0..<count).map { "[[capsule]]\nazimuth = \($0 * 40)\nelevation = 0\nradius = 0.04\n" }.joined()
    }

    @Test(arguments: [0, 1, 2, 9])
    func threeToEightCapsulesAreRequired(_ count: Int) {
        let found = faults(ring(count))
        #expect(found.count == 1 && found[0].contains("expected 3 to 8 tables [[capsule]], in channel order, found \(count)"), "\(found)")
    }

    @Test(arguments: 3...8)
    func arraysOfThreeToEightCapsulesAreRead(_ count: Int) throws {
        #expect(try ArrayFile.parse(ring(count), file: "a").capsules.count == count)
    }

    @Test func aKeyThatIsNoArrayOfTablesIsReported() {
        #expect(faults("capsule = 4") == ["a.toml: capsule: expected an array of tables, [[capsule]], found the integer 4"])
    }

    @Test func aMissingFileIsAFault() {
        let error = #expect(throws: ConfigurationError.self) { try ArrayFile.load("/nowhere/a.toml") }
        #expect(error?.description == "/nowhere/a.toml: expected an array file in UTF-8, found nothing there: check the path")
    }
}
