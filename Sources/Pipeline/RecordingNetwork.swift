public import Networks
import Synchronization
import Tensor

/// The network of recordings, with the memory that their pipelines use one after another: new pages take as much time as the features
/// that are computed into them.
public final class RecordingNetwork: Sendable {
    let weights: DOAnetSequence.Weights
    private let unused = Mutex<[RecordingMemory]>([])

    /// - Parameter weights: of any form of the network.
    public init(_ weights: DOAnetSequence.Weights) { self.weights = weights }

    func take() -> RecordingMemory { unused.withLock { $0.popLast() } ?? RecordingMemory() }

    func giveBack(_ memory: RecordingMemory) {
        memory.features.removeAll(keepingCapacity: true)
        memory.bands.removeAll(keepingCapacity: true)
        unused.withLock { $0.append(memory) }
    }
}

/// What a pipeline keeps of a recording. Used by one pipeline at a time.
final class RecordingMemory: @unchecked Sendable {
    /// [frames, 64, C], unscaled.
    var features: [Float] = []
    /// [blocks, 5, 64]: directions of bands.
    var bands: [SIMD4<Float>] = []
    private var network: DOAnetSequence?
    /// [n]: the input of the network.
    private var input = Arena<Float>(capacity: 0)

    /// A network for so many blocks at least.
    func network(_ weights: DOAnetSequence.Weights, blocks: Int) -> DOAnetSequence {
        if let network, network.capacity >= blocks { return network }
        let made = DOAnetSequence(weights, capacity: blocks)
        network = made
        return made
    }

    /// Values that are not finite would stay in the network's memory.
    func forgetNetwork() { network = nil }

    /// The network's input; not cleared.
    func input(_ shape: Shape) -> MutableTensorRef<Float> {
        if input.capacity < shape.count { input = Arena(holding: shape) }
        return input.all.rows(0..<shape.count).reshaped(shape)
    }
}
