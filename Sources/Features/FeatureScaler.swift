internal import CRealtime
public import Tensor

/// Normalises features to mean 0 and deviation 1 for each band and channel, with statistics of the training split.
public struct FeatureScaler: Sendable, Hashable {
    public let kind: FeatureKind
    /// [64, C], band slowest; C input channels.
    public let mean: [Float]
    /// [64, C], all positive.
    public let deviation: [Float]

    /// - Parameters:
    ///   - mean: [64, C], finite.
    ///   - deviation: [64, C], finite and above 0.
    public init(kind: FeatureKind, mean: [Float], deviation: [Float]) {
        let count = FrameTiming.melBands * kind.inputChannels
        precondition(
            mean.count == count && deviation.count == count, "a scaler of \(kind.rawValue) has \(count) means and deviations")
        precondition(mean.allSatisfy(\.isFinite), "means are finite")
        precondition(deviation.allSatisfy { $0.isFinite && $0 > 0 }, "deviations are finite and above 0")
        self.kind = kind
        self.mean = mean
        self.deviation = deviation
    }

    /// Scales frames in place: (x - mean) / deviation.
    ///
    /// - Parameter frames: [64, C], or any number of them in sequence, such as [T, 64, C].
    public func apply(_ frames: MutableTensorRef<Float>) {
        let count = mean.count
        precondition(frames.count % count == 0, "whole feature frames")
        for start in stride(from: 0, to: frames.count, by: count) {
            unsafe bearing_standardize(frames.unsafeBase + start, mean, deviation, count)
        }
    }
}
