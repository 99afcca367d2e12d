import Signal
internal import Tensor

/// Phases of the four capsules of an array for plane waves from directions over the whole sphere, in every mel band. Levels are
/// omitted, since the coherence of capsules does not contain them.
public final class SteeringVectors: @unchecked Sendable {  // never written after init
    /// Directions compared at once.
    private static let lanes = 8

    /// Valid while this object exists.
    let table: Table
    private let directionArena: Arena<SIMD4<Float>>
    private let vectorArena: Arena<SIMD8<Float>>

    /// - Parameters:
    ///   - directions: unit vectors, a multiple of 8 of them.
    ///   - response: of the capsules at a frequency in Hz, for each direction; a capsule without a response is ignored.
    public init(
        directions: [SIMD3<Float>], response: (Double) -> [(real: SIMD4<Double>, imaginary: SIMD4<Double>)]
    ) {
        precondition(!directions.isEmpty && directions.count.isMultiple(of: Self.lanes), "whole chunks of directions")
        let chunks = directions.count / Self.lanes
        let shape = Shape(FrameTiming.melBands, chunks, 2 * FrameLayout.channels)
        var directionArena = Arena<SIMD4<Float>>(holding: Shape(directions.count))
        var vectorArena = Arena<SIMD8<Float>>(holding: shape)
        let places = directionArena.take(Shape(directions.count))
        for (index, direction) in directions.enumerated() { places[index] = SIMD4(direction, 0) }
        let vectors = vectorArena.take(shape)
        let bank = MelFilterBank()
        for band in 0..<FrameTiming.melBands {
            let responses = response(Double(bank.centres[band]))
            for (index, value) in responses.enumerated() {
                let at = (band * chunks + index / Self.lanes) * 2 * FrameLayout.channels
                for channel in 0..<FrameLayout.channels {
                    let (real, imaginary) = (value.real[channel], value.imaginary[channel])
                    let length = (Double(FrameLayout.channels) * (real * real + imaginary * imaginary)).squareRoot()
                    guard length > 0 else { continue }
                    vectors[at + channel][index % Self.lanes] = Float(real / length)
                    vectors[at + FrameLayout.channels + channel][index % Self.lanes] = Float(imaginary / length)
                }
            }
        }
        table = Table(directions: places.readOnly, vectors: vectors.readOnly, chunks: chunks)
        self.directionArena = directionArena
        self.vectorArena = vectorArena
    }

    /// A view for searching without reference counting.
    struct Table {
        /// [chunks * 8]: x, y, z.
        let directions: TensorRef<SIMD4<Float>>
        /// [64, chunks, 8]: real parts of the four capsules, then imaginary ones, a lane for each direction; vectors of length 1.
        let vectors: TensorRef<SIMD8<Float>>
        let chunks: Int

        /// The direction whose wave is most similar to a vector up to a phase, x, y, z and 0, and the similarity: 1 for equal.
        /// - Parameter vector: of unit length.
        @_noLocks
        func nearest(to vector: ChannelVector, band: Int) -> (direction: SIMD4<Float>, likeness: Float) {
            let (real, imaginary) = (vector.real, vector.imaginary)
            var best = SIMD8<Float>(repeating: -1)
            var chosen = SIMD8<Float>.zero
            let first = band * chunks * 8
            for chunk in 0..<chunks {
                let at = first + chunk * 8
                // Inner product with the vector's conjugate.
                var along: SIMD8<Float> = real[0] * vectors[at] + imaginary[0] * vectors[at + 4]
                var across: SIMD8<Float> = imaginary[0] * vectors[at] - real[0] * vectors[at + 4]
                for channel in 1..<4 {
                    let (re, im) = (vectors[at + channel], vectors[at + 4 + channel])
                    along += real[channel] * re + imaginary[channel] * im
                    across += imaginary[channel] * re - real[channel] * im
                }
                let likeness: SIMD8<Float> = along * along + across * across
                let isBetter = likeness .> best
                best.replace(with: likeness, where: isBetter)
                chosen.replace(with: SIMD8<Float>(repeating: Float(chunk)), where: isBetter)
            }
            var lane = 0
            for other in 1..<8 where best[other] > best[lane] { lane = other }
            return (directions[Int(chosen[lane]) * 8 + lane], best[lane])
        }

        /// The nearest of the directions: its index.
        /// - Parameter direction: x, y, z of unit length, and 0.
        @_noLocks
        func index(of direction: SIMD4<Float>) -> Int {
            var (best, chosen): (Float, Int) = (-2, 0)
            for index in 0..<directions.count {
                let cosine: Float = (directions[index] * direction).sum()
                if cosine > best { (best, chosen) = (cosine, index) }
            }
            return chosen
        }

        /// What a wave leaves in the capsules, of length 1.
        /// - Parameter index: of its direction.
        @_noLocks
        func vector(_ index: Int, band: Int) -> ChannelVector {
            let at = (band * chunks + index / 8) * 8
            let lane = index % 8
            return ChannelVector(
                real: SIMD4(vectors[at][lane], vectors[at + 1][lane], vectors[at + 2][lane], vectors[at + 3][lane]),
                imaginary: SIMD4(vectors[at + 4][lane], vectors[at + 5][lane], vectors[at + 6][lane], vectors[at + 7][lane]))
        }
    }
}
