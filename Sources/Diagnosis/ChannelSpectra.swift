import Features
import Signal
import Tensor

/// The spectra of a few seconds of four channels, and their covariances with a weight for each frame.
struct ChannelSpectra {
    private(set) var frames = 0
    /// [frames, kept], a lane for each channel.
    private var real: [SIMD4<Float>] = []
    private var imaginary: [SIMD4<Float>] = []

    static let bins = FrameTiming.bins
    /// The stored bins.
    private let kept: Range<Int>

    /// The bins of a range of Hz.
    static func bins(_ range: ClosedRange<Float>) -> Range<Int> {
        let step = Float(FrameLayout.sampleRate) / Float(FrameTiming.transform)
        return Int((range.lowerBound / step).rounded(.up))..<Int(range.upperBound / step) + 1
    }

    /// Hz of a bin.
    static func frequency(_ bin: Int) -> Double {
        Double(bin) * Double(FrameLayout.sampleRate) / Double(FrameTiming.transform)
    }

    /// - Parameter samples: [n, 4] at 24 kHz.
    init(_ samples: [Float]) {
        kept = 0..<Self.bins
        var stft = STFT()
        var start = 0
        while stft.advance(samples.span, from: &start) { append(stft.real, stft.imaginary) }
    }

    /// Without spectra.
    /// - Parameter range: stored frequencies in Hz.
    init(range: ClosedRange<Float>) { kept = Self.bins(range) }

    /// - Parameters: [513], of one more frame.
    mutating func append(_ real: TensorRef<SIMD4<Float>>, _ imaginary: TensorRef<SIMD4<Float>>) {
        for bin in kept {
            self.real.append(real[bin])
            self.imaginary.append(imaginary[bin])
        }
        frames += 1
    }

    private func index(_ frame: Int, _ bin: Int) -> Int { frame * kept.count + bin - kept.lowerBound }

    /// The power of each frame in a range of Hz, all channels together.
    func powers(_ range: ClosedRange<Float>) -> [Float] {
        let bins = Self.bins(range)
        return (0..<frames).map { frame in
            bins.reduce(Float(0)) { sum, bin in
                let index = index(frame, bin)
                return sum + (real[index] * real[index] + imaginary[index] * imaginary[index]).sum()
            }
        }
    }

    /// The mean of the outer products of channels, for some bins.
    ///
    /// - Parameter weights: of each frame, 0 or more.
    func covariance(_ weights: [Float], bins: Range<Int>) -> ChannelCovariance {
        var result = ChannelCovariance(bins: bins)
        let total = max(weights.reduce(0, +), 1e-9)
        for frame in 0..<frames where weights[frame] > 0 {
            let weight = weights[frame] / total
            for bin in bins { result.add(real[index(frame, bin)], imaginary[index(frame, bin)], weight, bin) }
        }
        return result
    }
}

/// Hermitian 4 x 4 matrices, one for each of some bins.
struct ChannelCovariance {
    let bins: Range<Int>
    /// [bins, 4, 4]
    private var real: [Double]
    private var imaginary: [Double]

    init(bins: Range<Int>) {
        self.bins = bins
        real = Array(repeating: 0, count: bins.count * 16)
        imaginary = real
    }

    /// The weighted outer product of a spectrum's channels with themselves: x conj(x).
    mutating func add(_ re: SIMD4<Float>, _ im: SIMD4<Float>, _ weight: Float, _ bin: Int) {
        for i in 0..<4 {
            let row = (bin - bins.lowerBound) * 16 + 4 * i
            for j in 0..<4 {
                real[row + j] += Double(weight * (re[i] * re[j] + im[i] * im[j]))
                imaginary[row + j] += Double(weight * (im[i] * re[j] - re[i] * im[j]))
            }
        }
    }

    subscript(_ bin: Int, _ i: Int, _ j: Int) -> (real: Double, imaginary: Double) {
        let index = (bin - bins.lowerBound) * 16 + 4 * i + j
        return (real[index], imaginary[index])
    }

    /// The power of all channels in a bin.
    func power(_ bin: Int) -> Double { (0..<4).reduce(0) { $0 + self[bin, $1, $1].real } }

    /// The mean over bins of the real parts, each bin with the same power.
    var whitened: [[Double]] { whitened(Array(bins)) }

    /// The same over some of the bins.
    func whitened(_ some: [Int]) -> [[Double]] {
        var sum = [[Double]](repeating: [0, 0, 0, 0], count: 4)
        for bin in some {
            let scale = 1 / max(power(bin), 1e-30)
            for i in 0..<4 { for j in 0..<4 { sum[i][j] += scale * self[bin, i, j].real / Double(some.count) } }
        }
        return sum
    }

    /// The share of each channel in the power, mean over bins.
    var shares: [Double] { (0..<4).map { channel in whitened[channel][channel] } }

    /// The share of each channel in the part that the other three do not predict: the rest of a diffuse field below a few
    /// dominant sources.
    var residualShares: [Double] {
        var sum = [0.0, 0, 0, 0]
        for bin in bins {
            let residuals = residuals(bin)
            let total = max(residuals.reduce(0, +), 1e-30)
            for i in 0..<4 { sum[i] += residuals[i] / total / Double(bins.count) }
        }
        return sum
    }

    /// One over the diagonal of the inverse; the inverse of the real symmetric matrix [[R, -I], [I, R]] contains it twice.
    private func residuals(_ bin: Int) -> [Double] {
        let loading = 1e-9 * power(bin) + 1e-30
        var a = [[Double]](repeating: Array(repeating: 0, count: 16), count: 8)
        for i in 0..<4 {
            for j in 0..<4 {
                let value = self[bin, i, j]
                a[i][j] = value.real
                a[i + 4][j + 4] = value.real
                a[i][j + 4] = -value.imaginary
                a[i + 4][j] = value.imaginary
            }
        }
        for i in 0..<8 {
            a[i][i] += loading
            a[i][i + 8] = 1
        }
        for column in 0..<8 {
            let pivot = a[column][column]
            for k in 0..<16 { a[column][k] /= pivot }
            for row in 0..<8 where row != column {
                let factor = a[row][column]
                for k in 0..<16 { a[row][k] -= factor * a[column][k] }
            }
        }
        return (0..<4).map { 1 / max(a[$0][$0 + 8], 1e-30) }
    }

    /// Share of the power that matches a response, mean over bins: 1 for a single plane wave with that response.
    ///
    /// - Parameters:
    ///   - response: of the channels in each bin.
    ///   - order: channel i of the response is this covariance's channel `order[i]`.
    func match(_ response: PlaneWaveResponse, order: [Int] = [0, 1, 2, 3]) -> Double {
        var sum = 0.0
        for bin in bins {
            let (re, im) = (response.real[bin - bins.lowerBound], response.imaginary[bin - bins.lowerBound])
            var along = 0.0
            for i in 0..<4 {
                for j in 0..<4 {
                    let value = self[bin, order[i], order[j]]
                    // conj(a_i) C_ij a_j
                    let (p, q) = (re[i] * re[j] + im[i] * im[j], re[i] * im[j] - im[i] * re[j])
                    along += value.real * p - value.imaginary * q
                }
            }
            sum += along / max(power(bin) * response.power[bin - bins.lowerBound], 1e-30)
        }
        return sum / Double(bins.count)
    }
}

/// Responses of an array to a plane wave, for each of some bins.
struct PlaneWaveResponse {
    var real: [SIMD4<Double>] = []
    var imaginary: [SIMD4<Double>] = []
    /// The sum of squares over channels.
    var power: [Double] = []

    /// Similarity of a plane wave with this response to another, mean over bins: 1 for equal ones.
    func match(_ other: PlaneWaveResponse) -> Double {
        let sum = power.indices.reduce(0.0) { sum, bin in
            let (a, b, c, d) = (real[bin], imaginary[bin], other.real[bin], other.imaginary[bin])
            let along = (a * c + b * d).sum()
            let across = (a * d - b * c).sum()
            return sum + (along * along + across * across) / max(power[bin] * other.power[bin], 1e-30)
        }
        return sum / Double(power.count)
    }
}
