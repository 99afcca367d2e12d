import Glibc
import Platform
import Signal

/// How the energy of late reverberation is distributed over the directions that it arrives from.
///
/// Waves that walls only mirror come from image sources (Allen and Berkley 1979), of which there are so many that a point anywhere
/// in space is one: its cell in the lattice of mirrored rooms says which walls its wave has met. Waves that a wall has scattered
/// keep nothing but the absorption of the wall that they come from. A share of the energy turns from the first kind to the second
/// with every reflection.
package struct LateReflections {
    /// Directions over which means are taken.
    private static let grid: [SIMD3<Float>] = (0..<96).map { index in
        let z = 1 - (2 * Float(index) + 1) / 96
        let azimuth = Float(index) * .pi * (3 - Float(5).squareRoot())
        return SIMD3((1 - z * z).squareRoot() * cos(azimuth), (1 - z * z).squareRoot() * sin(azimuth), z)
    }

    private let room: Room
    private let receiver: SIMD3<Float>
    /// Logarithm of the share of energy that each wall reflects.
    private let reflection: [BandValues]
    /// Of what each wall reflects, the mean over directions.
    private let scatteredMean: BandValues

    /// - Parameter receiver: room coordinates, metres.
    package init(_ room: Room, receiver: SIMD3<Float>) {
        self.room = room
        self.receiver = receiver
        reflection = room.absorption.map { $0.mapBands { log(max(1 - $0, 1e-6)) } }
        var sum = BandValues.zero
        for direction in Self.grid { sum += 1 - room.absorption[Self.wall(of: room, from: receiver, towards: direction)] }
        scatteredMean = sum / Float(Self.grid.count)
    }

    /// The distribution of what arrives after a path.
    package func distribution(metres: Float) -> Distribution {
        let logarithms = Self.grid.map { mirroredLogarithm(from: $0, metres: metres) }
        var largest = BandValues(repeating: -.infinity)
        for value in logarithms { largest = pointwiseMax(largest, value) }
        var sum = BandValues.zero
        for value in logarithms { sum += (value - largest).mapBands { exp($0) } }
        let reflections = metres * room.wallAreas.reduce(0, +) / (4 * room.volume)
        return Distribution(
            reflections: self, metres: metres, mirrored: pow(1 - room.scattering, reflections), largest: largest,
            mean: sum / Float(Self.grid.count))
    }

    /// Energy by direction, with a mean of about 1 over all directions.
    package struct Distribution {
        fileprivate let reflections: LateReflections
        fileprivate let metres: Float
        /// Share of the energy that no wall has scattered.
        package let mirrored: Float
        fileprivate let largest, mean: BandValues

        /// - Parameter direction: unit vector in room axes.
        package func energy(from direction: SIMD3<Float>) -> BandValues {
            let room = reflections.room
            let logarithm = reflections.mirroredLogarithm(from: direction, metres: metres) - largest
            // A direction between those of the grid may have more than any of them, but not much more.
            let mirroredEnergy = logarithm.mapBands { exp(min($0, 1)) } / mean
            let wall = LateReflections.wall(of: room, from: reflections.receiver, towards: direction)
            let scatteredEnergy = (1 - room.absorption[wall]) / reflections.scatteredMean
            return mirrored * mirroredEnergy + (1 - mirrored) * scatteredEnergy
        }
    }

    /// Logarithm of the energy that the walls leave to the image source in a direction at a distance.
    private func mirroredLogarithm(from direction: SIMD3<Float>, metres: Float) -> BandValues {
        var sum = BandValues.zero
        for axis in 0..<3 {
            let cell = ((receiver[axis] + metres * direction[axis]) / room.size[axis]).rounded(.down)
            // The wave meets both walls of the axis in turn, last that on the side of the image.
            let (last, other) = (((abs(cell) + 1) / 2).rounded(.down), (abs(cell) / 2).rounded(.down))
            sum += (cell < 0 ? last : other) * reflection[2 * axis] + (cell < 0 ? other : last) * reflection[2 * axis + 1]
        }
        return sum
    }

    /// The wall that a receiver sees in a direction, in the order of `Room.absorption`.
    private static func wall(of room: Room, from receiver: SIMD3<Float>, towards direction: SIMD3<Float>) -> Int {
        var nearest: (wall: Int, path: Float) = (0, .infinity)
        for axis in 0..<3 where direction[axis] != 0 {
            let forward = direction[axis] > 0
            let path = ((forward ? room.size[axis] : 0) - receiver[axis]) / direction[axis]
            if path < nearest.path { nearest = (2 * axis + (forward ? 1 : 0), path) }
        }
        return nearest.wall
    }
}
