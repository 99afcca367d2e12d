import Geometry
import TestSupport
import Testing

@Suite struct RotationTests {
    private func angle(_ a: Direction, _ azimuth: Float, _ elevation: Float) -> Float {
        a.angle(to: Direction(azimuth: azimuth, elevation: elevation))
    }

    @Test func yawAndPitchAreWhereTheFrontPoints() {
        for (yaw, pitch, roll) in [(30, 0, 0), (-120, 40, 0), (75, -20, 130), (0, 90, 10)] as [(Float, Float, Float)] {
            #expect(angle(Rotation(yaw: yaw, pitch: pitch, roll: roll)(.front), yaw, pitch) < 1e-3)
        }
    }

    @Test func aVectorIsAnAxisAndAnAngle() {
        #expect(angle(Rotation(vector: [0, 0, .pi / 2])(.front), 90, 0) < 1e-3)
        #expect(Rotation(vector: .zero) == .none)
        let vector = SIMD3<Double>(0.3, -0.5, 0.2)
        let turn = Rotation(vector: vector)
        #expect(abs(turn.angle - Float((vector * vector).sum().squareRoot() * 180 / .pi)) < 1e-3)
        let axis = Direction(towards: 0.3, -0.5, 0.2)
        #expect(turn(axis).angle(to: axis) < 1e-3)
        let moved = turn(SIMD3<Float>(0, 2, 0))
        #expect(abs((moved * moved).sum() - 4) < 1e-5)
    }

    @Test func aRollOf180HangsUpsideDown() {
        let hung = Rotation(yaw: 0, pitch: 0, roll: 180)
        #expect(angle(hung(Direction(azimuth: 30, elevation: 10)), -30, -10) < 1e-3)
        #expect(angle(hung(Direction(azimuth: 90, elevation: 0)), -90, 0) < 1e-3)
    }

    @Test func aPositiveRollLowersTheRightSide() {
        let rolled = Rotation(yaw: 0, pitch: 0, roll: 30)
        #expect(angle(rolled(Direction(azimuth: -90, elevation: 0)), -90, -30) < 1e-3)
    }

    @Test func rotationsAreAboutTheirOwnAxesInOrder() {
        // Yaw 90: the front looks left. Then pitch 90: it looks up, and its top to the world's right of that, backwards: (-90, 0).
        let turned = Rotation(yaw: 90, pitch: 90, roll: 0)
        #expect(angle(turned(Direction(azimuth: 0, elevation: 90)), -90, 0) < 1e-3)
        // Its left is still the world's back.
        #expect(angle(turned(Direction(azimuth: 90, elevation: 0)), 180, 0) < 1e-3)
    }

    @Test func anglesInverseAndFitRecoverTheRotation() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<200 {
            let (yaw, pitch, roll) = (
                Float.random(in: -179...179, using: &random), Float.random(in: -85...85, using: &random),
                Float.random(in: -179...179, using: &random)
            )
            let rotation = Rotation(yaw: yaw, pitch: pitch, roll: roll)
            let angles = rotation.angles
            #expect(abs(angles.yaw - yaw) < 0.01 && abs(angles.pitch - pitch) < 0.01 && abs(angles.roll - roll) < 0.01)
            let pairs = (0..<3).map { _ in
                let from = Direction(towards: random.normal(), random.normal(), random.normal())
                return (from: from, to: rotation(from))
            }
            let found = Rotation(bringing: pairs)
            for (from, to) in pairs {
                #expect(found(from).angle(to: to) < 0.01)
                #expect(rotation.inverse(to).angle(to: from) < 0.01)
            }
        }
    }

    @Test func theAngleIsThatAboutTheAxis() {
        #expect(abs(Rotation(yaw: 40, pitch: 0, roll: 0).angle - 40) < 0.01)
        #expect(Rotation.none.angle == 0)
    }
}

@Suite struct SectorTests {
    private func holds(_ sector: Sector, _ azimuth: Float, _ elevation: Float = 0) -> Bool {
        sector.contains(Direction(azimuth: azimuth, elevation: elevation))
    }

    @Test func azimuthMayWrap() {
        let behind = Sector(azimuth: (170, -170))
        #expect(behind.width == 20)
        #expect(holds(behind, 175) && holds(behind, 180) && holds(behind, -175))
        #expect(!holds(behind, 165) && !holds(behind, -165) && !holds(behind, 0))
        let same = Sector(azimuth: (170, 190))
        #expect(holds(same, -175) && !holds(same, 165))
        let rest = Sector(azimuth: (-170, 170))
        #expect(holds(rest, 0) && !holds(rest, 175))
    }

    @Test func elevationHasBothEnds() {
        let ceiling = Sector(azimuth: nil, elevation: 60...90)
        #expect(holds(ceiling, 123, 61) && holds(ceiling, -7, 90) && !holds(ceiling, 0, 59))
        #expect(Sector(azimuth: (-180, 180)).width == 360)
    }
}

@Suite struct SymmetricMatrixTests {
    @Test func eigenvectorsSolveTheirEquation() {
        var random = SeededRandom(seed: 2)
        for size in 2...4 {
            let vectors = (0..<5).map { _ in (0..<size).map { _ in Double(random.normal()) } }
            let matrix = SymmetricMatrix(outerProductsOf: vectors, size: size)
            let eigen = matrix.eigen
            #expect(zip(eigen, eigen.dropFirst()).allSatisfy { $0.value >= $1.value })
            for (value, vector) in eigen {
                for row in 0..<size {
                    let product = (0..<size).reduce(0) { $0 + matrix.rows[row][$1] * vector[$1] }
                    #expect(abs(product - value * vector[row]) < 1e-9)
                }
            }
        }
    }
}
