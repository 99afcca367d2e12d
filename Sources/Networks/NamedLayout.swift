internal import Tensor

/// The tensors of a network by their names, one after another in memory, in the order of its files.
struct NamedLayout<Scalar: BitwiseCopyable> {
    private(set) var layout = ArenaLayout<Scalar>()
    private var places: [(name: String, place: ArenaLayout<Scalar>.Place)] = []

    init(_ list: [(name: String, shape: Shape)]) {
        for (name, shape) in list { places.append((name, layout.add(shape))) }
    }

    /// - Parameter arena: of this layout.
    func entries(in arena: borrowing Arena<Scalar>) -> [(name: String, values: MutableTensorRef<Scalar>)] {
        var entries: [(name: String, values: MutableTensorRef<Scalar>)] = []
        for (name, place) in places { entries.append((name, arena[place])) }
        return entries
    }
}
