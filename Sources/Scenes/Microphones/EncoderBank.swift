import Audio
import Geometry
import Glibc
import Synchronization

/// The data of encoders for each array, computed on first use and shared by threads.
public final class EncoderBank: Sendable {
    struct Entry: Sendable {
        var field: DiffuseField
        /// The array's response to orders 0 and 1 of the sound field, at each frequency of `MatrixFilter`.
        var modes: [[Complex]]
    }

    private let entries = Mutex<[EncoderArray: Entry]>([:])

    public init() {}

    func entry(_ array: EncoderArray) -> Entry {
        entries.withLock { entries in
            if let known = entries[array] { return known }
            let response = ArrayResponse(.mic, geometry: array.geometry)
            let entry = Entry(
                // Half the usual period, since there are many arrays and this uses the memory.
                field: DiffuseField(response, length: 1 << 18),
                modes: (0...MatrixFilter.taps / 2).map { response.modes(frequency: MatrixFilter.frequency($0)) })
            entries[array] = entry
            return entry
        }
    }
}

extension ArrayResponse {
    /// The factors of the Legendre polynomials of degree 0 and 1 in the first capsule's pressure over the angle to the source.
    func modes(frequency: Double) -> [Complex] {
        let points = 128
        var sums = [Complex.zero, .zero]
        // At a frequency of 0 the array's response has no phase; 1 Hz is used instead.
        let frequency = max(frequency, 1)
        let capsule = geometry.capsules[0].direction
        let front = SIMD3(capsule.x, capsule.y, capsule.z)
        // Any perpendicular direction.
        let side = Direction(towards: -capsule.y, capsule.x, 0)
        for point in 0..<points {
            let cosine = (2 * Double(point) + 1) / Double(points) - 1
            let source = Float(cosine) * front + Float((1 - cosine * cosine).squareRoot()) * SIMD3(side.x, side.y, side.z)
            let p = pressure(capsule: 0, from: Direction(towards: source.x, source.y, source.z), frequency: frequency)
            sums[0] = sums[0] + (1 / Double(points)) * p
            sums[1] = sums[1] + (3 * cosine / Double(points)) * p
        }
        return sums
    }
}
