internal import CRealtime
import Signal
public import Tensor

/// The direction of the dominant plane wave in each mel band of a block, and its share of the band's power.
///
/// Two voices seldom share a band for 100 ms, so most bands contain one source, whereas a network that uses all bands averages
/// between sources. The wave is the principal eigenvector of the channels' covariance over the block; the eigenvalue's share of
/// the power measures its dominance (Nadiri and Rafaely, IEEE/ACM TASLP 2014). Its direction is that of its dipoles, for
/// Ambisonics, or that of the most similar steering vector, for capsules.
public struct BandDirections: ~Copyable {
    /// Steering vectors of capsules; nil for Ambisonics.
    private let table: SteeringVectors.Table?
    private let steering: SteeringVectors?
    private let sums: BandSums

    /// - Parameters:
    ///   - kind: of the frames; nil for features without a full covariance.
    ///   - steering: of the array, if the frames are of capsules; nil without.
    public init?(_ kind: FeatureKind, steering: SteeringVectors?) {
        guard kind.hasFullCovariance, kind.isAmbisonic || steering != nil else { return nil }
        self.steering = kind.isAmbisonic ? nil : steering
        table = self.steering?.table
        sums = BandSums(kind, channels: self.steering?.capsules ?? FrameLayout.channels)
    }

    /// Adds one more frame of the present block.
    /// - Parameter frame: [64, C], not scaled.
    @_noLocks
    public func add(_ frame: TensorRef<Float>) { sums.add(frame) }

    /// The covariance of the present block so far.
    @_noLocks
    public func covarianceRows() -> BandRows { sums.rows }

    /// Ends the present block and begins the next.
    /// - Parameter directions: [64]; x, y, z of unit length, then the weight 0...1, the square of the wave's share; 0 without
    ///   sound.
    @_noLocks
    public func finishBlock(into directions: MutableTensorRef<SIMD4<Float>>) {
        switch sums {
        case .channels(let covariance):
            for band in 0..<FrameTiming.melBands {
                directions[band] = if let table { wave(band, covariance.rows, table) } else { ambisonicWave(band, covariance.rows) }
            }
        case .capsules(let bands):
            if let table { bands.directions(table, into: directions) }
        }
        reset()
    }

    /// Clears the frames of the present block.
    @_noLocks
    public func reset() { sums.reset() }

    @_noLocks
    private func ambisonicWave(_ band: Int, _ rows: TensorRef<SIMD4<Float>>) -> SIMD4<Float> {
        let matrix = HermitianMatrix(rows, at: 8 * band, scale: SIMD4(repeating: 1))
        guard let (vector, share) = matrix.prevailing() else { return .zero }
        let dipoles = SIMD4<Float>(vector.real[3], vector.real[1], vector.real[2], 0)
        let length = bearing_square_root((dipoles * dipoles).sum())
        // Excludes omnidirectional sound, which is not a plane wave.
        guard length > 0.1 else { return .zero }
        var direction = dipoles / (vector.real[0] < 0 ? -length : length)
        direction[3] = min(share * share, 1)
        return direction
    }

    @_noLocks
    private func wave(_ band: Int, _ rows: TensorRef<SIMD4<Float>>, _ table: SteeringVectors.Table) -> SIMD4<Float> {
        let scale = HermitianMatrix.whitening(rows, at: 8 * band)
        guard let (vector, share) = HermitianMatrix(rows, at: 8 * band, scale: scale).prevailing() else { return .zero }
        var (direction, likeness) = table.nearest(to: vector, band: band)
        direction[3] = min(share * likeness * share * likeness, 1)
        return direction
    }
}
