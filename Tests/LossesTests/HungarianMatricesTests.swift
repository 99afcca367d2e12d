import Losses
import Testing

@Suite struct HungarianMatricesTests {
    @Test(arguments: [1, 2, 3, 4]) func everyCountIsDrawnAndEveryEntryIsInRange(tracks: Int) {
        var source = HungarianMatrices(maximumTracks: tracks, seed: 1)
        var seen: [Int: Int] = [:]
        let draws = 4000
        for _ in 0..<draws {
            let matrix = source.next(.random)
            seen[matrix.predictions * 5 + matrix.references, default: 0] += 1
            let inRange = matrix.distances.filter { $0 <= 2.000_001 }
            #expect(inRange.count == matrix.predictions * matrix.references)
            #expect(matrix.distances.allSatisfy { $0 >= 0 && $0 <= 100 && ($0 <= 2.000_001 || $0 >= 3) })
            let rows = (0..<tracks).map { row in (0..<tracks).reduce(0) { $0 + matrix.association[row * tracks + $1] } }
            let columns = (0..<tracks).map { c in (0..<tracks).reduce(0) { $0 + matrix.association[$1 * tracks + c] } }
            #expect((rows + columns).allSatisfy { $0 <= 1 })
            #expect(rows.reduce(0, +) == Float(min(matrix.predictions, matrix.references)))
            for i in matrix.distances.indices where matrix.association[i] > 0 { #expect(matrix.distances[i] <= 2.000_001) }
        }
        let kinds = (tracks + 1) * (tracks + 1)
        #expect(seen.count == kinds)
        #expect(seen.values.allSatisfy { abs($0 - draws / kinds) < draws / kinds / 2 }, "\(seen)")
    }

    @Test func hardCasesAreHard() {
        var source = HungarianMatrices(maximumTracks: 2, seed: 2)
        var (ties, close) = (0, 0)
        for _ in 0..<500 {
            let tie = source.next(.nearTie).distances
            // Two predictions at most 5 degrees apart differ by at most their own distance, 2 sin 2.5 degrees, to any reference.
            if abs(tie[0] - tie[2]) < 0.0873 && abs(tie[1] - tie[3]) < 0.0873 { ties += 1 }
            let pair = source.next(.closePair).distances
            // References at most 10 degrees apart, each with a prediction at most 10 degrees from it: 30 degrees at most in all.
            if pair.allSatisfy({ $0 < 0.5177 }) { close += 1 }
        }
        #expect(ties == 500 && close == 500)
    }

    @Test func theSameSeedDrawsTheSame() {
        var (a, b) = (HungarianMatrices(maximumTracks: 3, seed: 7), HungarianMatrices(maximumTracks: 3, seed: 7))
        var other = HungarianMatrices(maximumTracks: 3, seed: 7, epoch: 1)
        let drawn = (0..<20).map { _ in a.next().distances }
        #expect(drawn == (0..<20).map { _ in b.next().distances })
        #expect(drawn != (0..<20).map { _ in other.next().distances })
    }
}
