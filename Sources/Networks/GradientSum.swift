internal import Kernels
internal import Platform
internal import Tensor

/// The sum of all ranks' gradients, in the order of the ranks, so that it is the same on all of them and in every run.
///
/// Each rank sums one part of the parameters: it receives that part from all others, and sends them the sum. So a rank sends and receives
/// twice the gradient, however many ranks there are.
final class GradientSum<Scalar: KernelScalar> {
    private let group: any RankGroup
    private let parts: [Range<Int>]
    private let values: MutableTensorRef<Scalar>
    /// [ranks, this rank's part].
    private let received: MutableTensorRef<Scalar>
    private let arena: Arena<Scalar>

    /// - Parameter values: a range of the gradients, which are summed in place.
    init(_ values: MutableTensorRef<Scalar>, in group: any RankGroup) {
        self.values = values
        self.group = group
        parts = group.shares(of: values.count)
        let shape = Shape(group.count, max(1, parts[group.rank].count))
        var arena = Arena<Scalar>(holding: shape)
        received = arena.take(shape)
        self.arena = arena
    }

    /// Begins to send; `values` must not change until `end`.
    func begin() {
        let size = MemoryLayout<Scalar>.stride
        unsafe group.beginExchange(
            UnsafeRawBufferPointer(bytes), parts: parts.map { $0.lowerBound * size..<$0.upperBound * size },
            into: UnsafeMutableRawBufferPointer(start: received.unsafeBase, count: group.count * parts[group.rank].count * size))
    }

    func end() {
        group.endExchange()
        let part = parts[group.rank]
        if !part.isEmpty {
            let sum = values.rows(part)
            let terms = received.reshaped(Shape(group.count * received.shape[1]))
            for rank in 0..<group.count {
                let term = terms.rows(rank * part.count..<(rank + 1) * part.count).readOnly
                if rank == 0 { sum.copy(from: term) } else { Sum.add(term, to: sum) }
            }
        }
        let size = MemoryLayout<Scalar>.stride
        unsafe group.gather(bytes, parts: parts.map { $0.lowerBound * size..<$0.upperBound * size })
    }

    private var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: values.unsafeBase, count: values.count * MemoryLayout<Scalar>.stride)
    }
}
