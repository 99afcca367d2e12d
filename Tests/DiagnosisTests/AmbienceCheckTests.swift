import Audio
import Diagnosis
import Geometry
import Testing

@Suite struct AmbienceCheckTests {
    @Test(arguments: Captures.places.indices, [0, 1, 3])
    func faultlessMicrophonesHaveNoFinding(_ place: Int, _ talkers: Int) {
        for microphone in Captures.Microphone.allCases {
            for isReal in [false, true] {
                let heard = Captures(microphone, Captures.places[place], talkers: talkers, isReal: isReal, directions: [])
                let findings = AmbienceCheck.findings(heard.ambience, microphone.kind)
                #expect(findings.isEmpty, "\(microphone), real \(isReal), \(Captures.places[place]), \(talkers): \(findings)")
            }
        }
    }

    @Test(arguments: Captures.places.indices, [0, 2])
    func everyFaultIsFound(_ place: Int, _ talkers: Int) {
        // Where no wall answers, a few talkers may hide a level.
        let talkers = Captures.places[place].absorption < 1 ? talkers : 0
        for microphone in Captures.Microphone.allCases {
            let kind = microphone.kind
            let heard = Captures(microphone, Captures.places[place], talkers: talkers, directions: [])
            for channel in 0..<4 {
                let dead = heard.changed { $0[channel] = 0 }
                #expect(AmbienceCheck.findings(dead.ambience, kind) == [.dead(channel: channel)], "\(microphone)")

                let quiet = heard.changed { $0[channel] *= 0.25 }
                let found = AmbienceCheck.findings(quiet.ambience, kind)
                guard case .level(channel, let decibels)? = found.first, found.count == 1 else {
                    Issue.record("\(microphone), \(Captures.places[place]), channel \(channel) 12 dB quieter: \(found)")
                    continue
                }
                #expect(abs(decibels + 12) < 5)

                if microphone != .ambisonics {
                    let turned = heard.changed { $0[channel] *= -1 }
                    #expect(AmbienceCheck.findings(turned.ambience, kind) == [.inverted(channels: [channel])])
                }
            }
        }
    }

    @Test func clippingIsFoundAtFullScaleAndBelow() {
        let heard = Captures(.ambisonics, Captures.places[1], directions: [])
        for (gain, top) in [(Float(8), Float(1)), (2, 0.4)] {
            let peak = heard.ambience.lazy.map { abs($0) }.max() ?? 1
            let clipped = heard.changed { $0[2] = min(max($0[2] * gain / peak, -top), top) }
            let findings = AmbienceCheck.findings(clipped.ambience, .ambisonics)
            #expect(findings.contains { if case .clipping(2, _) = $0 { true } else { false } }, "\(findings)")
        }
    }

    @Test func silenceAndFaintSoundsAreReportedAsSuch() {
        #expect(AmbienceCheck.findings(Array(repeating: 0, count: 4 * 24_000), .ambisonics) == [.silence])
        let heard = Captures(.ambisonics, Captures.places[0], directions: []).changed { for c in 0..<4 { $0[c] *= 1e-5 } }
        guard case .faint? = AmbienceCheck.findings(heard.ambience, .ambisonics).first else {
            Issue.record("a faint microphone is not told")
            return
        }
    }

    @Test func twoInvertedCapsulesAreReportedAsAPair() {
        let heard = Captures(.sphere, Captures.places[1], directions: []).changed { frame in
            frame[1] *= -1
            frame[3] *= -1
        }
        #expect(AmbienceCheck.findings(heard.ambience, .capsules(.tetrahedral)) == [.split(channels: [1, 3])])
    }
}
