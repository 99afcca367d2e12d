import Geometry
import TestSupport
import Testing

@Suite struct DirectionTests {
    private static let axes: [(azimuth: Float, elevation: Float, x: Float, y: Float, z: Float)] = [
        (0, 0, 1, 0, 0), (90, 0, 0, 1, 0), (180, 0, -1, 0, 0), (-90, 0, 0, -1, 0), (0, 90, 0, 0, 1), (0, -90, 0, 0, -1),
    ]

    @Test(arguments: axes)
    func frontIsXLeftIsYAndUpIsZ(azimuth: Float, elevation: Float, x: Float, y: Float, z: Float) {
        let direction = Direction(azimuth: azimuth, elevation: elevation)
        #expect(abs(direction.x - x) < 1e-6 && abs(direction.y - y) < 1e-6 && abs(direction.z - z) < 1e-6)
        #expect(abs(direction.elevation - elevation) < 1e-3)
        if abs(elevation) < 90 { #expect(abs(direction.azimuth - azimuth) < 1e-3) }
    }

    @Test func degreesAreRecoveredFromTheVector() {
        for azimuth in stride(from: Float(-175), through: 180, by: 12.5) {
            for elevation in stride(from: Float(-85), through: 85, by: 17) {
                let direction = Direction(azimuth: azimuth, elevation: elevation)
                #expect(abs(direction.azimuth - azimuth) < 1e-3 && abs(direction.elevation - elevation) < 1e-3)
                let length = direction.x * direction.x + direction.y * direction.y + direction.z * direction.z
                #expect(abs(length - 1) < 1e-6)
            }
        }
    }

    @Test func azimuthIsAbove180BelowAndAtIt() {
        #expect(abs(Direction(azimuth: 190, elevation: 0).azimuth + 170) < 1e-3)
        #expect(abs(Direction(azimuth: 725, elevation: 0).azimuth - 5) < 1e-3)
        // The back has one azimuth, not two: -0 in y must not make it -180.
        #expect(Direction(unit: -1, 0, 0).azimuth == 180)
        #expect(Direction(unit: -1, -0.0, 0).azimuth == 180)
    }

    @Test func aVectorOfAnyLengthIsNormalised() {
        #expect(Direction(towards: 0, 30, 0) == Direction(unit: 0, 1, 0))
        #expect(Direction(towards: 3e-5, 0, -4e-5).angle(to: Direction(unit: 0.6, 0, -0.8)) < 1e-4)
    }

    @Test(arguments: [
        (Float(0), Float(0), Float(0)), (1e-20, 0, 0), (.nan, 0, 1), (0, .infinity, 0), (3e38, 3e38, 3e38),
    ])
    func aVectorWithoutALengthPointsToTheFront(x: Float, y: Float, z: Float) {
        #expect(Direction(towards: x, y, z) == .front)
    }

    @Test func elevationOfAVectorThatRoundedBeyondOneIsFinite() {
        #expect(Direction(unit: 0, 0, 1.000001).elevation == 90)
        #expect(Direction(unit: 0, 0, -1.000001).elevation == -90)
    }

    @Test func angleIsExactForSmallAndForOppositeDirections() {
        let front = Direction.front
        for degrees in [Float(0.001), 0.1, 1, 45, 90, 179, 179.99] {
            #expect(abs(front.angle(to: Direction(azimuth: degrees, elevation: 0)) - degrees) < 2e-3 * max(1, degrees / 90))
            #expect(abs(front.angle(to: Direction(azimuth: 0, elevation: min(degrees, 90))) - min(degrees, 90)) < 2e-3)
        }
        #expect(front.angle(to: front) == 0)
        #expect(front.angle(to: Direction(unit: -1, 0, 0)) == 180)
    }

    @Test func angleIsSymmetric() {
        var random = SeededRandom(seed: 9)
        for _ in 0..<100 {
            let a = Direction(towards: random.normal(), random.normal(), random.normal())
            let b = Direction(towards: random.normal(), random.normal(), random.normal())
            let c = Direction(towards: random.normal(), random.normal(), random.normal())
            #expect(a.angle(to: b) == b.angle(to: a))
            #expect(a.angle(to: c) <= a.angle(to: b) + b.angle(to: c) + 1e-3)
        }
    }

    @Test func interpolationLiesOnTheGreatCircle() {
        let (a, b) = (Direction(azimuth: 10, elevation: 0), Direction(azimuth: 50, elevation: 0))
        #expect(a.towards(b, by: 0).angle(to: a) < 1e-4 && a.towards(b, by: 1).angle(to: b) < 1e-4)
        #expect(abs(a.towards(b, by: 0.5).azimuth - 30) < 1e-3)
        #expect(abs(a.towards(b, by: 0.25).elevation) < 1e-4)
    }
}
