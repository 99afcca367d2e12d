public import Tensor

/// The mel-pooled active intensity of first-order Ambisonics along y, z and x, channels 4...6 of a feature frame.
///
/// Per bin Re(conj(W) (Y, Z, X)) over the energy E = (|W|^2 + |X|^2 + |Y|^2 + |Z|^2) / 2 + 1e-20, through mel rows that
/// sum to 1: with SN3D channels a plane wave has length 1 in every band, at any level. After Perotin et al., IEEE JSTSP 2019.
public struct IntensityVector: ~Copyable {
    private let arena: Arena<SIMD4<Float>>
    /// Lanes 1...3: y, z, x; lane 0 contains |W|^2 / E, unused.
    private let intensity: MutableTensorRef<SIMD4<Float>>
    private let pooled: MutableTensorRef<SIMD4<Float>>

    public init() {
        var layout = ArenaLayout<SIMD4<Float>>()
        let (bins, bands) = (layout.add(Shape(FrameTiming.bins)), layout.add(Shape(FrameTiming.melBands)))
        let arena = Arena(layout)
        (intensity, pooled) = (arena[bins], arena[bands])
        self.arena = arena
    }

    /// - Parameters:
    ///   - real, imaginary: [513], lanes W, Y, Z, X.
    ///   - frame: [64, 7]; channels 4...6 are written.
    @_noLocks
    public func apply(
        real: TensorRef<SIMD4<Float>>, imaginary: TensorRef<SIMD4<Float>>, bank: borrowing MelFilterBank,
        into frame: MutableTensorRef<Float>
    ) {
        for bin in 0..<FrameTiming.bins {
            let (re, im) = (real[bin], imaginary[bin])
            let power = re * re + im * im
            // Symmetric in Y, Z, X up to rounding; with W first, a swap of X and Y changes at most one rounding.
            let energy = 0.5 * (power[0] + (power[1] + power[3] + power[2])) + 1e-20
            intensity[bin] = (re * re[0] + im * im[0]) / energy
        }
        bank.project(intensity.readOnly, into: pooled)
        let channels = frame.shape[1]
        for band in 0..<FrameTiming.melBands {
            let mean = pooled[band] / bank.rowSums[band]
            for axis in 1...3 { frame[band * channels + 3 + axis] = mean[axis] }
        }
    }
}
