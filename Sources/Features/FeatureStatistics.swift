public import Tensor

/// Computes mean and deviation of feature frames for a `FeatureScaler`.
public struct FeatureStatistics: Sendable {
    /// Minimum deviation: a feature that was constant in training must not become huge for other audio.
    public static let smallestDeviation = 1e-3

    public let kind: FeatureKind
    public private(set) var frames = 0
    /// Sums and sums of squares, [64, C].
    private var sums: [Double]
    private var squares: [Double]

    public init(kind: FeatureKind) {
        self.kind = kind
        sums = Array(repeating: 0, count: FrameTiming.melBands * kind.inputChannels)
        squares = sums
    }

    /// - Parameter frame: [64, C] of input channels.
    public mutating func add(_ frame: TensorRef<Float>) {
        precondition(frame.count == sums.count, "a feature frame of \(kind.rawValue)")
        frames += 1
        for i in 0..<frame.count {
            let x = Double(frame[i])
            sums[i] += x
            squares[i] += x * x
        }
    }

    /// Adds the statistics of another object.
    public mutating func merge(_ other: FeatureStatistics) {
        precondition(other.kind == kind, "statistics of one kind of features")
        frames += other.frames
        for i in sums.indices {
            sums[i] += other.sums[i]
            squares[i] += other.squares[i]
        }
    }

    /// The scaler of all frames so far, at least one.
    ///
    /// For FOA the scaler is symmetric, so that audio rotated about the vertical axis has rotated features: log-mel X and Y
    /// share mean and deviation, the means of intensity and covariance are 0, and features of x and y share their deviation
    /// about 0. For coherence it is invariant under permutations of capsules: all levels, all real and all imaginary parts
    /// share their statistics, the imaginary ones about 0. For harmonics it is invariant under rotations: those of an order
    /// share their deviation about 0.
    public func scaler() -> FeatureScaler {
        precondition(frames > 0, "statistics of at least one frame")
        var means = sums.map { $0 / Double(frames) }
        var powers = squares.map { $0 / Double(frames) }
        for first in stride(from: 0, to: means.count, by: kind.inputChannels) {
            switch kind {
            case .foaIntensity, .foaCovariance:
                // Log-mel W, Y, Z, X, then intensity y, z, x; or WY, WZ, WX, YZ, YX, ZX, the real parts and the imaginary ones.
                for y in kind == .foaIntensity ? [1, 4] : [1, 4, 7, 10, 13] {
                    means.share([first + y, first + y + 2])
                    powers.share([first + y, first + y + 2])
                }
                for channel in 4..<kind.inputChannels { means[first + channel] = 0 }
            case .micCoherence:
                for channels in [0...3, 4...9, 10...15] {
                    means.share(channels.map { first + $0 })
                    powers.share(channels.map { first + $0 })
                }
                for channel in 10...15 { means[first + channel] = 0 }
            case .micHarmonics:
                // A rotation mixes the harmonics of an order.
                for channels in [1...3, 4...8] {
                    powers.share(channels.map { first + $0 })
                    for channel in channels { means[first + channel] = 0 }
                }
            case .micGCCPHAT, .micPhase: break
            }
        }
        let deviations = zip(means, powers).map { mean, power in
            Float(max(Self.smallestDeviation, max(0, power - mean * mean).squareRoot()))
        }
        return FeatureScaler(kind: kind, mean: means.map { Float($0) }, deviation: deviations)
    }
}

extension [Double] {
    /// Replaces elements by their average.
    fileprivate mutating func share(_ indices: [Int]) {
        let average = indices.reduce(0) { $0 + self[$1] } / Double(indices.count)
        for index in indices { self[index] = average }
    }
}
