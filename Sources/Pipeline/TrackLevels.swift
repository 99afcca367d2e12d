import Features
import Geometry
import Tensor
import Tracking

/// The levels of a gate's tracks, block by block.
struct TrackLevels: ~Copyable {
    /// Of no sound at all, dBFS.
    static var silence: Float { WaveLevels.silence }

    private var waves: WaveLevels
    private let arena: Arena<SIMD4<Float>>
    /// [4]: of the tracks of a block.
    private let directions: MutableTensorRef<SIMD4<Float>>

    /// - Parameter lookAhead: as that of `WaveLevels`.
    init(_ kind: FeatureKind, _ array: ArrayTables, lookAhead: Int) {
        waves = WaveLevels(kind, steering: array.steering, channels: array.channels, lookAhead: lookAhead)
        let shape = Shape(TrackGate.capacity)
        var arena = Arena<SIMD4<Float>>(holding: shape)
        directions = arena.take(shape)
        self.arena = arena
    }

    /// Adds one more frame of the present block, if its covariance is not summed elsewhere.
    /// - Parameter frame: [64, C], not scaled.
    func add(_ frame: TensorRef<Float>) { waves.add(frame) }

    /// Ends the present block.
    /// - Parameter covariance: nil: that of the frames that were added.
    mutating func finishBlock(_ covariance: BandRows?) {
        if let covariance { waves.finishBlock(covariance) } else { waves.finishBlock() }
    }

    func forget() { waves.forget() }

    mutating func reset() { waves.reset() }

    /// The level of each slot's track after the gate's latest step, dBFS; -200 in slots without one.
    func measure(block: Int, _ gate: borrowing TrackGate) -> SIMD4<Float> {
        var slots = SIMD4<Int>.zero
        var activities = SIMD4<Float>.zero
        var count = 0
        for slot in 0..<gate.maximumTracks {
            guard let track = gate.track(slot) else { continue }
            directions[count] = SIMD4(track.direction.x, track.direction.y, track.direction.z, 0)
            (slots[count], activities[count]) = (slot, track.activity)
            count += 1
        }
        let measured = waves.measure(block: block, directions: directions.readOnly, count: count, activities: activities)
        var levels = SIMD4<Float>(repeating: Self.silence)
        for index in 0..<count { levels[slots[index]] = measured[index] }
        return levels
    }
}
