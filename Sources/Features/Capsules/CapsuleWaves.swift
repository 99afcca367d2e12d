internal import CRealtime
internal import Tensor

/// What `WaveLevels` keeps of the covariances of another number of capsules than four, and fits waves to. A lane is a band.
struct CapsuleWaves: ~Copyable {
    private static let lanes = CapsuleBands.lanes
    private static let groups = 8

    private let capsules: Int
    /// Waves at most; the index of the noise among the unknowns.
    private let capacity: Int
    private let arena: Arena<SIMD8<Float>>
    /// [kept, groups, C, C], whitened and weighted, as `CapsuleBands` has them.
    private let rows: MutableTensorRef<SIMD8<Float>>
    /// [C] factors of a group.
    private let scale: MutableTensorRef<SIMD8<Float>>
    /// [4, 2 C]: real and imaginary parts of the steering vectors of up to four waves in a group, of squared length C.
    private let vectors: MutableTensorRef<SIMD8<Float>>

    /// - Parameters: `kept` blocks; `capacity` waves at most.
    init(capsules: Int, kept: Int, capacity: Int) {
        (self.capsules, self.capacity) = (capsules, capacity)
        var layout = ArenaLayout<SIMD8<Float>>()
        let all = layout.add(Shape(kept, Self.groups, capsules * capsules))
        let (one, few) = (layout.add(Shape(capsules)), layout.add(Shape(capacity, 2 * capsules)))
        let arena = Arena(layout)
        (rows, scale, vectors) = (arena[all], arena[one], arena[few])
        self.arena = arena
    }

    /// Keeps a block.
    /// - Parameters:
    ///   - covariance: [8 groups, C, C], as `CapsuleBands` has it.
    ///   - scales, weights: [64].
    @_noLocks
    func keep(_ covariance: TensorRef<SIMD8<Float>>, place: Int, scales: TensorRef<Float>, weights: TensorRef<Float>) {
        for group in 0..<Self.groups {
            let first = group * capsules * capsules
            var sum = SIMD8<Float>.zero
            for capsule in 0..<capsules {
                let own = covariance[first + capsule * (capsules + 1)]
                scale[capsule] = CapsuleBands.whitening(own)
                sum += own
            }
            var (ofBands, ofFit) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
            for lane in 0..<Self.lanes {
                ofBands[lane] = scales[group * Self.lanes + lane]
                ofFit[lane] = weights[group * Self.lanes + lane]
            }
            let factor: SIMD8<Float> = sum * ofBands * ofFit * (1 / Float(capsules))
            let target = place * Self.groups * capsules * capsules + first
            for m in 0..<capsules {
                let row = scale[m] * factor
                for n in 0..<capsules { rows[target + m * capsules + n] = covariance[first + m * capsules + n] * row * scale[n] }
            }
        }
    }

    /// Adds a block to normal equations.
    /// - Parameters:
    ///   - indices: of the directions of `count` waves in the table.
    ///   - gram: [5], the noise in the last row.
    @_noLocks
    func equations(
        place: Int, table: SteeringVectors.Table, indices: SIMD4<Int>, count: Int, gram: MutableTensorRef<SIMD8<Float>>,
        products: inout SIMD8<Float>
    ) {
        let noise = capacity
        let size = Float(capsules)
        for group in 0..<Self.groups {
            let first = (place * Self.groups + group) * capsules * capsules
            var trace = SIMD8<Float>.zero
            for capsule in 0..<capsules { trace += rows[first + capsule * (capsules + 1)] }
            let power = trace * (1 / size)
            let sum: Float = power.sum()
            products[noise] += trace.sum()
            gram[noise][noise] += size * sum
            for wave in 0..<count {
                steer(wave, table, indices[wave], group)
                products[wave] += quadratic(wave, first)
                gram[wave][noise] += size * sum
                gram[noise][wave] += size * sum
                gram[wave][wave] += size * size * sum
                for other in 0..<wave {
                    let likeness: Float = (power * likeness(wave, other)).sum()
                    gram[wave][other] += likeness
                    gram[other][wave] += likeness
                }
            }
        }
    }

    /// Fills the steering vectors of a wave.
    @_noLocks
    private func steer(_ wave: Int, _ table: SteeringVectors.Table, _ index: Int, _ group: Int) {
        let length = bearing_square_root(Float(capsules))
        let at = wave * 2 * capsules
        for lane in 0..<Self.lanes {
            let (real, imaginary) = table.lanes(index, band: group * Self.lanes + lane)
            for capsule in 0..<capsules {
                vectors[at + capsule][lane] = length * real[capsule]
                vectors[at + capsules + capsule][lane] = length * imaginary[capsule]
            }
        }
    }

    /// a^H R a, the sum over bands.
    @_noLocks
    private func quadratic(_ wave: Int, _ first: Int) -> Float {
        let (x, y) = (wave * 2 * capsules, wave * 2 * capsules + capsules)
        var (own, cross) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        for m in 0..<capsules {
            let (a, b) = (vectors[x + m], vectors[y + m])
            own += rows[first + m * (capsules + 1)] * (a * a + b * b)
            for n in m + 1..<capsules {
                let (c, d) = (vectors[x + n], vectors[y + n])
                let (real, imaginary) = (rows[first + m * capsules + n], rows[first + n * capsules + m])
                cross += real * (a * c + b * d) - imaginary * (a * d - b * c)
            }
        }
        let sum: SIMD8<Float> = own + 2 * cross
        return sum.sum()
    }

    /// |a^H b|^2 of each band.
    @_noLocks
    private func likeness(_ wave: Int, _ other: Int) -> SIMD8<Float> {
        let (first, second) = (wave * 2 * capsules, other * 2 * capsules)
        var (real, imaginary) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        for capsule in 0..<capsules {
            let (a, b) = (vectors[first + capsule], vectors[first + capsules + capsule])
            let (c, d) = (vectors[second + capsule], vectors[second + capsules + capsule])
            real += a * c + b * d
            imaginary += a * d - b * c
        }
        return real * real + imaginary * imaginary
    }
}
