import Geometry
import Testing

/// Wrapping angles, degenerate matrices, and invalid arguments.
@Suite struct GeometryEdgeTests {
    @Test func aSectorOfOneAzimuthContainsOnlyIt() {
        let line = Sector(azimuth: (90, 90))
        #expect(line.width == 0)
        #expect(line.contains(Direction(unit: 0, 1, 0)))
        #expect(!line.contains(Direction(azimuth: 91, elevation: 0)))
    }

    @Test(arguments: [(Float(0), Float(360)), (-180, 180), (-400, 400)])
    func aFullCircleSectorContainsEveryAzimuth(from: Float, to: Float) {
        let all = Sector(azimuth: (from, to))
        #expect(all.width == 360)
        for azimuth in stride(from: Float(-180), through: 180, by: 15) {
            #expect(all.contains(Direction(azimuth: azimuth, elevation: 0)))
        }
    }

    @Test(arguments: [Float(90), -90])
    func straightUpAndDownHaveNoRoll(pitch: Float) {
        let angles = Rotation(yaw: 40, pitch: pitch, roll: 0).angles
        #expect(abs(angles.yaw - 40) < 0.1 && abs(angles.pitch - pitch) < 0.1 && angles.roll == 0)
    }

    @Test func wholeAnglesAre180RatherThanMinus180() {
        #expect(Rotation(yaw: -180, pitch: 0, roll: -179.9).wholeAngles == (180, 0, 180))
        #expect(Rotation(yaw: 12.4, pitch: -3.6, roll: 0).wholeAngles == (12, -4, 0))
    }

    @Test func oneRotationAfterAnotherIsTheirProduct() {
        let (first, second) = (Rotation(yaw: 30, pitch: 20, roll: 0), Rotation(yaw: -75, pitch: 0, roll: 110))
        let direction = Direction(azimuth: 5, elevation: -40)
        #expect(first.then(second)(direction).angle(to: second(first(direction))) < 1e-3)
        #expect(abs(first.then(first.inverse).angle) < 0.1)
    }

    @Test func theAngleOfAHalfTurnIs180() {
        #expect(abs(Rotation(yaw: 0, pitch: 0, roll: 180).angle - 180) < 0.1)
    }

    @Test func aFitOfNothingIsNoRotation() {
        #expect(Rotation(bringing: []) == .none)
    }

    @Test func aFitOfNoisyPairsIsTheNearestRotation() {
        let truth = Rotation(yaw: 25, pitch: -10, roll: 5)
        let directions = [Direction(azimuth: 0, elevation: 0), Direction(azimuth: 90, elevation: 0), Direction(azimuth: 0, elevation: 90)]
        // Each pair is off by 2 degrees in azimuth, to the one side and the other.
        let pairs = zip(directions, [Float(2), -2, 0]).map { from, error in
            let to = truth(from)
            return (from: from, to: Direction(azimuth: to.azimuth + error, elevation: to.elevation))
        }
        #expect(truth.then(Rotation(bringing: pairs).inverse).angle < 2)
    }

    @Test func eigenvaluesOfDiagonalAndZeroMatrices() {
        #expect(SymmetricMatrix([[2, 0, 0], [0, 5, 0], [0, 0, -1]]).eigen.map(\.value) == [5, 2, -1])
        #expect(SymmetricMatrix([[0, 0], [0, 0]]).eigen.map(\.value) == [0, 0])
        #expect(SymmetricMatrix([[7]]).eigen.map(\.vector) == [[1]])
        #expect(SymmetricMatrix(outerProductsOf: [], size: 2).rows == [[0, 0], [0, 0]])
    }

    enum Misuse: Int, CaseIterable {
        case rowsOfUnequalLength, moreColumnsThanRows, vectorShorterThanTheMatrix, elevationsReversed

        /// At the last valid argument (0), and at the first invalid one (1).
        func perform(excess: Int) {
            switch self {
            case .rowsOfUnequalLength: _ = SymmetricMatrix([[1, 0], [Double](repeating: 0, count: 2 - excess)])
            case .moreColumnsThanRows: _ = SymmetricMatrix([[Double]](repeating: [0, 0], count: 2 - excess))
            case .vectorShorterThanTheMatrix:
                _ = SymmetricMatrix(outerProductsOf: [[Double](repeating: 1, count: 3 - excess)], size: 3)
            case .elevationsReversed:
                let lowest = Float(excess)
                _ = Sector(azimuth: nil, elevation: lowest...0)
            }
        }
    }

    @Test(arguments: Misuse.allCases)
    func theLastValidUseIsAccepted(misuse: Misuse) {
        misuse.perform(excess: 0)
    }

    @Test(arguments: Misuse.allCases)
    func theFirstInvalidUseTraps(misuse: Misuse) async {
        await #expect(processExitsWith: .failure, "\(misuse)") { [number = misuse.rawValue as Int] in
            Misuse(rawValue: number)?.perform(excess: 1)
        }
    }
}
