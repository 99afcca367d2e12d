import Geometry

/// Turns each block's probabilities and directions into tracks with persistent ids. A step allocates nothing.
///
/// A track stays in its slot only while that slot follows its source. If the network's slots exchange their sources, or a
/// source returns in another slot, the tracks follow the directions.
public struct TrackGate: ~Copyable {
    public private(set) var settings: GateSettings
    /// Number of slots of the network; at most `capacity`.
    public let maximumTracks: Int
    /// Maximum number of slots.
    public static let capacity = 4

    /// Degrees by which another slot must be closer before a track changes to it.
    private static let slotChange: Float = 2
    /// Weight of an angle of a silent track relative to one of a reported track, if both could follow the same slot.
    private static let silentWeight: Float = 0.25

    private struct Slot {
        var track = Track(id: 0, direction: .front, activity: 0, age: 0)
        var heading = AngularVelocity()
        var isOpen = false
        var coasted = 0
        var isDuplicate = false
        /// The network's output in this slot, which a track of another slot may follow, and the number of blocks above the
        /// opening threshold.
        var direction = Direction.front
        var probability: Float = 0
        var risen = 0
    }
    private var slots: [Slot]
    /// The id of the next new track: 1 in a new gate.
    public private(set) var nextID = 1

    /// Traps if a setting is out of range: external settings must be validated.
    public init(_ settings: GateSettings = GateSettings(), maximumTracks: Int) {
        precondition((1...Self.capacity).contains(maximumTracks), "a gate has 1 to \(Self.capacity) slots")
        precondition((try? settings.validate()) != nil, "a gate's settings are in range")
        self.settings = settings
        self.maximumTracks = maximumTracks
        slots = [Slot](repeating: Slot(), count: maximumTracks)
    }

    /// Closes all tracks. Ids continue, so that none is reused in a stream.
    public mutating func reset() {
        for i in 0..<maximumTracks { slots[i] = Slot() }
    }

    /// Changes the settings; open tracks stay as far as the new settings allow. Traps if a setting is out of range.
    public mutating func adopt(_ settings: GateSettings) {
        precondition((try? settings.validate()) != nil, "a gate's settings are in range")
        self.settings = settings
    }

    /// Continues ids from another gate's `nextID`, so that none is reused when this gate replaces it.
    public mutating func continueIDs(from id: Int) { nextID = max(nextID, id) }

    /// The track of a slot after the latest step; nil if it is silent, closed or a duplicate.
    public func track(_ slot: Int) -> Track? {
        slots[slot].isOpen && !slots[slot].isDuplicate && !isSilent(slot) ? slots[slot].track : nil
    }

    /// Whether a track has finished coasting and is remembered in case its source returns.
    private func isSilent(_ slot: Int) -> Bool { slots[slot].coasted > settings.coastBlocks }

    /// One block of 100 ms.
    ///
    /// - Parameters:
    ///   - directions: [Nmax * 3], x, y, z of each slot, of any length.
    ///   - probabilities: [Nmax], 0...1; values that are not finite count as 0.
    public mutating func step(directions: Span<Float>, probabilities: Span<Float>) {
        precondition(
            directions.count == 3 * maximumTracks && probabilities.count == maximumTracks,
            "a gate steps with 3 numbers and a probability for each slot")
        for i in 0..<maximumTracks {
            let probability = probabilities[i].isFinite ? probabilities[i] : 0
            slots[i].probability = probability
            slots[i].direction = Direction(towards: directions[3 * i], directions[3 * i + 1], directions[3 * i + 2])
            slots[i].risen = probability >= settings.openThreshold ? slots[i].risen + 1 : 0
        }
        let sources = sourceSlots()
        for i in 0..<maximumTracks { advance(i, from: sources[i]) }
        for i in 0..<maximumTracks { slots[i].isDuplicate = isShadowed(i) }
    }

    /// The slot that each track follows in this block: the least sum of angles between the last or predicted directions of
    /// tracks and the directions of slots.
    private func sourceSlots() -> SIMD4<Int> {
        var costs = SIMD16<Float>(repeating: 0)
        for i in 0..<maximumTracks {
            let last = slots[i].track.direction
            let expected = slots[i].heading.direction(from: last, after: slots[i].coasted + 1)
            for j in 0..<maximumTracks {
                var cost = i == j ? 0 : Self.slotChange
                if slots[i].isOpen {
                    let isActive = slots[j].probability >= settings.stayThreshold
                    let there = slots[j].direction
                    cost += isActive ? min(last.angle(to: there), expected.angle(to: there), settings.jumpDegrees) : settings.jumpDegrees
                }
                // Reported tracks take precedence over remembered ones.
                costs[Self.capacity * i + j] = slots[i].isOpen && !isSilent(i) ? cost : Self.silentWeight * cost
            }
        }
        var (best, order) = ((cost: Float.infinity, slots: SIMD4(0, 1, 2, 3)), SIMD4(0, 1, 2, 3))
        seek(track: 0, cost: 0, costs, &order, &best)
        return best.slots
    }

    /// Tries every remaining slot for a track and those after it; `order[track...]` are the remaining ones.
    private func seek(
        track: Int, cost: Float, _ costs: SIMD16<Float>, _ order: inout SIMD4<Int>,
        _ best: inout (cost: Float, slots: SIMD4<Int>)
    ) {
        guard track < maximumTracks else {
            if cost < best.cost { best = (cost, order) }
            return
        }
        for other in track..<maximumTracks {
            (order[track], order[other]) = (order[other], order[track])
            seek(track: track + 1, cost: cost + costs[Self.capacity * track + order[track]], costs, &order, &best)
            (order[track], order[other]) = (order[other], order[track])
        }
    }

    private mutating func advance(_ i: Int, from source: Int) {
        let (direction, probability) = (slots[source].direction, slots[source].probability)
        slots[i].track.activity = probability
        guard slots[i].isOpen else {
            if slots[source].risen >= settings.openBlocks { open(i, direction) }
            return
        }
        slots[i].track.age += 1
        if probability >= settings.stayThreshold {
            follow(i, direction, isSure: slots[source].risen >= settings.openBlocks)
        } else {
            coast(i)
        }
    }

    private mutating func coast(_ i: Int) {
        slots[i].coasted += 1
        if slots[i].coasted > settings.coastBlocks + settings.recallBlocks { slots[i].isOpen = false }
    }

    /// Moves an open track, or begins another if the direction is far from the track's last and predicted directions; a silent
    /// track is replaced only above the opening threshold, as for a new track.
    private mutating func follow(_ i: Int, _ direction: Direction, isSure: Bool) {
        let last = slots[i].track.direction
        let blocks = slots[i].coasted + 1
        let expected = slots[i].heading.direction(from: last, after: blocks)
        guard min(last.angle(to: direction), expected.angle(to: direction)) <= settings.jumpDegrees else {
            if isSilent(i), !isSure {
                coast(i)
            } else {
                open(i, direction)
            }
            return
        }
        let reported = settings.smoothing > 0 ? direction.towards(expected, by: settings.smoothing) : direction
        slots[i].heading.turn(from: last, to: reported, blocks: blocks)
        slots[i].coasted = 0
        slots[i].track.direction = reported
    }

    private mutating func open(_ i: Int, _ direction: Direction) {
        slots[i].isOpen = true
        slots[i].coasted = 0
        slots[i].heading = AngularVelocity()
        slots[i].track.id = nextID
        slots[i].track.direction = direction
        slots[i].track.age = 1
        nextID += 1
    }

    /// Whether a more probable open track (the older one of equals) has nearly the same direction.
    private func isShadowed(_ i: Int) -> Bool {
        guard slots[i].isOpen, !isSilent(i) else { return false }
        for j in 0..<maximumTracks where j != i && slots[j].isOpen && !isSilent(j) {
            let (mine, other) = (slots[i].track, slots[j].track)
            if (other.activity, -other.id) > (mine.activity, -mine.id),
                mine.direction.angle(to: other.direction) < settings.duplicateDegrees
            {
                return true
            }
        }
        return false
    }
}
