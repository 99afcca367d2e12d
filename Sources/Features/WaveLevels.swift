internal import CRealtime
public import Signal
public import Tensor

/// The levels of sounds from known directions, block by block.
///
/// The covariance R_b of each band is fitted by a plane wave from every direction and by noise that the channels do not share:
///
///     R_b ~ P_b (sum over i of q_i a_bi a_bi^H + q_0 I),   q >= 0
///
/// P_b is the power of the band, the mean of the C channels (N3D for Ambisonics); a_bi is the steering vector of direction i, with
/// |a|^2 = C. The q are those of least squares, each band weighted by its power. The level of wave i is q_i times the power of the
/// block: that of the sound in W, or in a capsule. For Ambisonics this is exact whatever the spectra. Features without a covariance
/// have no directions: there the power of the block is shared in proportion to the activities.
///
/// Levels are root mean squares in dB below full scale, 1.0: a sine of full scale has -3.01. After `init` nothing allocates or locks.
public struct WaveLevels: ~Copyable {
    /// Directions at most.
    public static let capacity = 4
    /// Of no sound at all, dBFS.
    public static let silence: Float = -200

    private static let sweeps = 60
    private static let dipole: Float = 1.7320508  // square root of 3: N3D of SN3D
    /// Hz: above, phases of capsules change too fast with the direction for a track's to be exact enough.
    private static let exactBelow: Float = 4000
    /// Index of the noise among the unknowns.
    private static let noise = 4

    private let isAmbisonic: Bool
    /// Whether waves are fitted, rather than the power shared.
    private let hasFullCovariance: Bool
    private let table: SteeringVectors.Table?
    private let steering: SteeringVectors?
    private let sums: BandSums
    /// What is kept of another number of capsules than four; nil for four, and without steering vectors.
    private let capsuleWaves: CapsuleWaves?
    private let channels: Int
    private let kept: Int
    /// Matrices kept of a block: one for each band of capsules; their sum for Ambisonics, where a direction is the same in every band.
    private let bands: Int
    private let floats: Arena<Float>
    private let rowArena: Arena<SIMD4<Float>>
    private let gramArena: Arena<SIMD8<Float>>
    /// [64]: what turns a band's power into mean squares of samples, over a block.
    private let scales: MutableTensorRef<Float>
    /// [64]: of each band in the fit.
    private let weights: MutableTensorRef<Float>
    /// [kept, bands, 8], block k in row k mod `kept`; weighted.
    private let rows: MutableTensorRef<SIMD4<Float>>
    /// [kept]: mean square of a block.
    private let powers: MutableTensorRef<Float>
    /// [5]: of the normal equations.
    private let gram: MutableTensorRef<SIMD8<Float>>
    /// Blocks finished since the start or the latest `reset`.
    private var blocks = 0

    /// - Parameters:
    ///   - steering: of the array, where the features are of capsules; without it the power is shared.
    ///   - channels: of the audio: capsules of the array.
    ///   - lookAhead: blocks that may be finished after one before it is measured.
    public init(_ kind: FeatureKind, steering: SteeringVectors?, channels: Int = FrameLayout.channels, lookAhead: Int) {
        isAmbisonic = kind.isAmbisonic
        hasFullCovariance = kind.hasFullCovariance && (kind.isAmbisonic || steering != nil)
        self.steering = kind.isAmbisonic ? nil : steering
        table = self.steering?.table
        self.channels = channels
        sums = BandSums(kind, channels: channels)
        kept = lookAhead + 1
        let all = FrameTiming.melBands
        let isWide = channels != FrameLayout.channels
        // Not a conditional expression, which Swift 6.3 compiles to a release of memory that is not there.
        if isWide, table != nil {
            capsuleWaves = CapsuleWaves(capsules: channels, kept: kept, capacity: Self.capacity)
        } else {
            capsuleWaves = nil
        }
        bands = table == nil || isWide ? 1 : all
        let (bandShape, rowShape) = (Shape(all), Shape(kept, bands, 2 * FrameLayout.channels))
        var layout = ArenaLayout<Float>()
        let (ofBands, ofBlocks) = (layout.add(bandShape, times: 2), layout.add(Shape(kept)))
        let floats = Arena(layout)
        (scales, weights, powers) = (floats[ofBands[0]], floats[ofBands[1]], floats[ofBlocks])
        self.floats = floats
        var rowArena = Arena<SIMD4<Float>>(holding: rowShape)
        rows = rowArena.take(rowShape)
        self.rowArena = rowArena
        var gramArena = Arena<SIMD8<Float>>(holding: Shape(Self.capacity + 1))
        gram = gramArena.take(Shape(Self.capacity + 1))
        self.gramArena = gramArena
        // Parseval: one half of the spectrum, a periodic Hann window, whose squares sum to 3/8 of its length.
        let bank = MelFilterBank()
        let energy = Float(FrameTiming.transform * FrameTiming.window * FrameLayout.framesPerBlock) * 3 / 8
        for band in 0..<all {
            scales[band] = 2 * bank.heights[band] / energy
            let ratio = bank.centres[band] / Self.exactBelow
            weights[band] = isAmbisonic ? 1 : 1 / (1 + ratio * ratio * ratio * ratio)
        }
    }

    /// Adds one more frame of the present block.
    /// - Parameter frame: [64, C], not scaled.
    @_noLocks
    public func add(_ frame: TensorRef<Float>) { sums.add(frame) }

    /// Ends the present block and begins the next.
    @_noLocks
    public mutating func finishBlock() {
        finishBlock(sums.rows)
        sums.reset()
    }

    /// Ends the present block, whose covariance somebody else has summed.
    @_noLocks
    public mutating func finishBlock(_ covariance: BandRows) {
        let place = blocks % kept
        switch covariance {
        case .channels(let rows): powers[place] = keep(rows, place)
        case .capsules(let rows):
            powers[place] = power(rows)
            capsuleWaves?.keep(rows, place: place, scales: scales.readOnly, weights: weights.readOnly)
        }
        blocks += 1
    }

    /// The power of a block of another number of capsules than four.
    /// - Parameter covariance: [8 groups, C, C].
    @_noLocks
    private func power(_ covariance: TensorRef<SIMD8<Float>>) -> Float {
        var power: Float = 0
        for band in 0..<FrameTiming.melBands {
            let first = band / CapsuleBands.lanes * channels * channels
            var sum: Float = 0
            for capsule in 0..<channels { sum += covariance[first + capsule * (channels + 1)][band % CapsuleBands.lanes] }
            power += sum / Float(channels) * scales[band]
        }
        return power
    }

    /// Keeps a block of four channels.
    /// - Parameter covariance: [64, 8], as `BandCovariance` has it.
    /// - Returns: its power.
    @_noLocks
    private func keep(_ covariance: TensorRef<SIMD4<Float>>, _ place: Int) -> Float {
        let first = place * bands * 8
        for at in first..<first + bands * 8 { rows[at] = .zero }
        var power: Float = 0
        for band in 0..<FrameTiming.melBands {
            let row = 8 * band
            let diagonal = SIMD4<Float>(
                covariance[row][0], covariance[row + 1][1], covariance[row + 2][2], covariance[row + 3][3])
            // Without a covariance W alone is the reference of Ambisonics, whose other channels are still those of SN3D.
            let own = isAmbisonic && !hasFullCovariance ? diagonal[0] : 0.25 * diagonal.sum()
            power += own * scales[band]
            guard hasFullCovariance else { continue }
            if table == nil {
                // Not +=, which Swift 6.3 cannot compile here for the thread sanitizer.
                for line in 0..<8 { rows[first + line] = rows[first + line] + covariance[row + line] * scales[band] }
            } else {
                let whitening = HermitianMatrix.whitening(covariance, at: row)
                let factor = own * scales[band] * weights[band]
                for channel in 0..<4 {
                    let scale: SIMD4<Float> = whitening * (whitening[channel] * factor)
                    rows[first + row + channel] = covariance[row + channel] * scale
                    rows[first + row + 4 + channel] = covariance[row + 4 + channel] * scale
                }
            }
        }
        return power
    }

    /// The blocks so far become silence; they go on counting.
    @_noLocks
    public func forget() {
        for place in 0..<kept { powers[place] = 0 }
        sums.reset()
    }

    @_noLocks
    public mutating func reset() {
        blocks = 0
        forget()
    }

    /// The levels of the sounds of a block, one of the `lookAhead` + 1 latest, dBFS.
    ///
    /// - Parameters:
    ///   - directions: [1...4]; x, y, z of unit length, and 0.
    ///   - activities: 0...1, of each direction.
    @_noLocks
    public func measure(block: Int, directions: TensorRef<SIMD4<Float>>, count: Int, activities: SIMD4<Float>) -> SIMD4<Float> {
        precondition(block < blocks && block + kept >= blocks, "a block that is still kept")
        precondition((0...Self.capacity).contains(count), "at most 4 directions")
        let power = powers[block % kept]
        var levels = SIMD4<Float>(repeating: Self.silence)
        guard power > 0, power < .infinity else { return levels }
        let shares = hasFullCovariance ? fitted(block % kept, directions, count) : Self.shared(activities, count)
        for wave in 0..<count where shares[wave] * power > 1e-20 {
            levels[wave] = bearing_decibels(shares[wave] * power)
        }
        return levels
    }

    @_noLocks
    private static func shared(_ activities: SIMD4<Float>, _ count: Int) -> SIMD4<Float> {
        var shares = SIMD4<Float>.zero
        for wave in 0..<count where activities[wave] > 0 { shares[wave] = activities[wave] }
        let sum: Float = shares.sum()
        return sum > 0 ? shares / sum : shares
    }

    // MARK: - Least squares

    @_noLocks
    private func fitted(_ place: Int, _ directions: TensorRef<SIMD4<Float>>, _ count: Int) -> SIMD4<Float> {
        for unknown in 0...Self.capacity { gram[unknown] = .zero }
        var products = SIMD8<Float>.zero
        var indices = SIMD4<Int>.zero
        if let table { for wave in 0..<count { indices[wave] = table.index(of: directions[wave]) } }
        if let table, capsuleWaves != nil {
            capsuleWaves?.equations(place: place, table: table, indices: indices, count: count, gram: gram, products: &products)
            return solve(products).lowHalf
        }
        for band in 0..<bands {
            let row = (place * bands + band) * 8
            let trace = rows[row][0] + rows[row + 1][1] + rows[row + 2][2] + rows[row + 3][3]
            guard trace > 0 else { continue }
            let power: Float = 0.25 * trace
            products[Self.noise] += trace
            gram[Self.noise][Self.noise] += 4 * power
            for wave in 0..<count {
                let own = vector(wave, directions, indices, band)
                products[wave] += quadratic(own, row)
                gram[wave][Self.noise] += 4 * power
                gram[Self.noise][wave] += 4 * power
                gram[wave][wave] += 16 * power
                for other in 0..<wave {
                    let likeness = power * Self.likeness(own, vector(other, directions, indices, band))
                    gram[wave][other] += likeness
                    gram[other][wave] += likeness
                }
            }
        }
        let shares = solve(products)
        return SIMD4(shares[0], shares[1], shares[2], shares[3])
    }

    /// The steering vector of a direction, its squared length 4.
    @_noLocks
    private func vector(_ wave: Int, _ directions: TensorRef<SIMD4<Float>>, _ indices: SIMD4<Int>, _ band: Int) -> ChannelVector {
        guard let table else {
            let d = directions[wave] * Self.dipole
            return ChannelVector(real: SIMD4(1, d[1], d[2], d[0]), imaginary: .zero)
        }
        let unit = table.vector(indices[wave], band: band)
        return ChannelVector(real: 2 * unit.real, imaginary: 2 * unit.imaginary)
    }

    /// a^H R a.
    @_noLocks
    private func quadratic(_ vector: ChannelVector, _ row: Int) -> Float {
        var sum: Float = 0
        for m in 0..<4 {
            let (real, imaginary) = (rows[row + m], rows[row + 4 + m])
            // Row m of R times a.
            let x: Float = (real * vector.real - imaginary * vector.imaginary).sum()
            let y: Float = (real * vector.imaginary + imaginary * vector.real).sum()
            sum += vector.real[m] * x + vector.imaginary[m] * y
        }
        return sum
    }

    /// |a^H b|^2.
    @_noLocks
    private static func likeness(_ a: ChannelVector, _ b: ChannelVector) -> Float {
        let real: Float = (a.real * b.real + a.imaginary * b.imaginary).sum()
        let imaginary: Float = (a.real * b.imaginary - a.imaginary * b.real).sum()
        return real * real + imaginary * imaginary
    }

    /// The solution of the normal equations that is nowhere negative, by coordinate descent.
    @_noLocks
    private func solve(_ products: SIMD8<Float>) -> SIMD8<Float> {
        var shares = SIMD8<Float>.zero
        for _ in 0..<Self.sweeps {
            for unknown in 0...Self.capacity {
                let row = gram[unknown]
                guard row[unknown] > 0 else { continue }
                let left: Float = products[unknown] - (row * shares).sum()
                shares[unknown] = max(0, shares[unknown] + left / row[unknown])
            }
        }
        return shares
    }
}
