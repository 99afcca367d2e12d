internal import CRealtime
internal import Glibc
import Signal
public import Tensor

/// The 64 triangular mel filters over the 513 bins, 0...12 kHz.
///
/// Slaney's scale (linear below 1 kHz, logarithmic above) and area normalisation, as in M. Slaney, Auditory Toolbox, 1998;
/// equals `librosa.filters.mel(sr: 24000, n_fft: 1024, n_mels: 64)`. Only the non-zero range of each filter is stored: the
/// whole bank has about 1,000 weights.
public struct MelFilterBank: ~Copyable {
    /// Centre of each band in Hz, [64].
    public let centres: TensorRef<Float>
    /// The sum of each filter's weights, [64]; dividing by it makes rows that sum to 1.
    public let rowSums: TensorRef<Float>
    /// What each filter's output is multiplied by to undo the area normalisation, [64]. The triangles then sum to 1 at every frequency
    /// between the first centre and the last.
    public let heights: TensorRef<Float>

    private let floats: Arena<Float>
    private let integers: Arena<Int>
    /// First bin of each filter, [64].
    private let firstBins: TensorRef<Int>
    /// Offsets of the filters' weights, [65]; the last entry is their count.
    private let firstWeights: TensorRef<Int>
    private let weights: TensorRef<Float>

    public init() {
        let bands = FrameTiming.melBands
        let nyquist = Double(FrameLayout.sampleRate) / 2
        let highest = Self.mel(ofHertz: nyquist)
        let edges = (0..<bands + 2).map { Self.hertz(ofMel: highest * Double($0) / Double(bands + 1)) }
        var sums: [Float] = []
        var bins: [Int] = []
        var offsets = [0]
        var nonzero: [Float] = []
        for band in 0..<bands {
            let (low, centre, high) = (edges[band], edges[band + 1], edges[band + 2])
            let row = (0..<FrameTiming.bins).map { bin -> Float in
                let f = Double(bin) * nyquist / Double(FrameTiming.bins - 1)
                let triangle = max(0, min((f - low) / (centre - low), (high - f) / (high - centre)))
                return Float(triangle * 2 / (high - low))
            }
            guard let first = row.firstIndex(where: { $0 > 0 }), let last = row.lastIndex(where: { $0 > 0 }) else {
                preconditionFailure("every band holds a bin")
            }
            bins.append(first)
            nonzero += row[first...last]
            offsets.append(nonzero.count)
            sums.append(Float(row.reduce(0) { $0 + Double($1) }))
        }
        var layout = ArenaLayout<Float>()
        let (ofBands, ofBins) = (layout.add(Shape(bands), times: 3), layout.add(Shape(nonzero.count)))
        let floats = Arena(layout)
        centres = floats.keep(edges[1...bands].map { Float($0) }, ofBands[0])
        rowSums = floats.keep(sums, ofBands[1])
        heights = floats.keep((0..<bands).map { Float((edges[$0 + 2] - edges[$0]) / 2) }, ofBands[2])
        weights = floats.keep(nonzero, ofBins)
        self.floats = floats
        var indices = ArenaLayout<Int>()
        let (first, offset) = (indices.add(Shape(bands)), indices.add(Shape(bands + 1)))
        let integers = Arena(indices)
        firstBins = integers.keep(bins, first)
        firstWeights = integers.keep(offsets, offset)
        self.integers = integers
    }

    /// The bank as a dense matrix [64, 513], for tests.
    public var matrix: [Float] {
        var dense = [Float](repeating: 0, count: FrameTiming.melBands * FrameTiming.bins)
        for band in 0..<FrameTiming.melBands {
            for (i, w) in (firstWeights[band]..<firstWeights[band + 1]).enumerated() {
                dense[band * FrameTiming.bins + firstBins[band] + i] = weights[w]
            }
        }
        return dense
    }

    /// Sums four quantities of the bins, [513], into the bands, [64].
    ///
    /// Two sums per band, of its even and odd bins, so that one addition does not wait for the other.
    @_noLocks
    public func project(_ bins: TensorRef<SIMD4<Float>>, into bands: MutableTensorRef<SIMD4<Float>>) {
        for band in 0..<FrameTiming.melBands { bands[band] = sum(bins, from: 0, band) }
    }

    /// The same with eight quantities.
    /// - Parameters: `start` and `place`, of the first bin and the first band in their tensors.
    @_noLocks
    func project(
        _ bins: TensorRef<SIMD8<Float>>, from start: Int, into bands: MutableTensorRef<SIMD8<Float>>, at place: Int
    ) {
        for band in 0..<FrameTiming.melBands { bands[place + band] = sum(bins, from: start, band) }
    }

    /// Without a check of its own, which a generic function cannot pass: its callers are checked with it inside.
    @inline(__always)
    private func sum<Quantities: SIMD<Float>>(_ bins: TensorRef<Quantities>, from start: Int, _ band: Int) -> Quantities {
        let first = firstWeights[band]
        let count = firstWeights[band + 1] - first
        let bin = start + firstBins[band]
        var even = Quantities.zero
        var odd = Quantities.zero
        for i in 0..<count / 2 {
            even += bins[bin + 2 * i] * weights[first + 2 * i]
            odd += bins[bin + 2 * i + 1] * weights[first + 2 * i + 1]
        }
        if count % 2 == 1 { even += bins[bin + count - 1] * weights[first + count - 1] }
        return even + odd
    }

    /// Sums the products of four channels into the bands.
    /// - Parameters:
    ///   - products: [513, 16], as `bearing_channel_products` gives them.
    ///   - bands: [64, 16].
    @_noLocks
    func project(products: TensorRef<Float>, into bands: MutableTensorRef<Float>) {
        unsafe bearing_band_products(
            bands.unsafeBase, products.unsafeBase, firstBins.unsafeBase, firstWeights.unsafeBase, weights.unsafeBase,
            FrameTiming.melBands)
    }

    /// Hertz to mel: 3 mel per 200 Hz up to 1 kHz, then 27 mel per factor of 6.4.
    private static func mel(ofHertz f: Double) -> Double {
        f < 1000 ? f * 3 / 200 : 15 + 27 * log(f / 1000) / log(6.4)
    }

    private static func hertz(ofMel m: Double) -> Double {
        m < 15 ? m * 200 / 3 : 1000 * exp((m - 15) / 27 * log(6.4))
    }
}

extension Arena {
    /// Copies an array into the arena.
    fileprivate func keep(_ values: [Element], _ place: ArenaLayout<Element>.Place) -> TensorRef<Element> {
        let tensor = self[place]
        tensor.copy(from: values)
        return tensor.readOnly
    }
}
