import Kernels
import Networks
import Platform
import Tensor
import Tracking

/// Associates predictions with references: from distances [S, N, N] to associations of 0 to 1, and the backward pass.
///
/// Owned by one worker, with memory for its S matrices.
final class Associator<Scalar: KernelScalar> {
    /// Entry of a matrix without a reference; see `HungarianNet.distanceLimit`.
    static var padding: Double { HungarianMatrices.constantPadding }

    private enum Method {
        /// A frozen network, its unused gradients, and [S, N] zeros for the maxima, which no loss here uses.
        case network(
            HungarianNet<Scalar>, HungarianParameters<Scalar>, discarded: HungarianParameters<Scalar>,
            distances: MutableTensorRef<Scalar>, distanceGradient: MutableTensorRef<Scalar>,
            logitGradient: MutableTensorRef<Scalar>, zeros: MutableTensorRef<Scalar>)
        case exact
        case entropic(EntropicAssignment)
    }

    private let method: Method
    private let slots: Int
    private let arena: Arena<Scalar>

    /// - Parameter network: for `.hnet`; without one, the exact assignment.
    init(_ association: TrackingLossSettings.Association, slots: Int, matrices: Int, network: HungarianParameters<Scalar>?) {
        self.slots = slots
        guard association == .hnet, let network else {
            arena = Arena(capacity: 0)
            method = association == .sinkhorn ? .entropic(EntropicAssignment(size: slots)) : .exact
            return
        }
        precondition(network.maximumTracks == slots, "an Hnet of \(network.maximumTracks) tracks for \(slots) slots")
        let (square, line) = (Shape(matrices, slots, slots), Shape(matrices, slots))
        var layout = ArenaLayout<Scalar>()
        let (squares, zeros) = (layout.add(square, times: 3), layout.add(line))
        let arena = Arena(layout)
        method = .network(
            HungarianNet(maximumTracks: slots, width: network.width, matrices: matrices), network,
            discarded: HungarianParameters(zeros: slots, width: network.width), distances: arena[squares[0]],
            distanceGradient: arena[squares[1]], logitGradient: arena[squares[2]], zeros: arena[zeros])
        self.arena = arena
    }

    /// - Parameters:
    ///   - distances: [S, N, N], `padding` in the columns of absent references.
    ///   - active: [S, N].
    ///   - temperature: of the entropic assignment; the others ignore it.
    ///   - association: [S, N, N], overwritten. In the columns of absent references it has no meaning.
    func forward(
        distances: TensorRef<Double>, active: TensorRef<Float>, temperature: Double, association: MutableTensorRef<Double>
    ) {
        switch method {
        case .network(let net, let parameters, _, let input, _, _, _):
            for i in 0..<distances.count { input[i] = Scalar(distances[i]) }
            net.forward(input.readOnly, parameters)
            for i in 0..<distances.count { association[i] = logistic(Double(net.associationLogits[i])) }
        case .exact:
            association.fill(0)
            for matrix in 0..<active.count / slots {
                let present = (0..<slots).filter { active[matrix * slots + $0] > 0 }
                let costs = (0..<slots).flatMap { row in
                    present.map { distances[(matrix * slots + row) * slots + $0] }
                }
                let columns = Assignment.solve(costs, rows: slots, columns: present.count)
                for (row, column) in columns.enumerated() {
                    if let column { association[(matrix * slots + row) * slots + present[column]] = 1 }
                }
            }
        case .entropic(let assignment):
            // The equal paddings of an absent reference make its column slack.
            for matrix in 0..<active.count / slots {
                let one = matrix..<matrix + 1
                assignment.forward(
                    costs: distances.rows(one), temperature: temperature, plan: association.rows(one))
            }
        }
    }

    /// Adds `scale` times the gradient through the association to the distances' gradient. Once after each `forward`, at the
    /// same temperature.
    func backward(
        scale: Double, temperature: Double, association: TensorRef<Double>, associationGradient: TensorRef<Double>,
        distanceGradient: MutableTensorRef<Double>
    ) {
        guard scale > 0 else { return }
        switch method {
        case .network(let net, let parameters, let discarded, let input, let gradient, let logitGradient, let zeros):
            for i in 0..<association.count {
                logitGradient[i] = Scalar(scale * associationGradient[i] * association[i] * (1 - association[i]))
            }
            net.backward(
                input.readOnly, associationGradient: logitGradient.readOnly, rowGradient: zeros.readOnly,
                columnGradient: zeros.readOnly, parameters, gradients: discarded, distanceGradient: gradient)
            for i in 0..<distanceGradient.count { distanceGradient[i] += Double(gradient[i]) }
        case .exact: break
        case .entropic(let assignment):
            for matrix in 0..<association.shape[0] {
                let one = matrix..<matrix + 1
                assignment.backward(
                    scale: scale, temperature: temperature, plan: association.rows(one),
                    planGradient: associationGradient.rows(one), costGradient: distanceGradient.rows(one))
            }
        }
    }
}
