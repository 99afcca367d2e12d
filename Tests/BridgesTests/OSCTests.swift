import Configuration
import Testing
import TrackFeed

@testable import Bridges

@Suite struct OSCTests {
    private func scene(_ change: (inout OSCConfiguration) -> Void = { _ in }) -> OSCScene {
        var configuration = OSCConfiguration()
        change(&configuration)
        return OSCScene(configuration)
    }

    private func texts(_ messages: [OSCMessage]) -> [String] {
        messages.map { ([$0.address] + $0.arguments.map { "\($0)" }).joined(separator: " ") }
    }

    @Test func objectsOfADMAreThoseOfTracksToTheirEnd() {
        var scene = scene()
        #expect(texts(scene.step([track(7, azimuth: -31.5, elevation: 4)])) == ["/adm/obj/1/aed -31.5 4.0 1.0"])
        let both = texts(scene.step([track(9, azimuth: 90), track(7, azimuth: -30)]))
        #expect(both == ["/adm/obj/1/aed -30.0 0.0 1.0", "/adm/obj/2/aed 90.0 0.0 1.0"])
        #expect(texts(scene.step([track(9, azimuth: 91)])) == ["/adm/obj/2/aed 91.0 0.0 1.0"])
        #expect(scene.step([]).isEmpty)
    }

    @Test func otherProgramsHaveAddressesOfTheirOwn() {
        var iem = scene { $0.preset = .iem }
        let expected = ["azimuth0 10.0", "elevation0 20.0", "azimuth1 0.0", "elevation1 0.0"].map { "/MultiEncoder/\($0)" }
        #expect(texts(iem.step([track(7, azimuth: 10, elevation: 20), track(8)])) == expected)
        var sparta = scene { $0.preset = .sparta }
        #expect(texts(sparta.step([track(7, azimuth: 10), track(8)])) == ["/ypr 10.0 0.0 0.0"])
    }

    @Test func messagesOfOnesOwnAndThoseAtBothEnds() throws {
        var scene = try scene {
            $0.messages = [try #require(OSCTemplate("/t{id}/v{n} {-azimuth} {x} {level} 2.5"))]
            $0.began = [try #require(OSCTemplate("/o/{index}/gain 1"))]
            $0.ended = [try #require(OSCTemplate("/o/{index}/gain 0 {azimuth}"))]
            $0.objects = 1
        }
        #expect(texts(scene.step([track(7, azimuth: 90, level: nil)])).first == "/o/0/gain 1.0")
        let values = scene.step([track(7, azimuth: 90, level: -20), track(8)])
        #expect(values.count == 1 && values[0].address == "/t7/v1")
        #expect(values[0].arguments[0] == -90 && abs(values[0].arguments[1]) < 1e-6 && values[0].arguments[2...] == [-20, 2.5])
        // Its place is the other's in the same block; the end comes first.
        #expect(texts(scene.step([track(8)])).prefix(2) == ["/o/0/gain 0.0 90.0", "/o/0/gain 1.0"])
        #expect(texts(scene.clear()) == ["/o/0/gain 0.0 0.0"])
    }

    @Test(arguments: [
        "", " ", "adm/obj", "/a{azimuth} 1", "/a{n 1", "/a} 1", "/a {q}", "/a nan", "/a x", "/a {n", "/a*b 1", "/\u{e9} 1", "/a#b",
        "/a {--azimuth}", "/a" + String(repeating: " 1", count: 20),
    ])
    func whatIsNoTemplateIsRefused(text: String) { #expect(OSCTemplate(text) == nil) }
}

extension OSCTests {
    private func scene(_ change: (inout OSCConfiguration) throws -> Void) throws -> OSCScene {
        var configuration = OSCConfiguration()
        try change(&configuration)
        return OSCScene(configuration)
    }
}
