import Audio
import Glibc
import Synchronization

/// What encoders need of each array, made when it is first asked for and shared by threads.
public final class EncoderBank: Sendable {
    struct Entry: Sendable {
        var field: DiffuseField
        /// What the array makes of orders 0 and 1 of the sound field, at each frequency of `MatrixFilter`.
        var modes: [[Complex]]
    }

    private let entries = Mutex<[EncoderArray: Entry]>([:])

    public init() {}

    func entry(_ array: EncoderArray) -> Entry {
        entries.withLock { entries in
            if let known = entries[array] { return known }
            let response = ArrayResponse(.mic, geometry: array.geometry, directivity: array.directivity)
            let entry = Entry(
                // Half the usual period: there are many arrays, and this is what takes memory.
                field: DiffuseField(response, length: 1 << 18),
                modes: (0...MatrixFilter.taps / 2).map { response.modes(frequency: MatrixFilter.frequency($0)) })
            entries[array] = entry
            return entry
        }
    }
}

extension ArrayResponse {
    /// The factors of the Legendre polynomials of degree 0 and 1 in a capsule's pressure over the angle to the source.
    func modes(frequency: Double) -> [Complex] {
        let points = 128
        var sums = [Complex.zero, .zero]
        // At a frequency of 0 the array's response has no phase; 1 Hz stands for it.
        let frequency = max(frequency, 1)
        for point in 0..<points {
            let cosine = (2 * Double(point) + 1) / Double(points) - 1
            let p = pressure(frequency: frequency, cosine: cosine)
            let pressure = Complex(p.real, p.imaginary)
            sums[0] = sums[0] + (1 / Double(points)) * pressure
            sums[1] = sums[1] + (3 * cosine / Double(points)) * pressure
        }
        return sums
    }
}
