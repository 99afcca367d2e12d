internal import CRealtime
public import Tensor

/// Matrices for products with one vector, y = W x + b, one after another in memory. A live step reads each weight once, often from
/// main memory, so that its time is that of reading them.
///
/// If all weights are numbers of 16 bits, as in models with such files, they are kept so, and registers widen them: nothing is rounded,
/// and half as much is read.
public struct StreamedWeights: ~Copyable {
    /// [rows, columns], valid while its owner exists.
    public struct Matrix {
        let rows, columns: Int
        /// One of both.
        private let halves: TensorRef<UInt16>?
        private let floats: TensorRef<Float>?

        init(_ shape: Shape, halves: TensorRef<UInt16>?, floats: TensorRef<Float>?) {
            (rows, columns) = (shape[0], shape[1])
            (self.halves, self.floats) = (halves, floats)
        }

        /// - Parameters:
        ///   - x: [columns].
        ///   - bias: [rows].
        ///   - y: [rows]; overwritten.
        public func multiply(_ x: TensorRef<Float>, bias: TensorRef<Float>, into y: MutableTensorRef<Float>) {
            precondition(
                x.count == columns && bias.count == rows && y.count == rows,
                "\(rows)x\(columns) weights by \(x.shape) do not give \(y.shape)")
            if let halves {
                unsafe bearing_half_product(y.unsafeBase, rows, columns, halves.unsafeBase, x.unsafeBase, bias.unsafeBase)
            } else if let floats {
                y.copy(from: bias)
                unsafe Float.multiply(rows, columns, floats.unsafeBase, columns, x.unsafeBase, beta: 1, y.unsafeBase)
            }
        }
    }

    /// In the order of the weights that they are copies of.
    public let matrices: [Matrix]
    private let halves: Arena<UInt16>
    private let floats: Arena<Float>

    /// Whether the weights are kept in 16 bits.
    public let areHalves: Bool

    /// Whether the processor widens numbers of 16 bits in registers.
    public static var widensHalves: Bool { bearing_half_is_fast() != 0 }

    /// - Parameters:
    ///   - weights: [rows, columns] each, which are copied.
    ///   - allowsHalves: whether 16 bits may be used; by default `widensHalves`.
    public init(_ weights: [TensorRef<Float>], allowsHalves: Bool = widensHalves) {
        if allowsHalves {
            var layout = ArenaLayout<UInt16>()
            let places = weights.map { layout.add($0.shape) }
            let halves = Arena(layout)
            let fits = zip(weights, places).allSatisfy { weight, place in
                unsafe bearing_half_from_floats(halves[place].unsafeBase, weight.unsafeBase, weight.count) != 0
            }
            if fits {
                matrices = zip(weights, places).map { Matrix($0.shape, halves: halves[$1].readOnly, floats: nil) }
                self.halves = halves
                floats = Arena(capacity: 0)
                areHalves = true
                return
            }
        }
        var layout = ArenaLayout<Float>()
        let places = weights.map { layout.add($0.shape) }
        let floats = Arena(layout)
        for (weight, place) in zip(weights, places) { floats[place].copy(from: weight) }
        matrices = places.map { Matrix($0.shape, halves: nil, floats: floats[$0].readOnly) }
        self.floats = floats
        halves = Arena(capacity: 0)
        areHalves = false
    }
}
