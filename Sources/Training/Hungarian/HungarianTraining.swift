public import Dataset
public import Kernels
public import Losses
public import Networks
import Platform
internal import Tensor

/// Settings for training a Hungarian network.
public struct HungarianSettings: Sendable {
    public var maximumTracks = 2
    public var width = 128
    /// Matrices of one epoch, new ones in each (the paper's training set has 405,000).
    public var matrices = 405_000
    public var epochs = 24
    public var batch = 256
    /// Learning rate of Adam; it falls along a cosine to a hundredth.
    public var learningRate: Float = 2e-3
    public var seed: UInt64 = 1

    public init() {}
}

/// Accuracy of the associations for one kind of matrix.
public struct HungarianScore: Sendable {
    public let kind: HungarianCase
    /// Over all entries, in percent: 2 TP / (2 TP + FP + FN).
    public let f: Double
    /// Matrices without a wrong entry, in percent.
    public let exact: Double
}

/// Trains a Hungarian network with the sum of three binary cross-entropies: of the association, of its row maxima and of its
/// column maxima (Adavanne et al., WASPAA 2021, section III.A). One thread; the same settings give the same network.
public final class HungarianTraining {
    public let settings: HungarianSettings
    public let parameters: HungarianParameters<Float>
    public private(set) var epoch = 0

    private let gradients: HungarianParameters<Float>
    private let net: HungarianNet<Float>
    private var adam: Adam
    /// [batch, N, N] and [batch, N].
    private let distances, targets, associationGradient, distanceGradient: MutableTensorRef<Float>
    private let rowGradient, columnGradient: MutableTensorRef<Float>
    private let arena: Arena<Float>

    public init(_ settings: HungarianSettings) {
        precondition(settings.batch >= 1 && settings.matrices >= settings.batch, "an epoch has at least one batch")
        self.settings = settings
        let n = settings.maximumTracks
        parameters = HungarianParameters(n, width: settings.width, seed: settings.seed)
        gradients = HungarianParameters(zeros: n, width: settings.width)
        net = HungarianNet(maximumTracks: n, width: settings.width, matrices: settings.batch)
        adam = Adam(count: parameters.all.count)
        let (square, line) = (Shape(settings.batch, n, n), Shape(settings.batch, n))
        var layout = ArenaLayout<Float>()
        let (squares, lines) = (layout.add(square, times: 4), layout.add(line, times: 2))
        let arena = Arena(layout)
        (distances, targets) = (arena[squares[0]], arena[squares[1]])
        (associationGradient, distanceGradient) = (arena[squares[2]], arena[squares[3]])
        (rowGradient, columnGradient) = (arena[lines[0]], arena[lines[1]])
        self.arena = arena
    }

    public var stepsPerEpoch: Int { settings.matrices / settings.batch }

    /// - Parameter progress: the fraction of the epoch that is done, and the loss of its latest step.
    /// - Returns: the mean loss of the epoch's steps.
    /// - Throws: `notFinite` if the training diverges.
    public func runEpoch(
        _ progress: (_ fraction: Double, _ loss: Double) -> Void
    ) throws(TrainingError) -> Double {
        var source = HungarianMatrices(maximumTracks: settings.maximumTracks, seed: settings.seed, epoch: epoch)
        var sum = 0.0
        for step in 0..<stepsPerEpoch {
            fill { source.next() }
            let loss = try self.step()
            sum += loss
            progress(Double(step + 1) / Double(stepsPerEpoch), loss)
        }
        epoch += 1
        return sum / Double(stepsPerEpoch)
    }

    /// Scores on matrices that no epoch has used.
    /// - Parameter matrices: of each kind, rounded up to whole batches.
    public func score(matrices: Int) -> [HungarianScore] {
        let kinds = settings.maximumTracks > 1 ? HungarianCase.allCases : [.random]
        return kinds.enumerated().map { index, kind in
            var source = HungarianMatrices(
                maximumTracks: settings.maximumTracks, seed: settings.seed ^ 0x5EED, epoch: Int(Int32.max) - index)
            let entries = settings.maximumTracks * settings.maximumTracks
            var (hits, wrong, exact, total) = (0, 0, 0, 0)
            while total < matrices {
                fill { source.next(kind) }
                net.forward(distances.readOnly, parameters)
                for s in 0..<settings.batch {
                    var isExact = true
                    for i in s * entries..<(s + 1) * entries {
                        let (found, expected) = (net.associationLogits[i] > 0, targets[i] > 0)
                        if found && expected { hits += 1 }
                        if found != expected { (wrong, isExact) = (wrong + 1, false) }
                    }
                    if isExact { exact += 1 }
                }
                total += settings.batch
            }
            return HungarianScore(
                kind: kind, f: 200 * Double(hits) / Double(max(1, 2 * hits + wrong)),
                exact: 100 * Double(exact) / Double(total))
        }
    }

    private func fill(_ draw: () -> HungarianMatrices.Matrix) {
        let entries = settings.maximumTracks * settings.maximumTracks
        for s in 0..<settings.batch {
            let matrix = draw()
            for i in 0..<entries {
                distances[s * entries + i] = matrix.distances[i]
                targets[s * entries + i] = matrix.association[i]
            }
        }
    }

    private func step() throws(TrainingError) -> Double {
        net.forward(distances.readOnly, parameters)
        let n = settings.maximumTracks
        var loss = entropy(net.associationLogits, associationGradient) { targets[$0] }
        loss += entropy(net.rowMaxima, rowGradient) { line in (0..<n).map { targets[line * n + $0] }.max() ?? 0 }
        loss += entropy(net.columnMaxima, columnGradient) { line in
            (0..<n).map { targets[line / n * n * n + $0 * n + line % n] }.max() ?? 0
        }
        gradients.all.fill(0)
        net.backward(
            distances.readOnly, associationGradient: associationGradient.readOnly, rowGradient: rowGradient.readOnly,
            columnGradient: columnGradient.readOnly, parameters, gradients: gradients,
            distanceGradient: distanceGradient)
        let done = Double(adam.step) / Double(stepsPerEpoch * settings.epochs)
        let rate = settings.learningRate * (0.01 + 0.99 * 0.5 * (1 + cosine(Float.pi * Float(min(1, done)))))
        try adam.update(parameters: parameters.all, gradient: gradients.all.readOnly, rate: rate, clip: 1)
        return loss
    }

    /// Mean binary cross-entropy of logits, and its gradient.
    private func entropy(
        _ logits: MutableTensorRef<Float>, _ gradient: MutableTensorRef<Float>, target: (Int) -> Float
    ) -> Double {
        let scale = 1 / Float(logits.count)
        var sum = 0.0
        for i in 0..<logits.count {
            let (x, y) = (logits[i], target(i))
            let decay = Float.exponential(-abs(x))
            sum += Double(max(x, 0) - x * y) + naturalLogarithm(1 + Double(decay))
            gradient[i] = scale * ((x >= 0 ? 1 : decay) / (1 + decay) - y)
        }
        return sum * Double(scale)
    }
}
