import Audio
import Diagnosis
import Geometry
import Testing

@Suite struct DirectionCheckTests {
    private static let orders: [[Int]] = {
        var orders: [[Int]] = []
        for a in 0..<4 {
            for b in 0..<4 where b != a { for c in 0..<4 where c != a && c != b { orders.append([a, b, c, 6 - a - b - c]) } }
        }
        return orders
    }()

    /// The order that corrects channels of which channel i is at position `order[i]`: its inverse.
    private func permuted(_ captures: Captures, _ order: [Int]) -> Captures {
        captures.changed { frame in
            let copy = frame
            for (index, place) in order.enumerated() { frame[place] = copy[index] }
        }
    }

    @Test(arguments: Captures.places)
    func faultlessMicrophonesHaveNoFinding(_ place: Captures.Place) {
        for microphone in Captures.Microphone.allCases {
            for isReal in [false, true] {
                let captures = Captures(microphone, place, isReal: isReal)
                let report = DirectionCheck.report(captures.sounds, microphone.kind)
                #expect(report.findings.isEmpty, "\(microphone), real \(isReal), \(place): \(report)")
                for (heard, sound) in zip(report.measured, captures.sounds) {
                    let isNear = heard.map { $0.angle(to: sound.direction) < 20 } ?? false
                    #expect(isNear, "\(microphone), real \(isReal), \(place): \(report.measured)")
                }
            }
        }
    }

    @Test(arguments: [Captures.places[0], Captures.places[1], Captures.places[3], Captures.places[5]])
    func everyOrderIsFound(_ place: Captures.Place) {
        for microphone in Captures.Microphone.allCases {
            let captures = Captures(microphone, place)
            for order in Self.orders where order != [0, 1, 2, 3] {
                let findings = DirectionCheck.report(permuted(captures, order).sounds, microphone.kind).findings
                guard case .order(order, inverted: [], _)? = findings.first, findings.count == 1 else {
                    Issue.record("\(microphone), \(place), \(order): \(findings)")
                    continue
                }
            }
        }
    }

    @Test(arguments: [Captures.places[0], Captures.places[1], Captures.places[3], Captures.places[5]])
    func thePolarityOfEachAxisIsFound(_ place: Captures.Place) {
        let captures = Captures(.ambisonics, place)
        for channel in 0..<4 {
            let findings = DirectionCheck.report(captures.changed { $0[channel] *= -1 }.sounds, .ambisonics).findings
            #expect(findings == [.order([0, 1, 2, 3], inverted: [channel], mounting: nil)], "\(channel): \(findings)")
        }
    }

    @Test(arguments: [Captures.places[0], Captures.places[1]])
    func furseMalhamIsReported(_ place: Captures.Place) {
        let captures = Captures(.ambisonics, place)
        let fuma = captures.changed { $0 = [$0[0] * Float(0.5).squareRoot(), $0[3], $0[1], $0[2]] }
        #expect(DirectionCheck.report(fuma.sounds, .ambisonics).findings == [.convention(.fuma)])
        // AmbiX, taken for Furse-Malham.
        let ambix = captures.changed { $0 = [$0[0] * Float(2).squareRoot(), $0[2], $0[3], $0[1]] }
        let report = DirectionCheck.report(ambix.sounds, .ambisonics, convention: .fuma)
        #expect(report.findings == [.convention(.ambix)])
    }

    @Test func theScaleOfWIsReported() {
        let captures = Captures(.ambisonics, Captures.places[2]).changed { $0[0] *= 0.577 }
        guard case .level(0, let decibels)? = DirectionCheck.report(captures.sounds, .ambisonics).findings.first else {
            Issue.record("N3D is not told")
            return
        }
        #expect(abs(decibels + 4.8) < 1.5)
    }

    private static let mountings: [(Float, Float, Float)] = [
        (35, 0, 0), (-60, 20, 0), (90, 0, 0), (180, 0, 0), (0, 0, 180), (0, 90, 0), (140, -30, 75),
    ]

    @Test(arguments: mountings.indices)
    func aRotatedArrayIsReported(_ index: Int) {
        let (yaw, pitch, roll) = Self.mountings[index]
        let mounting = Rotation(yaw: yaw, pitch: pitch, roll: roll)
        for microphone in Captures.Microphone.allCases {
            // The array receives a sound of the world from the inversely rotated direction.
            let captures = Captures(
                microphone, Captures.places[1], directions: Captures.directions.map { mounting.inverse($0) })
            let sounds = zip(captures.sounds, Captures.directions).map { CalibrationSound(direction: $1, samples: $0.samples) }
            let findings = DirectionCheck.report(sounds, microphone.kind).findings
            let found: Rotation? =
                switch findings.first {
                case .mounting(let rotation): rotation
                // Half turns of a tetrahedron are exchanges of its capsules.
                case .order(_, _, let rotation): microphone != .ambisonics ? rotation : nil
                default: nil
                }
            let off = found.map { mounting.inverse.then($0).angle }
            #expect(off.map { $0 < 12 } ?? false, "\(microphone), \(yaw), \(pitch), \(roll): \(findings)")
            // With the mounting in the configuration, all is well.
            #expect(DirectionCheck.report(sounds, microphone.kind, mounting: mounting).findings.isEmpty)
        }
    }

    @Test func fewDirectionsShowAFaultWithoutItsReason() {
        let captures = permuted(Captures(.ambisonics, Captures.places[1]), [0, 3, 2, 1])
        let findings = DirectionCheck.report(Array(captures.sounds[..<2]), .ambisonics).findings
        guard case .wrongDirections(let degrees)? = findings.first, findings.count == 1 else {
            Issue.record("\(findings)")
            return
        }
        #expect(abs(degrees - 90) < 25)
    }

    @Test func indistinctSoundsAreRequestedAgain() {
        let captures = Captures(.ambisonics, .init(absorption: 0.3, signalToNoise: -15, seed: 9))
        let findings = DirectionCheck.report(captures.sounds, .ambisonics).findings
        #expect(findings == Captures.directions.map { .unclear($0) })
    }
}
