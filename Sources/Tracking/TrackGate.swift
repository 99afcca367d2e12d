import Geometry

/// Turns each block's probabilities and directions into tracks with lasting ids. A step allocates nothing.
public struct TrackGate: ~Copyable {
    public let settings: GateSettings
    /// One for each slot of the network; at most `capacity`.
    public let maximumTracks: Int
    /// Slots at most.
    public static let capacity = 4

    private struct Slot {
        var track = Track(id: 0, direction: .front, activity: 0, age: 0)
        var heading = Heading()
        var isOpen = false
        var risen = 0
        var coasted = 0
        var isDuplicate = false
    }
    private var slots: [Slot]
    private var nextID = 1

    /// Traps when a setting is out of range: validate what comes from outside.
    public init(_ settings: GateSettings = GateSettings(), maximumTracks: Int) {
        precondition((1...Self.capacity).contains(maximumTracks), "a gate has 1 to \(Self.capacity) slots")
        precondition((try? settings.validate()) != nil, "a gate's settings are in range")
        self.settings = settings
        self.maximumTracks = maximumTracks
        slots = [Slot](repeating: Slot(), count: maximumTracks)
    }

    /// Closes every track. Ids go on counting: none is used twice in a stream.
    public mutating func reset() {
        for i in 0..<maximumTracks { slots[i] = Slot() }
    }

    /// The track of a slot after the latest step, nil where it is silent, closed or a duplicate.
    public func track(_ slot: Int) -> Track? {
        slots[slot].isOpen && !slots[slot].isDuplicate ? slots[slot].track : nil
    }

    /// One block of 100 ms.
    ///
    /// - Parameters:
    ///   - directions: [Nmax * 3], x, y, z of each slot, of any length.
    ///   - probabilities: [Nmax], 0...1; what is not finite counts as 0.
    public mutating func step(directions: Span<Float>, probabilities: Span<Float>) {
        precondition(
            directions.count == 3 * maximumTracks && probabilities.count == maximumTracks,
            "a gate steps with 3 numbers and a probability for each slot")
        for i in 0..<maximumTracks {
            let probability = probabilities[i].isFinite ? probabilities[i] : 0
            let direction = Direction(towards: directions[3 * i], directions[3 * i + 1], directions[3 * i + 2])
            advance(i, direction, probability)
        }
        for i in 0..<maximumTracks { slots[i].isDuplicate = isShadowed(i) }
    }

    private mutating func advance(_ i: Int, _ direction: Direction, _ probability: Float) {
        slots[i].track.activity = probability
        slots[i].risen = probability >= settings.openThreshold ? slots[i].risen + 1 : 0
        guard slots[i].isOpen else {
            if slots[i].risen >= settings.openBlocks { open(i, direction) }
            return
        }
        slots[i].track.age += 1
        if probability >= settings.stayThreshold {
            follow(i, direction)
        } else {
            slots[i].coasted += 1
            if slots[i].coasted > settings.coastBlocks { slots[i].isOpen = false }
        }
    }

    /// Moves an open track, or begins another where the direction is far from where the track was and was heading.
    private mutating func follow(_ i: Int, _ direction: Direction) {
        let last = slots[i].track.direction
        let blocks = slots[i].coasted + 1
        let expected = slots[i].heading.direction(from: last, after: blocks)
        guard min(last.angle(to: direction), expected.angle(to: direction)) <= settings.jumpDegrees else {
            open(i, direction)
            return
        }
        slots[i].heading.turn(from: last, to: direction, blocks: blocks)
        slots[i].coasted = 0
        slots[i].track.direction = direction
    }

    private mutating func open(_ i: Int, _ direction: Direction) {
        slots[i].isOpen = true
        slots[i].coasted = 0
        slots[i].heading = Heading()
        slots[i].track.id = nextID
        slots[i].track.direction = direction
        slots[i].track.age = 1
        nextID += 1
    }

    /// Whether a likelier open track (the older one, when equally likely) points nearly the same way.
    private func isShadowed(_ i: Int) -> Bool {
        guard slots[i].isOpen else { return false }
        for j in 0..<maximumTracks where j != i && slots[j].isOpen {
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
