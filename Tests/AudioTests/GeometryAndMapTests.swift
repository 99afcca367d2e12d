import Audio
import Testing

@Suite struct GeometryAndMapTests {
    @Test func theTetrahedronIsNearlyRegular() {
        let array = ArrayGeometry.tetrahedral
        #expect(array.capsules.count == 4 && array.mount == .rigidSphere)
        // 35 degrees approximate atan(1/sqrt 2) = 35.26: the edges differ by less than a millimetre.
        for a in 0..<4 {
            for b in 0..<a { #expect(abs(array.spacing(a, b) - 0.0686) < 0.0005) }
        }
        let first = array.capsules[0].position
        #expect(first.x > 0 && first.y > 0 && first.z > 0)
    }

    @Test func aMapSelectsAndOrders() throws {
        let frames: [Float] = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]
        var chosen = [Float](repeating: -1, count: 8)
        var span = chosen.mutableSpan
        let map = try ChannelMap([5, 1, 3, 2])
        #expect(map.channelsNeeded == 6)
        #expect(map.select(frames.span, channels: 6, into: &span) == 2)
        #expect(chosen == [5, 1, 3, 2, 15, 11, 13, 12])
        #expect(ChannelMap.identity().channelsNeeded == 4)
        let turned = try ChannelMap([5, 1, 3, 2], inverted: [0, 2])
        var again = chosen.mutableSpan
        turned.select(frames.span, channels: 6, into: &again)
        #expect(chosen == [-5, 1, -3, 2, -15, 11, -13, 12])
        #expect(throws: AudioError.self) { try ChannelMap([0, 1, 2, 3], inverted: [1, 1]) }
        #expect(throws: AudioError.self) { try ChannelMap([0, 1, 2, 3], inverted: [4]) }
    }

    @Test func aMapHasThreeToEightChannels() throws {
        let frames: [Float] = Array(0..<20).map { Float($0) }
        for indices in [[9, 0, 4], [7, 6, 5, 4, 3, 2, 1, 0]] {
            var chosen = [Float](repeating: -1, count: 2 * indices.count)
            var span = chosen.mutableSpan
            let map = try ChannelMap(indices, inverted: [2])
            #expect(map.count == indices.count && map.channelsNeeded == indices.max()! + 1)
            #expect(map.select(frames.span, channels: 10, into: &span) == 2)
            let signs = indices.indices.map { $0 == 2 ? -1 : 1 }
            #expect(chosen == [0, 10].flatMap { first in zip(indices, signs).map { Float($1 * (first + $0)) } })
        }
    }

    @Test(arguments: [[0, 1], [0, 1, 2, 2], [-1, 0, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8]])
    func mapsOfOtherChannelsAreRefused(_ indices: [Int]) {
        #expect(throws: AudioError.self) { try ChannelMap(indices) }
    }
}
