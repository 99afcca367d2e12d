import Audio
import Geometry
import Tensor
import Testing
import Tracking

@testable import Features
@testable import Pipeline

/// Directions of capsules in a horizontal plane, which cannot distinguish above from below.
@Suite struct UnsignedElevationTests {
    private let square = ArrayGeometry(
        name: "square", mount: .open,
        capsules: [0, 90, 180, 270].map { .init(direction: Direction(azimuth: $0, elevation: 0), radius: 0.03) })

    @Test(arguments: [ElevationSense.signed, .unsigned])
    func tracksHaveTheirDirectionAboveThePlane(_ elevation: ElevationSense) {
        var gate = GateSettings()
        gate.openBlocks = 1
        var stage = TrackingStage(gate, slots: 1, lookAhead: 0, elevation: elevation)
        #expect(stage.nextBlock() == 0)
        stage.step(directions: [0.6, 0, -0.8].span, probabilities: [1].span)
        let found = stage.tracks.array.map(\.direction.z)
        #expect(found.count == 1 && abs(found[0] - (elevation == .signed ? -0.8 : 0.8)) < 1e-6)
    }

    @Test func onlyTheUpperHalfIsSearched() {
        let tables = ArrayTables(for: .micHarmonics, of: square)
        let searched = tables.steering?.table.directions.array ?? []
        #expect(tables.elevation == .unsigned && searched.count == 504 && searched.allSatisfy { $0[2] > 0 })
        let whole = ArrayTables(for: .micHarmonics, of: .tetrahedral)
        #expect(whole.elevation == .signed && whole.steering?.table.directions.count == 1000)
    }
}
