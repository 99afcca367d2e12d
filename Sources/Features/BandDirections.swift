internal import CRealtime
import Signal
public import Tensor

/// The direction of the dominant plane wave in each mel band of each frame of a block, and its share of the band's power.
///
/// Two voices seldom share a band for 40 ms, so most bands contain one source, whereas a network that uses all bands averages
/// between sources. The wave is the principal eigenvector of the channels' covariance over the frame and the one before it; the
/// eigenvalue's share of the power measures its dominance (Nadiri and Rafaely, IEEE/ACM TASLP 2014). Its direction is that of its
/// dipoles, for Ambisonics, or that of the most similar steering vector, for capsules.
public struct BandDirections: ~Copyable {
    /// Steering vectors of capsules; nil for Ambisonics.
    private let table: SteeringVectors.Table?
    private let steering: SteeringVectors?
    /// Of the present block, of the latest frame, and of the two frames up to an even or odd one.
    private let sums, frame, even, odd: BandSums
    /// [5, 64]: of the present block's frames so far; of capsules at its end.
    private let found: MutableTensorRef<SIMD4<Float>>
    private let arena: Arena<SIMD4<Float>>
    /// [5, 64, 2] and [5, 64], of capsules: real and imaginary parts of the dominant waves, and their shares.
    private let waves: MutableTensorRef<SIMD8<Float>>
    private let shares: MutableTensorRef<Float>
    private let waveArena: Arena<SIMD8<Float>>
    private let shareArena: Arena<Float>
    /// Frames of the present block so far.
    private var frames = 0
    private var isEven = true

    /// Directions of a block: one for each frame and band.
    public static let perBlock = FrameLayout.framesPerBlock * FrameTiming.melBands

    /// - Parameters:
    ///   - kind: of the frames; nil for features without a full covariance.
    ///   - steering: of the array, if the frames are of capsules; nil without.
    public init?(_ kind: FeatureKind, steering: SteeringVectors?) {
        guard kind.hasFullCovariance, kind.isAmbisonic || steering != nil else { return nil }
        self.steering = kind.isAmbisonic ? nil : steering
        table = self.steering?.table
        let channels = self.steering?.capsules ?? FrameLayout.channels
        sums = BandSums(kind, channels: channels)
        frame = BandSums(kind, channels: channels)
        even = BandSums(kind, channels: channels)
        odd = BandSums(kind, channels: channels)
        let shape = Shape(Self.perBlock)
        var arena = Arena<SIMD4<Float>>(holding: shape)
        found = arena.take(shape)
        self.arena = arena
        let waveShape = Shape(self.steering == nil ? 0 : Self.perBlock, 2)
        var waveArena = Arena<SIMD8<Float>>(holding: waveShape)
        waves = waveArena.take(waveShape)
        self.waveArena = waveArena
        var shareArena = Arena<Float>(holding: shape)
        shares = shareArena.take(shape)
        self.shareArena = shareArena
    }

    /// Adds one more frame of the present block, at most five.
    /// - Parameter frame: [64, C], not scaled.
    @_noLocks
    public mutating func add(_ frame: TensorRef<Float>) {
        precondition(frames < FrameLayout.framesPerBlock, "a block has five frames")
        self.frame.reset()
        self.frame.add(frame)
        sums.add(self.frame)
        even.add(self.frame)
        odd.add(self.frame)
        if isEven { estimate(even) } else { estimate(odd) }
        isEven.toggle()
        frames += 1
    }

    /// The covariance of the present block so far.
    @_noLocks
    public func covarianceRows() -> BandRows { sums.rows }

    /// Ends the present block and begins the next.
    /// - Parameter directions: [5, 64]; x, y, z of unit length, then the weight, a fifth of the square of the wave's share: those
    ///   of a band sum to at most 1; 0 without sound.
    @_noLocks
    public mutating func finishBlock(into directions: MutableTensorRef<SIMD4<Float>>) {
        if let table { search(table) }
        for at in 0..<found.count { directions[at] = found[at] }
        sums.reset()
        frames = 0
    }

    /// Clears all frames so far.
    @_noLocks
    public mutating func reset() {
        sums.reset()
        even.reset()
        odd.reset()
        for at in 0..<found.count { (found[at], shares[at]) = (.zero, 0) }
        frames = 0
        isEven = true
    }

    /// The dominant waves of the latest frame, from the covariances of that frame and the one before, which are then cleared.
    @_noLocks
    private func estimate(_ sums: borrowing BandSums) {
        let first = frames * FrameTiming.melBands
        switch sums {
        case .channels(let covariance):
            let rows = covariance.rows
            if table == nil {
                let waves = found.rows(first..<first + FrameTiming.melBands).lanes
                unsafe bearing_ambisonic_waves(waves.unsafeBase, rows.lanes.unsafeBase, FrameTiming.melBands, Self.share)
            } else {
                for band in 0..<FrameTiming.melBands { keepWave(first + band, band, rows) }
            }
        case .capsules(let bands): bands.waves(into: waves, shares: shares, from: first)
        }
        sums.reset()
    }

    /// The directions of the block's waves. Band by band, since the table of all bands is larger than a cache.
    @_noLocks
    private func search(_ table: SteeringVectors.Table) {
        for band in 0..<FrameTiming.melBands {
            for at in stride(from: band, to: found.count, by: FrameTiming.melBands) {
                guard shares[at] > 0 else {
                    found[at] = .zero
                    continue
                }
                var (direction, likeness) = table.nearest(to: waves[2 * at], waves[2 * at + 1], band: band)
                direction[3] = Self.weight(shares[at] * likeness * shares[at] * likeness)
                found[at] = direction
            }
        }
    }

    /// Of a frame in the block.
    private static var share: Float {
        @_noLocks get { 1 / Float(FrameLayout.framesPerBlock) }
    }

    /// - Parameter square: of the wave's share.
    @_noLocks
    private static func weight(_ square: Float) -> Float { min(square, 1) * share }

    /// Keeps the wave of four capsules.
    @_noLocks
    private func keepWave(_ at: Int, _ band: Int, _ rows: TensorRef<SIMD4<Float>>) {
        let scale = HermitianMatrix.whitening(rows, at: 8 * band)
        guard let (vector, share) = HermitianMatrix(rows, at: 8 * band, scale: scale).prevailing() else {
            shares[at] = 0
            return
        }
        waves[2 * at] = SIMD8(lowHalf: vector.real, highHalf: .zero)
        waves[2 * at + 1] = SIMD8(lowHalf: vector.imaginary, highHalf: .zero)
        shares[at] = share
    }
}
