import Features
import Signal
import Tensor

/// The spectra of a few seconds of up to eight channels, and their covariances with a weight for each frame.
struct ChannelSpectra {
    private(set) var frames = 0
    private let channels: Int
    /// [frames, kept], a lane for each channel.
    private var real: [SIMD8<Float>] = []
    private var imaginary: [SIMD8<Float>] = []

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

    /// - Parameters: `samples` [n, C] at 24 kHz; `channels` C.
    init(_ samples: [Float], channels: Int) {
        self.channels = channels
        kept = 0..<Self.bins
        var transform = ChannelTransform(channels: channels)
        var start = 0
        while transform.advance(samples.span, from: &start) { append(transform) }
    }

    /// Without spectra.
    /// - Parameter range: stored frequencies in Hz.
    init(range: ClosedRange<Float>, channels: Int) {
        self.channels = channels
        kept = Self.bins(range)
    }

    /// Adds the latest frame of a transform.
    mutating func append(_ transform: borrowing ChannelTransform) {
        for bin in kept {
            let value = transform.bin(bin)
            real.append(value.real)
            imaginary.append(value.imaginary)
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
        var result = ChannelCovariance(bins: bins, channels: channels)
        let total = max(weights.reduce(0, +), 1e-9)
        for frame in 0..<frames where weights[frame] > 0 {
            let weight = weights[frame] / total
            for bin in bins { result.add(real[index(frame, bin)], imaginary[index(frame, bin)], weight, bin) }
        }
        return result
    }
}

/// Hermitian C x C matrices, one for each of some bins.
struct ChannelCovariance {
    let bins: Range<Int>
    /// C
    let channels: Int
    /// [bins, C, C]
    private var real: [Double]
    private var imaginary: [Double]

    init(bins: Range<Int>, channels: Int) {
        self.bins = bins
        self.channels = channels
        real = Array(repeating: 0, count: bins.count * channels * channels)
        imaginary = real
    }

    /// The weighted outer product of a spectrum's channels with themselves: x conj(x).
    mutating func add(_ re: SIMD8<Float>, _ im: SIMD8<Float>, _ weight: Float, _ bin: Int) {
        for i in 0..<channels {
            let row = ((bin - bins.lowerBound) * channels + i) * channels
            for j in 0..<channels {
                real[row + j] += Double(weight * (re[i] * re[j] + im[i] * im[j]))
                imaginary[row + j] += Double(weight * (im[i] * re[j] - re[i] * im[j]))
            }
        }
    }

    subscript(_ bin: Int, _ i: Int, _ j: Int) -> (real: Double, imaginary: Double) {
        let index = ((bin - bins.lowerBound) * channels + i) * channels + j
        return (real[index], imaginary[index])
    }

    /// The power of all channels in a bin.
    func power(_ bin: Int) -> Double { (0..<channels).reduce(0) { $0 + self[bin, $1, $1].real } }

    /// The mean over bins of the real parts, each bin with the same power.
    var whitened: [[Double]] { whitened(Array(bins)) }

    /// The same over some of the bins.
    func whitened(_ some: [Int]) -> [[Double]] {
        var sum = [[Double]](repeating: Array(repeating: 0, count: channels), count: channels)
        for bin in some {
            let scale = 1 / max(power(bin), 1e-30)
            for i in 0..<channels { for j in 0..<channels { sum[i][j] += scale * self[bin, i, j].real / Double(some.count) } }
        }
        return sum
    }

    /// The share of each channel in the power, mean over bins.
    var shares: [Double] { (0..<channels).map { channel in whitened[channel][channel] } }

    /// The share of each channel in the part that the others do not predict: the rest of a diffuse field below a few
    /// dominant sources.
    var residualShares: [Double] {
        var sum = [Double](repeating: 0, count: channels)
        for bin in bins {
            let residuals = residuals(bin)
            let total = max(residuals.reduce(0, +), 1e-30)
            for i in 0..<channels { sum[i] += residuals[i] / total / Double(bins.count) }
        }
        return sum
    }

    /// One over the diagonal of the inverse; the inverse of the real symmetric matrix [[R, -I], [I, R]] contains it twice.
    private func residuals(_ bin: Int) -> [Double] {
        let loading = 1e-9 * power(bin) + 1e-30
        let (count, size) = (channels, 2 * channels)
        var a = [[Double]](repeating: Array(repeating: 0, count: 2 * size), count: size)
        for i in 0..<count {
            for j in 0..<count {
                let value = self[bin, i, j]
                a[i][j] = value.real
                a[i + count][j + count] = value.real
                a[i][j + count] = -value.imaginary
                a[i + count][j] = value.imaginary
            }
        }
        for i in 0..<size {
            a[i][i] += loading
            a[i][i + size] = 1
        }
        for column in 0..<size {
            let pivot = a[column][column]
            for k in 0..<2 * size { a[column][k] /= pivot }
            for row in 0..<size where row != column {
                let factor = a[row][column]
                for k in 0..<2 * size { a[row][k] -= factor * a[column][k] }
            }
        }
        return (0..<count).map { 1 / max(a[$0][$0 + size], 1e-30) }
    }

    /// Share of the power that matches a response, mean over bins: 1 for a single plane wave with that response.
    ///
    /// - Parameters:
    ///   - response: of the channels in each bin.
    ///   - order: channel i of the response is this covariance's channel `order[i]`; nil: channel i.
    func match(_ response: PlaneWaveResponse, order: [Int]? = nil) -> Double {
        let order = order ?? Array(0..<channels)
        var sum = 0.0
        for bin in bins {
            let (re, im) = (response.real[bin - bins.lowerBound], response.imaginary[bin - bins.lowerBound])
            var along = 0.0
            for i in 0..<channels {
                for j in 0..<channels {
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
    var real: [SIMD8<Double>] = []
    var imaginary: [SIMD8<Double>] = []
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
