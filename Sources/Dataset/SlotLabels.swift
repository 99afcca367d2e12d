public import Formats
import Geometry
public import Tensor
import Tracking

/// The references of a recording for training: for each block and slot a unit vector and whether it is active.
///
/// A source keeps its slot for the whole event. Blocks after the last label are silent.
public final class SlotLabels: @unchecked Sendable {
    public let slots: Int
    /// [blocks, slots, 3], zeros in inactive slots.
    public let references: TensorRef<Float>
    /// [blocks, slots], 0 or 1.
    public let active: TensorRef<Float>
    /// [blocks, slots], 1 in the first block of each event of a slot: the previous event of the slot is another source.
    public let onset: TensorRef<Float>
    private let arena: Arena<Float>

    public var blocks: Int { active.shape[0] }

    public init(_ labels: ReferenceLabels, blocks: Int, slots: Int) {
        var layout = ArenaLayout<Float>()
        let (vectors, numbers) = (layout.add(Shape(blocks, slots, 3)), layout.add(Shape(blocks, slots), times: 2))
        let arena = Arena(layout)
        let (references, active, onset) = (arena[vectors], arena[numbers[0]], arena[numbers[1]])
        var owners = [Int?](repeating: nil, count: slots)
        for (block, sources) in labels.slots(slots).blocks.enumerated() where block < blocks {
            for (slot, source) in sources.enumerated() {
                defer { owners[slot] = source?.identity }
                guard let direction = source?.direction else { continue }
                active[block * slots + slot] = 1
                onset[block * slots + slot] = owners[slot] == source?.identity ? 0 : 1
                references[(block * slots + slot) * 3] = direction.x
                references[(block * slots + slot) * 3 + 1] = direction.y
                references[(block * slots + slot) * 3 + 2] = direction.z
            }
        }
        self.slots = slots
        self.references = references.readOnly
        self.active = active.readOnly
        self.onset = onset.readOnly
        self.arena = arena
    }
}
