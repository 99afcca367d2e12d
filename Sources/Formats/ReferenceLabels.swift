import Geometry
public import Tracking

/// The reference of one recording, block by block.
///
/// An event is one (class, track) without a missing frame and without a jump of more than 30 degrees between frames. A later
/// occurrence of the same class and track is another event.
public struct ReferenceLabels: Sendable {
    /// Degrees between adjacent frames above which a new event begins.
    public static let jumpDegrees: Float = 30

    /// Active sources of each block; identities are numbered from 0.
    public let blocks: [[LabelledDirection]]
    /// Number of events in the recording.
    public let identityCount: Int

    /// - Parameter blockCount: the recording's length in blocks; nil: as many as the last row needs. Later rows are ignored.
    public init(_ metadata: MetadataCSV, blockCount: Int? = nil) {
        let count = blockCount ?? metadata.frameCount
        var blocks = [[LabelledDirection]](repeating: [], count: count)
        var latest: [[Int]: (frame: Int, label: LabelledDirection)] = [:]
        var identities = 0
        let ordered = metadata.rows.filter { $0.frame < count }
            .sorted { ($0.frame, $0.classIndex, $0.track) < ($1.frame, $1.classIndex, $1.track) }
        for row in ordered {
            let key = [row.classIndex, row.track]
            let direction = row.direction
            var identity = identities
            if let last = latest[key], last.frame == row.frame - 1,
                last.label.direction.angle(to: direction) <= Self.jumpDegrees
            {
                identity = last.label.identity
            } else {
                identities += 1
            }
            let label = LabelledDirection(identity: identity, direction: direction)
            latest[key] = (row.frame, label)
            blocks[row.frame].append(label)
        }
        self.blocks = blocks
        identityCount = identities
    }

    /// Labels that already have identities.
    public init(blocks: [[LabelledDirection]]) {
        self.blocks = blocks
        identityCount = (blocks.joined().map(\.identity).max() ?? -1) + 1
    }

    /// The largest number of sources that are active in one block.
    public var mostAtOnce: Int { blocks.lazy.map(\.count).max() ?? 0 }

    /// The tracks of a system's csv: the identity is the track column.
    public static func predictions(_ metadata: MetadataCSV, blockCount: Int) -> [[LabelledDirection]] {
        var blocks = [[LabelledDirection]](repeating: [], count: max(blockCount, metadata.frameCount))
        for row in metadata.rows {
            blocks[row.frame].append(LabelledDirection(identity: row.track, direction: row.direction))
        }
        return blocks
    }

    /// Reference slots for training: an event keeps its slot from its first block to its last.
    public struct Slots: Sendable {
        /// blocks x slots; nil for a free slot.
        public let blocks: [[LabelledDirection?]]
        /// Blocks of events while all slots were taken, summed over events.
        public let droppedBlocks: Int
    }

    /// Gives each event the lowest slot that is free when it begins. Otherwise the event waits for the next free slot and keeps
    /// that; its blocks until then count as dropped.
    public func slots(_ count: Int) -> Slots {
        var owners = [Int?](repeating: nil, count: count)
        var dropped = 0
        let assigned = blocks.map { labels in
            for slot in owners.indices where !labels.contains(where: { $0.identity == owners[slot] }) { owners[slot] = nil }
            var row = [LabelledDirection?](repeating: nil, count: count)
            for label in labels {
                var slot = owners.firstIndex(of: label.identity)
                if slot == nil, let free = owners.firstIndex(of: nil) {
                    owners[free] = label.identity
                    slot = free
                }
                if let slot { row[slot] = label } else { dropped += 1 }
            }
            return row
        }
        return Slots(blocks: assigned, droppedBlocks: dropped)
    }
}
