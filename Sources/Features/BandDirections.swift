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
    private static let dipole: Float = 1.7320508  // square root of 3: N3D of SN3D
    /// Log-mel of a frame of zeros is -100 dB: a level not above that is digital silence.
    private static let floor: Float = -99.9
    private static let channels = 16

    /// Steering vectors of capsules; nil for Ambisonics.
    private let table: SteeringVectors.Table?
    private let steering: SteeringVectors?
    private let arena: Arena<SIMD4<Float>>
    /// [64, 8]: the real rows of each band's covariance over the present block so far, then the imaginary ones.
    private let rows: MutableTensorRef<SIMD4<Float>>

    /// - Parameters:
    ///   - kind: of the frames; nil for features without a full covariance.
    ///   - steering: of the array, if the frames are of capsules; nil without.
    public init?(_ kind: FeatureKind, steering: SteeringVectors?) {
        guard kind.tellsWaves, kind.isAmbisonic || steering != nil else { return nil }
        self.steering = kind.isAmbisonic ? nil : steering
        table = self.steering?.table
        let shape = Shape(FrameTiming.melBands, 2 * FrameLayout.channels)
        var arena = Arena<SIMD4<Float>>(holding: shape)
        rows = arena.take(shape)
        self.arena = arena
    }

    /// Adds one more frame of the present block.
    /// - Parameter frame: [64, 16], not scaled.
    @_noLocks
    public func add(_ frame: TensorRef<Float>) {
        for band in 0..<FrameTiming.melBands {
            if table == nil { addAmbisonic(frame, band) } else { addCapsules(frame, band) }
        }
    }

    /// Ends the present block and begins the next.
    /// - Parameter directions: [64]; x, y, z of unit length, then the weight 0...1, the square of the wave's share; 0 without
    ///   sound.
    @_noLocks
    public func finishBlock(into directions: MutableTensorRef<SIMD4<Float>>) {
        for band in 0..<FrameTiming.melBands {
            directions[band] = if let table { wave(band, table) } else { ambisonicWave(band) }
        }
        reset()
    }

    /// Clears the frames of the present block.
    @_noLocks
    public func reset() { for at in 0..<rows.count { rows[at] = .zero } }

    @_noLocks
    private func power(_ frame: TensorRef<Float>, _ band: Int) -> SIMD4<Float> {
        var power = SIMD4<Float>.zero
        for channel in 0..<FrameLayout.channels {
            let decibels = frame[band * Self.channels + channel]
            if decibels > Self.floor { power[channel] = bearing_power(decibels) }
        }
        return power
    }

    /// In N3D, in which a diffuse field is white, and without the imaginary part, which is 0 for a plane wave.
    @_noLocks
    private func addAmbisonic(_ frame: TensorRef<Float>, _ band: Int) {
        let power = power(frame, band)
        // The denominator of the frame's covariance.
        let energy: Float = 0.5 * power.sum()
        let at = band * Self.channels + 4
        let first = SIMD4<Float>(frame[at], frame[at + 1], frame[at + 2], 0) * (Self.dipole * energy)
        let rest = SIMD4<Float>(frame[at + 3], frame[at + 4], frame[at + 5], 0) * (3 * energy)
        let row = 8 * band
        rows[row] += SIMD4(power[0], first[0], first[1], first[2])
        rows[row + 1] += SIMD4(first[0], 3 * power[1], rest[0], rest[1])
        rows[row + 2] += SIMD4(first[1], rest[0], 3 * power[2], rest[2])
        rows[row + 3] += SIMD4(first[2], rest[1], rest[2], 3 * power[3])
    }

    @_noLocks
    private func addCapsules(_ frame: TensorRef<Float>, _ band: Int) {
        let power = power(frame, band)
        let level = SIMD4<Float>(
            bearing_square_root(power[0]), bearing_square_root(power[1]), bearing_square_root(power[2]),
            bearing_square_root(power[3]))
        let (at, row) = (band * Self.channels + 4, 8 * band)
        rows[row] += SIMD4(power[0], 0, 0, 0)
        rows[row + 1] += SIMD4(0, power[1], 0, 0)
        rows[row + 2] += SIMD4(0, 0, power[2], 0)
        rows[row + 3] += SIMD4(0, 0, 0, power[3])
        var pair = 0
        for m in 0..<3 {
            for n in m + 1..<4 {
                let scale = level[m] * level[n]
                let (real, imaginary) = (scale * frame[at + pair], scale * frame[at + 6 + pair])
                rows[row + m][n] += real
                rows[row + n][m] += real
                // The features are of conj(m) n, the covariance of m conj(n).
                rows[row + 4 + m][n] -= imaginary
                rows[row + 4 + n][m] += imaginary
                pair += 1
            }
        }
    }

    @_noLocks
    private func ambisonicWave(_ band: Int) -> SIMD4<Float> {
        guard let (vector, share) = matrix(band, SIMD4(repeating: 1)).prevailing() else { return .zero }
        let dipoles = SIMD4<Float>(vector.real[3], vector.real[1], vector.real[2], 0)
        let length = bearing_square_root((dipoles * dipoles).sum())
        // Excludes omnidirectional sound, which is not a plane wave.
        guard length > 0.1 else { return .zero }
        var direction = dipoles / (vector.real[0] < 0 ? -length : length)
        direction[3] = min(share * share, 1)
        return direction
    }

    @_noLocks
    private func wave(_ band: Int, _ table: SteeringVectors.Table) -> SIMD4<Float> {
        var scale = SIMD4<Float>.zero
        for channel in 0..<FrameLayout.channels {
            let power = rows[8 * band + channel][channel]
            if power > 0 { scale[channel] = 1 / bearing_square_root(power) }
        }
        guard let (vector, share) = matrix(band, scale).prevailing() else { return .zero }
        var (direction, likeness) = table.nearest(to: vector, band: band)
        direction[3] = min(share * likeness * share * likeness, 1)
        return direction
    }

    /// - Parameter scale: of each channel.
    @_noLocks
    private func matrix(_ band: Int, _ scale: SIMD4<Float>) -> HermitianMatrix {
        let row = 8 * band
        return HermitianMatrix(
            a: ChannelVector(real: rows[row] * scale * scale[0], imaginary: rows[row + 4] * scale * scale[0]),
            b: ChannelVector(real: rows[row + 1] * scale * scale[1], imaginary: rows[row + 5] * scale * scale[1]),
            c: ChannelVector(real: rows[row + 2] * scale * scale[2], imaginary: rows[row + 6] * scale * scale[2]),
            d: ChannelVector(real: rows[row + 3] * scale * scale[3], imaginary: rows[row + 7] * scale * scale[3]))
    }
}
