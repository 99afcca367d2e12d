import Audio
import Geometry
import Testing

@Suite struct ArrayDifferenceTests {
    private func changed(_ change: (Int, inout ArrayGeometry.Capsule) -> Void) -> [String] {
        let capsules = ArrayGeometry.tetrahedral.capsules.enumerated().map { index, capsule in
            var capsule = capsule
            change(index, &capsule)
            return capsule
        }
        return ArrayGeometry(name: "x", mount: .rigidSphere, capsules: capsules).differences(from: .tetrahedral)
    }

    @Test func smallDifferencesAreNotReported() {
        #expect(
            changed { _, capsule in
                capsule = .init(
                    direction: Direction(azimuth: capsule.direction.azimuth + 3, elevation: capsule.direction.elevation),
                    radius: 0.045)
            }.isEmpty)
    }

    @Test func largeDifferencesAreReportedWithFigures() {
        #expect(
            changed { index, capsule in
                if index == 2 { capsule = .init(direction: Direction(azimuth: 135, elevation: -55), radius: 0.042) }
            } == ["capsule[2] 20 degrees away"])
        #expect(changed { index, capsule in if index == 0 { capsule.position *= 1.25 } } == ["capsule[0] +25 % in radius"])
        #expect(
            changed { index, capsule in
                if index == 3 { (capsule.directivity, capsule.aim) = (0.5, .front) }
            } == ["capsule[3] of directivity 0.5 instead of 1.0", "capsule[3] aimed 125 degrees away"])
    }
}
