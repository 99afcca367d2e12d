public import Kernels
import Platform
public import Tensor

/// All parameters of a DOAnet, or a set of the same shape (gradients, an optimiser's moments): one block of memory for trained
/// parameters, one for running statistics, and names for their parts.
///
/// Written by one thread at a time; any number may read. Its tensors are valid while it exists.
public final class DOAnetParameters<Scalar: KernelScalar>: @unchecked Sendable {
    public typealias Entry = (name: String, values: MutableTensorRef<Scalar>)

    public let architecture: DOAnetArchitecture
    /// Trained parameters, in the order of `DOAnetArchitecture.trainables`.
    public let entries: [Entry]
    /// Running mean and variance of each batch normalisation.
    public let buffers: [Entry]

    struct Normalization {
        let gain, bias, mean, variance: MutableTensorRef<Scalar>
    }
    struct Layer {
        let weight, bias: MutableTensorRef<Scalar>
    }
    let convolutions: [MutableTensorRef<Scalar>]
    let normalizations: [Normalization]
    /// By layer, then direction.
    let recurrent: [[GRU.Weights<Scalar>]]
    let direction, activity: [Layer]

    private let arena: Arena<Scalar>
    private let bufferArena: Arena<Scalar>

    /// All zeros, including running variances: for gradients and moments, and for reading a file.
    public init(zeros architecture: DOAnetArchitecture) {
        precondition(architecture.isValid, "invalid architecture \(architecture)")
        self.architecture = architecture
        let trainables = NamedLayout<Scalar>(architecture.trainables)
        let arena = Arena(trainables.layout)
        entries = trainables.entries(in: arena)
        self.arena = arena
        let statistics = NamedLayout<Scalar>(architecture.statistics)
        let bufferArena = Arena(statistics.layout)
        buffers = statistics.entries(in: bufferArena)
        self.bufferArena = bufferArena

        let named = Dictionary(uniqueKeysWithValues: (entries + buffers).map { ($0.name, $0.values) })
        func part(_ name: String) -> MutableTensorRef<Scalar> {
            guard let values = named[name] else { preconditionFailure("the architecture has no \(name)") }
            return values
        }
        convolutions = (0..<DOAnetArchitecture.convolutions).map { part("convolution.\($0).weight") }
        normalizations = (0..<DOAnetArchitecture.convolutions).map { i in
            Normalization(
                gain: part("normalization.\(i).weight"), bias: part("normalization.\(i).bias"),
                mean: part("normalization.\(i).mean"), variance: part("normalization.\(i).variance"))
        }
        recurrent = (0..<DOAnetArchitecture.recurrentLayers).map { layer in
            architecture.directionNames.map { direction in
                let prefix = "recurrent.\(layer).\(direction)"
                return GRU.Weights(
                    input: part("\(prefix).input.weight"), inputBias: part("\(prefix).input.bias"),
                    hidden: part("\(prefix).hidden.weight"), hiddenBias: part("\(prefix).hidden.bias"))
            }
        }
        direction = (0..<3).map { Layer(weight: part("direction.\($0).weight"), bias: part("direction.\($0).bias")) }
        activity = (0..<3).map { Layer(weight: part("activity.\($0).weight"), bias: part("activity.\($0).bias")) }
    }

    /// Initial weights: uniform within 1 / sqrt(inputs of a unit) (the hidden width for recurrent layers), as in PyTorch.
    /// Batch normalisation starts as the identity. The same seed gives the same numbers everywhere.
    public convenience init(_ architecture: DOAnetArchitecture, seed: UInt64) {
        self.init(zeros: architecture)
        var random = SplitMix64(seed: seed)
        func draw(_ values: MutableTensorRef<Scalar>, fanIn: Int) {
            let bound = 1 / Double(fanIn).squareRoot()
            for i in 0..<values.count { values[i] = Scalar((2 * random.unit() - 1) * bound) }
        }
        for weight in convolutions { draw(weight, fanIn: 9 * weight.shape[2]) }
        for normalization in normalizations {
            normalization.gain.fill(1)
            normalization.variance.fill(1)
        }
        for weights in recurrent.joined() {
            for values in [weights.input, weights.inputBias, weights.hidden, weights.hiddenBias] {
                draw(values, fanIn: architecture.gruWidth)
            }
        }
        for layer in direction + activity {
            draw(layer.weight, fanIn: layer.weight.shape[1])
            draw(layer.bias, fanIn: layer.weight.shape[1])
        }
    }

    /// All trained parameters as one vector, with zeros between the parts: one loop for an optimiser, a norm or a copy.
    public var all: MutableTensorRef<Scalar> { arena.all }

    /// Elements of `all` before the recurrent layers: those of convolutions and normalisations.
    var convolutionCount: Int {
        let first = unsafe recurrent[0][0].input.unsafeBase
        return unsafe first - all.unsafeBase
    }

    /// Number of trained parameters, without the zeros between them.
    public var count: Int { entries.reduce(0) { $0 + $1.values.count } }

    /// Copies another network's parameters, including running statistics.
    public func copy(from other: DOAnetParameters<Scalar>) {
        precondition(other.architecture == architecture, "parameters are copied between equal architectures")
        all.copy(from: other.all.readOnly)
        bufferArena.all.copy(from: other.bufferArena.all.readOnly)
    }

    /// Copies those parameters of another network that have the same name and shape here; others are unchanged. The outputs of a network for
    /// fewer tracks become the first ones here.
    public func copyMatching(from other: DOAnetParameters<Scalar>) {
        let known = Dictionary(uniqueKeysWithValues: (other.entries + other.buffers).map { ($0.name, $0.values) })
        // A row for each number of a track, track by track.
        let outputs = ["direction", "activity"].flatMap { ["\($0).2.weight", "\($0).2.bias"] }
        for (name, values) in entries + buffers {
            guard let source = known[name] else { continue }
            let isOutput = outputs.contains(name) && source.shape.rank == values.shape.rank && source.shape[0] < values.shape[0]
            let rows = isOutput ? values.rows(0..<source.shape[0]) : values
            guard source.shape == rows.shape else { continue }
            rows.copy(from: source.readOnly)
        }
    }
}
