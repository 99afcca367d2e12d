import Platform
import Tensor

/// Misses, false positives and identity switches of a soft association, after DeepMOT (Xu et al., CVPR 2020), and their
/// gradients; one sequence of T blocks, N slots, at a time.
///
/// A slot without a reference is excluded from every sum. i counts predictions (rows), j reference slots (columns).
struct DifferentiableMOT {
    /// The threshold of an association.
    static let threshold = 0.5
    /// Factor of the entries in the softmax: ten makes a clear decision and keeps a gradient (DeepMOT's hundred has none).
    static let sharpness = 10.0
    static let leastAssociation = 1e-6

    let blocks, slots: Int
    /// [T, N, N].
    let association, distances: MutableTensorRef<Double>
    /// [T, N].
    let probabilities: MutableTensorRef<Double>
    let active, onset: TensorRef<Float>
    /// [T, N]: the row of each reference's latest match, or -1.
    let latest: MutableTensorRef<Int>

    /// Sums over blocks and sequences, before any division.
    struct Sums {
        var association = 0.0
        var distance = 0.0
        var misses = 0.0
        var falsePositives = 0.0
        var switches = 0.0
        var references = 0.0
        var squaredError = 0.0
        var entropy = 0.0

        static func += (a: inout Sums, b: Sums) {
            a.association += b.association
            a.distance += b.distance
            a.misses += b.misses
            a.falsePositives += b.falsePositives
            a.switches += b.switches
            a.references += b.references
            a.squaredError += b.squaredError
            a.entropy += b.entropy
        }

        /// sum A D / sum A, finite in silence.
        var position: Double { distance / max(association, DifferentiableMOT.leastAssociation) }

        func tracking(switchWeight: Double) -> Double {
            (falsePositives + misses + switchWeight * switches) / max(references, 1)
        }
    }

    /// Finds the latest matches and sums all terms except squared errors and entropies.
    func sums() -> Sums {
        findLatestMatches()
        var sums = Sums()
        for t in 0..<blocks {
            for j in 0..<slots where isActive(t, j) {
                sums.references += 1
                for i in 0..<slots {
                    sums.association += self[t, i, j]
                    sums.distance += self[t, i, j] * distances[at(t, i, j)]
                    if latest[t * slots + j] >= 0, latest[t * slots + j] != i { sums.switches += self[t, i, j] }
                }
                sums.misses += unmatchedReference(t, j)
            }
            for i in 0..<slots { sums.falsePositives += probabilities[t * slots + i] * unmatchedPrediction(t, i) }
        }
        return sums
    }

    /// Adds the gradients of positionScale * sums.position + trackingScale * (FP + FN + switchWeight IDS).
    /// - Parameters:
    ///   - sums: of the whole batch.
    ///   - associationGradient, distanceGradient: [T, N, N]; `probabilityGradient`: [T, N]; all overwritten.
    func gradients(
        of sums: Sums, positionScale: Double, trackingScale: Double, switchWeight: Double,
        associationGradient: MutableTensorRef<Double>, distanceGradient: MutableTensorRef<Double>,
        probabilityGradient: MutableTensorRef<Double>
    ) {
        let isSilent = sums.association < Self.leastAssociation
        let whole = max(sums.association, Self.leastAssociation)
        for t in 0..<blocks {
            for i in 0..<slots {
                let unmatched = unmatchedPrediction(t, i)
                probabilityGradient[t * slots + i] = trackingScale * unmatched
                for j in 0..<slots {
                    let here = at(t, i, j)
                    guard isActive(t, j) else {
                        associationGradient[here] = 0
                        distanceGradient[here] = 0
                        continue
                    }
                    // A probability s of a softmax over 10 A changes the appended one, s0, by -10 s0 s.
                    let soft = exponential(Self.sharpness * (self[t, i, j] - Self.threshold))
                    let missed = unmatchedReference(t, j)
                    var slope = -Self.sharpness * missed * missed * soft
                    slope -= probabilities[t * slots + i] * Self.sharpness * unmatched * unmatched * soft
                    if latest[t * slots + j] >= 0, latest[t * slots + j] != i { slope += switchWeight }
                    let excess = distances[here] - (isSilent ? 0 : sums.position)
                    associationGradient[here] = trackingScale * slope + positionScale * excess / whole
                    distanceGradient[here] = positionScale * self[t, i, j] / whole
                }
            }
        }
    }

    /// Whether a prediction is associated with any reference: the target of its activity.
    func isAssociated(_ t: Int, _ i: Int) -> Bool {
        (0..<slots).contains { isActive(t, $0) && self[t, i, $0] > Self.threshold }
    }

    /// FN~ of one reference: e^5 / (e^5 + sum over predictions of e^(10 A)).
    private func unmatchedReference(_ t: Int, _ j: Int) -> Double {
        var sum = 1.0
        for i in 0..<slots { sum += exponential(Self.sharpness * (self[t, i, j] - Self.threshold)) }
        return 1 / sum
    }

    /// FP~ of one prediction before its activity: the same along a row, over the present references.
    private func unmatchedPrediction(_ t: Int, _ i: Int) -> Double {
        var sum = 1.0
        for j in 0..<slots where isActive(t, j) {
            sum += exponential(Self.sharpness * (self[t, i, j] - Self.threshold))
        }
        return 1 / sum
    }

    /// A match is remembered until its event ends, also over blocks without a match.
    private func findLatestMatches() {
        for j in 0..<slots {
            var row = -1
            for t in 0..<blocks {
                if !isActive(t, j) || onset[t * slots + j] > 0 { row = -1 }
                latest[t * slots + j] = row
                guard isActive(t, j), let best = (0..<slots).max(by: { self[t, $0, j] < self[t, $1, j] }),
                    self[t, best, j] > Self.threshold
                else { continue }
                row = best
            }
        }
    }

    private func isActive(_ t: Int, _ j: Int) -> Bool { active[t * slots + j] > 0 }
    private func at(_ t: Int, _ i: Int, _ j: Int) -> Int { (t * slots + i) * slots + j }
    private subscript(_ t: Int, _ i: Int, _ j: Int) -> Double { association[at(t, i, j)] }
}
