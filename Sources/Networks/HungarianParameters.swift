public import Kernels
import Platform
public import Tensor

/// All parameters of a Hungarian network, or their gradients: one block of memory and names for its parts.
///
/// Written by one thread at a time; any number may read. Its tensors are valid while it exists.
public final class HungarianParameters<Scalar: KernelScalar>: @unchecked Sendable {
    public typealias Entry = (name: String, values: MutableTensorRef<Scalar>)

    /// Rows and columns of its matrices.
    public let maximumTracks: Int
    /// Units of the recurrent layer, and of query, key and value.
    public let width: Int
    public let entries: [Entry]

    let recurrent: GRU.Weights<Scalar>
    let attention: Attention.Weights<Scalar>
    /// [maximumTracks, width] and [maximumTracks].
    let associationWeight, associationBias: MutableTensorRef<Scalar>
    private let arena: Arena<Scalar>

    /// All zeros: for gradients, and for reading a file.
    public init(zeros maximumTracks: Int, width: Int = 128) {
        precondition((1...4).contains(maximumTracks) && width >= 1, "matrices of 1 to 4 tracks and at least one unit")
        self.maximumTracks = maximumTracks
        self.width = width
        let list: [(name: String, shape: Shape)] = [
            ("recurrent.input.weight", Shape(3 * width, maximumTracks)),
            ("recurrent.input.bias", Shape(3 * width)),
            ("recurrent.hidden.weight", Shape(3 * width, width)),
            ("recurrent.hidden.bias", Shape(3 * width)),
            ("attention.query.weight", Shape(width, width)),
            ("attention.key.weight", Shape(width, width)),
            ("attention.value.weight", Shape(width, width)),
            ("association.weight", Shape(maximumTracks, width)),
            ("association.bias", Shape(maximumTracks)),
        ]
        let named = NamedLayout<Scalar>(list)
        let arena = Arena(named.layout)
        let entries = named.entries(in: arena)
        let parts = entries.map(\.values)
        recurrent = GRU.Weights(input: parts[0], inputBias: parts[1], hidden: parts[2], hiddenBias: parts[3])
        attention = Attention.Weights(query: parts[4], key: parts[5], value: parts[6])
        (associationWeight, associationBias) = (parts[7], parts[8])
        self.entries = entries
        self.arena = arena
    }

    /// Initial weights, uniform within 1 / sqrt(width); the same seed gives the same numbers on every machine.
    public convenience init(_ maximumTracks: Int, width: Int = 128, seed: UInt64) {
        self.init(zeros: maximumTracks, width: width)
        var random = SplitMix64(seed: seed)
        let bound = 1 / Double(width).squareRoot()
        for (_, values) in entries {
            for i in 0..<values.count { values[i] = Scalar((2 * random.unit() - 1) * bound) }
        }
    }

    /// All trained parameters as one vector, with zeros between the parts.
    public var all: MutableTensorRef<Scalar> { arena.all }

    /// Number of trained parameters, without the zeros between them.
    public var count: Int { entries.reduce(0) { $0 + $1.values.count } }
}
