import Dataset
import Features
import Signal
import Tensor

/// The features of a sequence. Those of the blocks after the given frames become 0.
extension TrainingBatch {
    /// Frames that are read at once, so few that they stay in the cache of a core.
    private static let piece = 5 * FrameLayout.framesPerBlock

    /// Frames of a file.
    func write(_ item: Int, _ frames: Range<Int>, of features: FeatureCache, transform: FeatureTransform, scaler: FeatureScaler) {
        let target = place(of: item, frames: frames.count)
        if scaler.kind.isArrayIndependent {
            // Mapped already.
            features.read(frames, into: target)
            unsafe transform.applyHarmonics(target.unsafeBase, count: frames.count, scaler: scaler)
            return
        }
        let shape = Shape(Self.piece, features.shape[1], features.shape[2])
        var arena = Arena<Float>(holding: shape)
        let piece = arena.take(shape)
        for first in stride(from: 0, to: frames.count, by: Self.piece) {
            let count = min(Self.piece, frames.count - first)
            let values = piece.rows(0..<count)
            features.read(frames.lowerBound + first..<frames.lowerBound + first + count, into: values)
            transform.apply(values.readOnly, to: target.rows(first..<first + count), scaler: scaler)
        }
    }

    /// - Parameters: `frames` [n, 64, C], as extracted; `map` of array-independent features.
    func write(_ item: Int, _ frames: TensorRef<Float>, map: HarmonicMap?, transform: FeatureTransform, scaler: FeatureScaler) {
        let target = place(of: item, frames: frames.shape[0])
        guard let map else { return transform.apply(frames, to: target, scaler: scaler) }
        for row in 0..<frames.shape[0] { map.apply(frames.rows(row..<row + 1), into: target.rows(row..<row + 1)) }
        unsafe transform.applyHarmonics(target.unsafeBase, count: frames.shape[0], scaler: scaler)
    }

    private func place(of item: Int, frames: Int) -> MutableTensorRef<Float> {
        let count = blocks * FrameLayout.framesPerBlock
        let whole = input.rows(item * count..<(item + 1) * count)
        whole.rows(frames..<count).fill(0)
        return whole.rows(0..<frames)
    }
}
