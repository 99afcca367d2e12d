internal import CRealtime
internal import Signal
public import Tensor

/// The covariance of the four channels in each mel band of a block, from the feature frames.
///
/// Features without a covariance give its diagonal alone: the power of each channel.
public struct BandCovariance: ~Copyable {
    private static let dipole: Float = 1.7320508  // square root of 3: N3D of SN3D
    /// Log-mel of a frame of zeros is -100 dB: what is not above that is no sound.
    private static let floor: Float = -99.9

    private let kind: FeatureKind
    private let channels: Int
    private let arena: Arena<SIMD4<Float>>
    private let sums: MutableTensorRef<SIMD4<Float>>

    /// [64, 8]: the real rows of each band's covariance over the present block so far, then the imaginary ones.
    public var rows: TensorRef<SIMD4<Float>> {
        @_noLocks get { sums.readOnly }
    }

    public init(_ kind: FeatureKind) {
        self.kind = kind
        channels = kind.channels
        let shape = Shape(FrameTiming.melBands, 2 * FrameLayout.channels)
        var arena = Arena<SIMD4<Float>>(holding: shape)
        sums = arena.take(shape)
        self.arena = arena
    }

    /// Adds one more frame of the present block.
    /// - Parameter frame: [64, C], not scaled.
    @_noLocks
    public func add(_ frame: TensorRef<Float>) {
        for band in 0..<FrameTiming.melBands {
            switch kind {
            case .foaCovariance: addAmbisonic(frame, band)
            case .micCoherence, .micHarmonics: addCapsules(frame, band)
            case .foaIntensity, .micGCCPHAT, .micPhase: addDiagonal(power(frame, band), 8 * band)
            }
        }
    }

    /// Adds the covariance of frames that were added to another one.
    @_noLocks
    func add(rows: TensorRef<SIMD4<Float>>) { for at in 0..<sums.count { sums[at] += rows[at] } }

    /// Forgets the frames of the present block.
    @_noLocks
    public func reset() { for at in 0..<sums.count { sums[at] = .zero } }

    @_noLocks
    private func power(_ frame: TensorRef<Float>, _ band: Int) -> SIMD4<Float> {
        var power = SIMD4<Float>.zero
        for channel in 0..<FrameLayout.channels {
            let decibels = frame[band * channels + channel]
            if decibels > Self.floor { power[channel] = bearing_power(decibels) }
        }
        return power
    }

    @_noLocks
    private func addDiagonal(_ power: SIMD4<Float>, _ row: Int) {
        sums[row] += SIMD4(power[0], 0, 0, 0)
        sums[row + 1] += SIMD4(0, power[1], 0, 0)
        sums[row + 2] += SIMD4(0, 0, power[2], 0)
        sums[row + 3] += SIMD4(0, 0, 0, power[3])
    }

    /// In N3D, in which a diffuse field is white, and without the imaginary part, which a plane wave has none of.
    @_noLocks
    private func addAmbisonic(_ frame: TensorRef<Float>, _ band: Int) {
        let power = power(frame, band)
        // What the frame's covariance is relative to.
        let energy: Float = 0.5 * power.sum()
        let at = band * channels + 4
        let first = SIMD4<Float>(frame[at], frame[at + 1], frame[at + 2], 0) * (Self.dipole * energy)
        let rest = SIMD4<Float>(frame[at + 3], frame[at + 4], frame[at + 5], 0) * (3 * energy)
        let row = 8 * band
        sums[row] += SIMD4(power[0], first[0], first[1], first[2])
        sums[row + 1] += SIMD4(first[0], 3 * power[1], rest[0], rest[1])
        sums[row + 2] += SIMD4(first[1], rest[0], 3 * power[2], rest[2])
        sums[row + 3] += SIMD4(first[2], rest[1], rest[2], 3 * power[3])
    }

    @_noLocks
    private func addCapsules(_ frame: TensorRef<Float>, _ band: Int) {
        let power = power(frame, band)
        let level = SIMD4<Float>(
            bearing_square_root(power[0]), bearing_square_root(power[1]), bearing_square_root(power[2]),
            bearing_square_root(power[3]))
        let (at, row) = (band * channels + 4, 8 * band)
        addDiagonal(power, row)
        var pair = 0
        for m in 0..<3 {
            for n in m + 1..<4 {
                let scale = level[m] * level[n]
                let (real, imaginary) = (scale * frame[at + pair], scale * frame[at + 6 + pair])
                sums[row + m][n] += real
                sums[row + n][m] += real
                // The features are of conj(m) n, the covariance of m conj(n).
                sums[row + 4 + m][n] -= imaginary
                sums[row + 4 + n][m] += imaginary
                pair += 1
            }
        }
    }
}

extension HermitianMatrix {
    /// Of a band's eight rows, with the channels scaled.
    /// - Parameters:
    ///   - rows: real ones, then imaginary ones.
    ///   - row: the first of them.
    @_noLocks
    init(_ rows: TensorRef<SIMD4<Float>>, at row: Int, scale: SIMD4<Float>) {
        self.init(
            a: ChannelVector(real: rows[row] * scale * scale[0], imaginary: rows[row + 4] * scale * scale[0]),
            b: ChannelVector(real: rows[row + 1] * scale * scale[1], imaginary: rows[row + 5] * scale * scale[1]),
            c: ChannelVector(real: rows[row + 2] * scale * scale[2], imaginary: rows[row + 6] * scale * scale[2]),
            d: ChannelVector(real: rows[row + 3] * scale * scale[3], imaginary: rows[row + 7] * scale * scale[3]))
    }

    /// What makes the power of every channel of a band 1; 0 for one without power.
    @_noLocks
    static func whitening(_ rows: TensorRef<SIMD4<Float>>, at row: Int) -> SIMD4<Float> {
        var scale = SIMD4<Float>.zero
        for channel in 0..<FrameLayout.channels {
            let power = rows[row + channel][channel]
            if power > 0 { scale[channel] = 1 / bearing_square_root(power) }
        }
        return scale
    }
}
