internal import CRealtime
internal import Tensor

/// Covariances of the capsules of an array in each mel band of a block, for any number of them: what `BandCovariance` and
/// `HermitianMatrix` do for four. A lane is a band, so eight bands are computed at once.
struct CapsuleBands: ~Copyable {
    static let lanes = 8
    private static let iterations = 7
    /// Log-mel of a frame of zeros is -100 dB: what is not above that is no sound.
    private static let floor: Float = -99.9

    let capsules: Int
    private let pairs: CapsulePairs
    private let arena: Arena<SIMD8<Float>>
    private let sums: MutableTensorRef<SIMD8<Float>>
    /// Powers to 1: [C, C], as `sums` has a group of bands.
    private let whitened: MutableTensorRef<SIMD8<Float>>
    /// [4, C]: a vector's real and imaginary parts, and those of its product with the matrix.
    private let vectors: MutableTensorRef<SIMD8<Float>>

    /// [8 groups, C, C] of the present block so far: powers on the diagonal, real parts above it, imaginary parts of the same pair below.
    /// Of m conj(n), m < n.
    var rows: TensorRef<SIMD8<Float>> {
        @_noLocks get { sums.readOnly }
    }

    init(capsules: Int) {
        self.capsules = capsules
        pairs = CapsulePairs(capsules)
        var layout = ArenaLayout<SIMD8<Float>>()
        let all = layout.add(Shape(FrameTiming.melBands / Self.lanes, capsules, capsules))
        let (one, few) = (layout.add(Shape(capsules, capsules)), layout.add(Shape(4, capsules)))
        let arena = Arena(layout)
        (sums, whitened, vectors) = (arena[all], arena[one], arena[few])
        self.arena = arena
    }

    /// Adds one more frame of the present block.
    /// - Parameter frame: [64, C^2], not scaled.
    @_noLocks
    func add(_ frame: TensorRef<Float>) {
        let values = sums.lanes
        for band in 0..<FrameTiming.melBands {
            let real = band * pairs.channels + capsules
            let imaginary = real + pairs.count
            // The lane of the band in the first element of its group.
            let first = band / Self.lanes * pairs.channels * Self.lanes + band % Self.lanes
            var level = SIMD8<Float>.zero
            for capsule in 0..<capsules {
                let decibels = frame[band * pairs.channels + capsule]
                guard decibels > Self.floor else { continue }
                let power = bearing_power(decibels)
                values[first + capsule * (capsules + 1) * Self.lanes] += power
                level[capsule] = bearing_square_root(power)
            }
            var pair = 0
            for m in 0..<capsules - 1 {
                let own = level[m]
                for n in m + 1..<capsules {
                    let scale = own * level[n]
                    values[first + (m * capsules + n) * Self.lanes] += scale * frame[real + pair]
                    // The features are of conj(m) n.
                    values[first + (n * capsules + m) * Self.lanes] -= scale * frame[imaginary + pair]
                    pair += 1
                }
            }
        }
    }

    /// Adds the covariances of frames that were added to another one.
    @_noLocks
    func add(rows: TensorRef<SIMD8<Float>>) { for at in 0..<sums.count { sums[at] += rows[at] } }

    /// Forgets the frames of the present block.
    @_noLocks
    func reset() { for at in 0..<sums.count { sums[at] = .zero } }

    /// What makes the power of each capsule in a group of bands 1; 0 for one without power.
    @_noLocks
    static func whitening(_ power: SIMD8<Float>) -> SIMD8<Float> {
        var scale = SIMD8<Float>.zero
        for lane in 0..<lanes where power[lane] > 0 { scale[lane] = 1 / bearing_square_root(power[lane]) }
        return scale
    }

    /// The dominant wave of each band.
    /// - Parameters:
    ///   - waves: [.., 2]: receives real and imaginary parts, a lane for each capsule, of unit length.
    ///   - shares: receives the wave's share of the power; 0 without power.
    ///   - first: the place of band 0.
    @_noLocks
    func waves(into waves: MutableTensorRef<SIMD8<Float>>, shares: MutableTensorRef<Float>, from first: Int) {
        for group in 0..<FrameTiming.melBands / Self.lanes {
            let share = dominantWaves(group)
            for lane in 0..<Self.lanes {
                let place = first + group * Self.lanes + lane
                var (real, imaginary) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
                for capsule in 0..<capsules {
                    real[capsule] = vectors[capsule][lane]
                    imaginary[capsule] = vectors[capsules + capsule][lane]
                }
                (waves[2 * place], waves[2 * place + 1]) = (real, imaginary)
                shares[place] = share[lane]
            }
        }
    }

    /// Leaves the principal eigenvectors of a group of bands in `vectors`, of unit length, by powers of the whitened matrix.
    /// - Returns: the eigenvalues' shares of the traces, 1/C...1; 0 without power.
    @_noLocks
    private func dominantWaves(_ group: Int) -> SIMD8<Float> {
        let trace = whiten(group)
        begin()
        for _ in 0..<Self.iterations {
            multiply()
            for index in 0..<2 * capsules { vectors[index] = vectors[2 * capsules + index] }
        }
        var square = SIMD8<Float>.zero
        for index in 0..<2 * capsules { square += vectors[index] * vectors[index] }
        let scale = Self.whitening(square)
        for index in 0..<2 * capsules { vectors[index] *= scale }
        multiply()
        var share = SIMD8<Float>.zero
        for index in 0..<2 * capsules { share += vectors[index] * vectors[2 * capsules + index] }
        share.replace(with: 0, where: trace .<= 0)
        return share
    }

    /// Fills `whitened`, of trace 1.
    /// - Returns: the number of capsules with power.
    @_noLocks
    private func whiten(_ group: Int) -> SIMD8<Float> {
        let first = group * pairs.channels
        var trace = SIMD8<Float>.zero
        for capsule in 0..<capsules {
            let power = sums[first + capsule * (capsules + 1)]
            vectors[capsule] = Self.whitening(power)
            trace += power * vectors[capsule] * vectors[capsule]
        }
        var share = SIMD8<Float>.zero
        for lane in 0..<Self.lanes where trace[lane] > 0 { share[lane] = 1 / trace[lane] }
        for m in 0..<capsules {
            for n in 0..<capsules {
                let at = m * capsules + n
                whitened[at] = sums[first + at] * vectors[m] * vectors[n] * share
            }
        }
        return trace
    }

    /// Puts the column of the matrix into `vectors` whose square has the largest diagonal element: it is never at right angles to the
    /// eigenvector.
    @_noLocks
    private func begin() {
        var largest = SIMD8<Float>(repeating: -1)
        for capsule in 0..<capsules {
            var square = SIMD8<Float>.zero
            for other in 0..<capsules {
                let (low, high) = (min(capsule, other), max(capsule, other))
                let real = whitened[low * capsules + high]
                square += real * real
                guard low < high else { continue }
                let imaginary = whitened[high * capsules + low]
                square += imaginary * imaginary
            }
            let isLarger = square .> largest
            largest.replace(with: square, where: isLarger)
            for other in 0..<capsules {
                // Column `capsule`: row `other`, of other conj(capsule).
                let (low, high) = (min(capsule, other), max(capsule, other))
                vectors[other].replace(with: whitened[low * capsules + high], where: isLarger)
                var imaginary = SIMD8<Float>.zero
                if other < capsule { imaginary = whitened[high * capsules + low] }
                if other > capsule { imaginary -= whitened[high * capsules + low] }
                vectors[capsules + other].replace(with: imaginary, where: isLarger)
            }
        }
    }

    /// Puts the matrix times the vector behind the vector.
    @_noLocks
    private func multiply() {
        for m in 0..<capsules {
            let diagonal = whitened[m * (capsules + 1)]
            var (real, imaginary) = (diagonal * vectors[m], diagonal * vectors[capsules + m])
            // The element below the diagonal is the conjugate of that above.
            for n in 0..<m {
                let (a, b) = (whitened[n * capsules + m], whitened[m * capsules + n])
                let (x, y) = (vectors[n], vectors[capsules + n])
                real += a * x + b * y
                imaginary += a * y - b * x
            }
            for n in m + 1..<capsules {
                let (a, b) = (whitened[m * capsules + n], whitened[n * capsules + m])
                let (x, y) = (vectors[n], vectors[capsules + n])
                real += a * x - b * y
                imaginary += a * y + b * x
            }
            vectors[2 * capsules + m] = real
            vectors[3 * capsules + m] = imaginary
        }
    }
}
