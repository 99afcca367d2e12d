import Audio
import Geometry
import Testing

@Suite struct ArrayRemarksTests {
    private func array(_ positions: [SIMD3<Float>], directivity: Float = 1, aim: Direction? = nil) -> ArrayGeometry {
        ArrayGeometry(
            name: "test", mount: .open,
            capsules: positions.map { .init(position: $0, aim: aim, directivity: directivity) })
    }

    private let square: [SIMD3<Float>] = [[0.04, 0, 0], [0, 0.04, 0], [-0.04, 0, 0], [0, -0.04, 0]]

    @Test func aFlatArrayCannotDistinguishAboveFromBelow() {
        #expect(array(square).remarks == ["its capsules lie in a horizontal plane: it cannot distinguish above from below"])
        // Cardioids that all look up differ in nothing from one another, so they do not help either.
        #expect(array(square, directivity: 0.5, aim: Direction(azimuth: 0, elevation: 90)).remarks.count == 1)
        let upright = array(square.map { SIMD3($0.x, 0, $0.y) })
        #expect(upright.remarks.count == 1 && upright.remarks[0].contains("azimuth"))
    }

    @Test func theElevationsOfAFlatArrayHaveNoSign() {
        #expect(array(square).elevation == .unsigned)
        #expect(array(square.map { SIMD3($0.x, 0, $0.y) }).elevation == .signed)
        #expect(ArrayGeometry.tetrahedral.elevation == .signed)
    }

    @Test func directionalCapsulesMakeAFlatArraySufficient() {
        let aims = [Direction(azimuth: 0, elevation: 45), Direction(azimuth: 90, elevation: -45)]
        let capsules = square.enumerated().map { index, position in
            ArrayGeometry.Capsule(position: position, aim: aims[index % 2], directivity: 0.5)
        }
        #expect(ArrayGeometry(name: "test", mount: .open, capsules: capsules).remarks.isEmpty)
    }

    @Test func spacingIsReportedWithFigures() {
        let tetrahedron = ArrayGeometry.tetrahedral.capsules.map(\.position)
        let wide = array(tetrahedron.map { $0 * 10 })
        #expect(wide.remarks.count == 1 && wide.remarks[0].contains("68.8 cm apart: above 249 Hz"))
        let narrow = array(tetrahedron.map { $0 / 10 })
        #expect(narrow.remarks.count == 1 && narrow.remarks[0].contains("0.7 cm apart: below 692 Hz"))
        // Directional capsules give directions by level, also at low frequencies.
        let cardioids = ArrayGeometry(
            name: "test", mount: .open,
            capsules: narrow.capsules.map { .init(position: $0.position, directivity: 0.5) })
        #expect(cardioids.remarks.isEmpty)
    }

    // MARK: - Resolution

    @Test func aSphereObservesTheWholeDirectionFromSomeFrequencyOn() throws {
        let found = try #require(ArrayResolution(of: .tetrahedral))
        #expect((300...510).contains(found.frequencies.lowerBound))
        #expect((6300...10_200).contains(found.frequencies.upperBound))
        #expect((2...4).contains(found.error))
    }

    @Test func theRangeOfAnOpenArrayFollowsItsSize() throws {
        let wide = try #require(ArrayResolution(of: array(square)))
        let narrow = try #require(ArrayResolution(of: array(square.map { $0 / 2 })))
        // Half the size: twice the frequency, three thirds of an octave, at both ends.
        #expect(abs(narrow.frequencies.lowerBound / wide.frequencies.lowerBound - 2) < 0.6)
        #expect(abs(narrow.frequencies.upperBound / wide.frequencies.upperBound - 2) < 0.6)
        // Where half a wave fits between the outermost capsules, most directions are still unique.
        #expect((1...2).contains(wide.frequencies.upperBound / Double(array(square).aliasingFrequency)))
        // On the other side of the plane nothing changes.
        let upright = try #require(ArrayResolution(of: array(square.map { SIMD3($0.x, 0, $0.y) })))
        #expect(upright.frequencies.overlaps(wide.frequencies))
    }

    @Test func capsulesInOnePlaceObserveNothing() {
        #expect(ArrayResolution(of: array(square.map { $0 / 1000 })) == nil)
    }

    @Test func smallArraysInSpaceSuitEncoding() {
        let capsules = ArrayGeometry.tetrahedral.capsules.map(\.position)
        #expect(!ArrayGeometry.tetrahedral.suitsEncoding && !array(square.map { $0 / 2 }).suitsEncoding)
        let small = capsules.map { $0 * (0.029 / 0.042) }
        #expect(array(small).suitsEncoding && array(small.map { $0 + SIMD3(0.1, 0, 0) }).suitsEncoding)
        #expect(!array(Array(small[..<3])).suitsEncoding && !array(capsules.map { $0 * (0.031 / 0.042) }).suitsEncoding)
    }
}
