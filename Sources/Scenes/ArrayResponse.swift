public import Audio
import CRealtime
import Geometry
import Glibc
import Tensor

/// What an array makes of plane waves: kernels by direction, octave band and fraction of a sample, and the covariance of
/// its channels in a diffuse field.
///
/// Ideal first-order Ambisonics (ACN, SN3D: W, Y, Z, X), or capsules on a rigid sphere or in open air. Immutable once made, so that
/// threads share one.
@safe
public final class ArrayResponse: @unchecked Sendable {
    /// Kernels for every 1/16 sample: 2.6 microseconds, the same for all channels of a wave, so that nothing between channels
    /// depends on it.
    static let phases = 16
    static let taps = Int(BEARING_TAPS)
    /// The sample of a kernel at which a wave without delay arrives at the array's centre.
    static let centre = taps / 2
    private static let transformPoints = 512

    public let format: AudioFormat
    public let geometry: ArrayGeometry
    /// Share of pressure in what capsules in open air hear, the rest being a figure of eight that points away from the centre:
    /// 1 hears equally all around, 0.5 is a cardioid.
    public let directivity: Float
    /// Angles at which the kernels of capsules are tabulated, from 0 to 180 degrees; 1 for Ambisonics.
    private let angles: Int
    /// [angles, phases, bands, taps]
    private let table: MutableTensorRef<Float>
    private let arena: Arena<Float>

    /// - Parameters: `geometry`, the capsules of `mic`, 4, all at one distance from the centre; without meaning for `foa`;
    ///   `directivity` of capsules, 1 on a sphere.
    public init(_ format: AudioFormat, geometry: ArrayGeometry = .tetrahedral, directivity: Float = 1) {
        precondition(directivity == 1 || geometry.mount == .open, "capsules on a sphere hear pressure")
        precondition(geometry.capsules.count == AudioFormat.channels, "an array has 4 capsules")
        precondition(
            geometry.capsules.allSatisfy { abs($0.radius - geometry.capsules[0].radius) < 1e-4 },
            "capsules lie at one distance from the centre")
        self.format = format
        self.geometry = geometry
        self.directivity = directivity
        angles = format == .foa ? 1 : 181
        let shape = Shape(angles, Self.phases, OctaveBands.count, Self.taps)
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(shape))
        table = arena.take(shape)
        self.arena = arena
        fill()
    }

    /// The pressure at a capsule, against that at the array's centre without the array.
    ///
    /// - Parameters: `frequency` in Hz; `cosine` of the angle between capsule and source.
    public func pressure(frequency: Double, cosine: Double) -> (real: Double, imaginary: Double) {
        guard format == .mic, frequency > 0 else { return (1, 0) }
        let x = 2 * .pi * frequency / Double(Room.speedOfSound) * Double(geometry.capsules[0].radius)
        switch geometry.mount {
        case .open:
            let gain = Double(directivity) + (1 - Double(directivity)) * cosine
            return (gain * cos(x * cosine), gain * sin(x * cosine))
        case .rigidSphere: return RigidSphere.pressure(RigidSphere.coefficients(x), cosine: cosine)
        }
    }

    /// The covariance of the four channels in a diffuse field of unit pressure power, at one frequency in Hz; real.
    public func diffuseCovariance(frequency: Double) -> [[Double]] {
        if format == .foa {
            return (0..<4).map { a in (0..<4).map { $0 != a ? 0 : a == 0 ? 1 : 1 / 3 } }
        }
        let x = max(2 * .pi * frequency / Double(Room.speedOfSound) * Double(geometry.capsules[0].radius), 1e-3)
        let coefficients = RigidSphere.coefficients(x)
        return (0..<4).map { a in
            (0..<4).map { b in
                let cosine = Self.cosine(geometry.capsules[a].direction, geometry.capsules[b].direction)
                switch geometry.mount {
                case .rigidSphere: return RigidSphere.diffuseCovariance(coefficients, cosine: cosine)
                case .open where directivity < 1:
                    return Self.directions.map { d in
                        let p = pressure(frequency: frequency, cosine: Self.cosine(geometry.capsules[a].direction, d))
                        let q = pressure(frequency: frequency, cosine: Self.cosine(geometry.capsules[b].direction, d))
                        return p.real * q.real + p.imaginary * q.imaginary
                    }.reduce(0, +) / Double(Self.directions.count)
                case .open:
                    let y = x * (2 - 2 * cosine).squareRoot()
                    return y < 1e-6 ? 1 : sin(y) / y
                }
            }
        }
    }

    /// Directions that cover the sphere evenly: a Fibonacci lattice.
    private static let directions = (0..<400).map { index in
        let z = 1 - (2 * Float(index) + 1) / 400
        let turn = Float(index) * .pi * (3 - Float(5).squareRoot())
        let r = (1 - z * z).squareRoot()
        return Direction(unit: r * cos(turn), r * sin(turn), z)
    }

    /// Adds a wave to an impulse response.
    ///
    /// - Parameters:
    ///   - response: [4, length], samples from the emission on.
    ///   - delay: samples until the wave reaches the array's centre; what lies outside of the response is left out.
    ///   - gains: pressure for each band.
    func add(delay: Float, from direction: Direction, gains: BandValues, to response: MutableTensorRef<Float>) {
        let ticks = Int((delay * Float(Self.phases)).rounded())
        let start = ticks / Self.phases - Self.centre
        let length = response.shape[1]
        guard start >= 0, start + Self.taps <= length else { return }
        let phase = ticks % Self.phases
        var gains = gains
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.taps) { kernel in
            unsafe withUnsafePointer(to: &gains) { lanes in
                unsafe lanes.withMemoryRebound(to: Float.self, capacity: OctaveBands.count) { gain in
                    guard let kernel = kernel.baseAddress else { return }
                    let rows = OctaveBands.count * Self.taps
                    let target = unsafe response.unsafeBase + start
                    if format == .foa {
                        unsafe bearing_band_kernel(kernel, table.unsafeBase + phase * rows, gain)
                        let taps = Int32(Self.taps)
                        unsafe bearing_accumulate(target, kernel, 1, taps)
                        unsafe bearing_accumulate(target + length, kernel, direction.y, taps)
                        unsafe bearing_accumulate(target + 2 * length, kernel, direction.z, taps)
                        unsafe bearing_accumulate(target + 3 * length, kernel, direction.x, taps)
                        return
                    }
                    for channel in 0..<AudioFormat.channels {
                        let cosine = Self.cosine(geometry.capsules[channel].direction, direction)
                        let angle = Int((acos(min(max(cosine, -1), 1)) * 180 / .pi).rounded())
                        unsafe bearing_band_kernel(
                            kernel, table.unsafeBase + (angle * Self.phases + phase) * rows, gain)
                        unsafe bearing_accumulate(target + channel * length, kernel, 1, Int32(Self.taps))
                    }
                }
            }
        }
    }

    private static func cosine(_ a: Direction, _ b: Direction) -> Double {
        Double(a.x * b.x + a.y * b.y + a.z * b.z)
    }

    /// Band filters times array response times fractional delay, back to time, under a window.
    private func fill() {
        let transform = RealTransform(points: Self.transformPoints)
        let rate = Double(AudioFormat.sampleRate)
        let weights = (0..<transform.bins).map { OctaveBands.weights(at: Self.frequency($0)) }
        for angle in 0..<angles {
            let cosine = cos(Double(angle) * .pi / 180)
            let spectrum = (0..<transform.bins).map { bin in
                let frequency = Self.frequency(bin)
                let p = pressure(frequency: frequency, cosine: cosine)
                let taper = OctaveBands.taper(at: frequency)
                return (real: p.real * taper, imaginary: p.imaginary * taper)
            }
            for phase in 0..<Self.phases {
                let delay = Double(Self.centre) + Double(phase) / Double(Self.phases)
                for band in 0..<OctaveBands.count {
                    for bin in 0..<transform.bins {
                        let turn = -2 * .pi * Self.frequency(bin) / rate * delay
                        let (c, s) = (cos(turn), sin(turn))
                        let weight = Double(weights[bin][band]) / Double(Self.transformPoints)
                        transform.real[bin] = Float((spectrum[bin].real * c - spectrum[bin].imaginary * s) * weight)
                        transform.imaginary[bin] = Float((spectrum[bin].real * s + spectrum[bin].imaginary * c) * weight)
                    }
                    transform.inverse()
                    let row = ((angle * Self.phases + phase) * OctaveBands.count + band) * Self.taps
                    for tap in 0..<Self.taps {
                        table[row + tap] = transform.time[tap] * Self.window(Double(tap) - delay)
                    }
                }
            }
        }
    }

    private static func frequency(_ bin: Int) -> Double {
        Double(bin * AudioFormat.sampleRate) / Double(transformPoints)
    }

    /// 1 within 16 samples of the centre, where the array's response lies, then a raised cosine to 0.
    private static func window(_ offset: Double) -> Float {
        let x = min(max((abs(offset) - 16) / 15, 0), 1)
        return Float(0.5 + 0.5 * cos(.pi * x))
    }
}
