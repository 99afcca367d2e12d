import Geometry
import Testing

@Suite struct ElevationSenseTests {
    @Test func aDirectionWithoutSignIsTheOneAbove() {
        let below = Direction(azimuth: 40, elevation: -30)
        #expect(ElevationSense.unsigned.reported(below).angle(to: Direction(azimuth: 40, elevation: 30)) < 1e-3)
        #expect(ElevationSense.signed.reported(below) == below)
        let above = Direction(azimuth: -170, elevation: 80)
        #expect(ElevationSense.unsigned.reported(above) == above)
    }
}
