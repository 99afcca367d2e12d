import Glibc
package import Platform

/// Straight lines at constant speed with stops between them, like a person in a room.
public struct Walk: Sendable, Hashable {
    /// From one position to another, or a stop if both are equal.
    public struct Leg: Sendable, Hashable {
        /// Metres from the array's centre in array axes.
        public var from: SIMD3<Float>
        public var to: SIMD3<Float>
        /// Positive.
        public var seconds: Float

        public init(from: SIMD3<Float>, to: SIMD3<Float>, seconds: Float) {
            self.from = from
            self.to = to
            self.seconds = seconds
        }

        var length: Float { Walk.norm(to - from) }

        /// Distance from the array's centre to the nearest point of the line, in metres.
        var nearest: Float {
            let along = to - from
            let square = (along * along).sum()
            let share = square > 0 ? min(max(-(from * along).sum() / square, 0), 1) : 0
            return Walk.norm(from + share * along)
        }

        /// Maximum angle about the array per metre, in degrees.
        var turn: Float {
            let u = (to - from) / max(length, 1e-6)
            let across = SIMD3(from.y * u.z - from.z * u.y, from.z * u.x - from.x * u.z, from.x * u.y - from.y * u.x)
            return Walk.norm(across) / (nearest * nearest) * 180 / .pi
        }
    }

    /// Maximum speed of a source seen from the array, in degrees per second.
    public static let fastest: Float = 40

    /// Minimum distance of a source from the array's centre, in metres.
    static let nearest: Float = 0.6

    /// At least one; each begins where the previous one ends.
    public let legs: [Leg]

    /// - Parameter legs: none faster, seen from the array, than `Walk.fastest`.
    public init(_ legs: [Leg]) {
        precondition(!legs.isEmpty, "a walk has a leg at least")
        for leg in legs {
            let speed = leg.length / leg.seconds * leg.turn
            precondition(
                leg.seconds > 0 && speed <= Self.fastest * 1.01,
                "a source moves at up to \(Self.fastest) degrees a second, found \(speed)")
        }
        self.legs = legs
    }

    static func norm(_ v: SIMD3<Float>) -> Float { (v * v).sum().squareRoot() }

    /// In metres from the array's centre in array axes; after the last leg the source stops.
    func position(at seconds: Float) -> SIMD3<Float> {
        var rest = max(seconds, 0)
        for leg in legs {
            if rest < leg.seconds { return leg.from + (rest / leg.seconds) * (leg.to - leg.from) }
            rest -= leg.seconds
        }
        return legs[legs.count - 1].to
    }

    /// Legs of 0.3 to 1.5 m/s to random positions, with stops before, between and after; nil if this draw found no position.
    ///
    /// The height changes little, and all positions are at least 0.3 m from the walls.
    package static func random(
        in room: Room, array: ArrayPlacement, seconds: Float, using random: inout RandomSource
    ) -> Walk? {
        // Heights of ears, mouths, or carried objects; sometimes sitting.
        let height = random.uniform(0.5...min(2, room.size.z - 0.3))
        func place(_ random: inout RandomSource) -> SIMD3<Float> {
            SIMD3(
                random.uniform(0.3...room.size.x - 0.3), random.uniform(0.3...room.size.y - 0.3),
                min(max(height + 0.1 * random.normal(), 0.3), room.size.z - 0.3))
        }
        var here = array.inArray(place(&random))
        guard norm(here) >= nearest else { return nil }
        var legs: [Leg] = []
        var time: Float = 0
        if random.chance(0.4) {
            legs.append(Leg(from: here, to: here, seconds: random.uniform(0.3...3)))
            time += legs[0].seconds
        }
        var misses = 0
        while time < seconds, misses < 40 {
            var leg = Leg(from: here, to: array.inArray(place(&random)), seconds: 1)
            let pace = random.uniform(0.3...1.5)
            guard leg.length > 0.5, leg.nearest >= nearest else {
                misses += 1
                continue
            }
            // Sources that pass nearby are slower, so that the angular speed stays limited.
            leg.seconds = leg.length / min(pace, 0.98 * Walk.fastest / max(leg.turn, 1e-3))
            legs.append(leg)
            here = leg.to
            time += leg.seconds
            if random.chance(0.5) {
                legs.append(Leg(from: here, to: here, seconds: random.uniform(0.3...4)))
                time += legs[legs.count - 1].seconds
            }
        }
        return legs.contains { $0.length > 0 } ? Walk(legs) : nil
    }
}
