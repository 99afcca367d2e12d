public import Audio
import CRealtime
package import Geometry
import Glibc
import Signal
package import Tensor

/// Responses of an array to plane waves: kernels by octave band, fractional delay and, on a sphere, direction.
///
/// Ideal first-order Ambisonics (ACN, SN3D: W, Y, Z, X), capsules with any position, aim and pattern in open air, or on a rigid
/// sphere. Immutable, so that threads share one.
@safe
public final class ArrayResponse: @unchecked Sendable {
    /// Maximum distance of a capsule from the centre in metres: waves are plane, and sources are as near as 0.6 m.
    public static let largestRadius: Float = 0.14
    static let taps = Int(BEARING_TAPS)
    /// The sample of a kernel at which an undelayed wave arrives at the array's centre.
    static let centre = taps / 2
    private static let transformPoints = 512

    public let format: AudioFormat
    public let geometry: ArrayGeometry
    /// Radius of the sphere in metres.
    let radius: Double
    /// Number of fractional delays. 16 if all channels share them, since nothing between channels depends on it.
    /// In open air, or with delays of its own, every capsule has another delay: 1/128 sample is 0.3 microseconds, a tenth of a millimetre.
    private let phases: Int
    /// Number of tabulated angles for capsules on a sphere, from 0 to 180 degrees; otherwise 1.
    private let angles: Int
    /// [angles, phases, bands, taps]
    private let table: MutableTensorRef<Float>
    private let arena: Arena<Float>

    /// Channels of a response: those of Ambisonics, or the capsules.
    public var channels: Int { format == .foa ? AudioFormat.channels : geometry.capsules.count }

    private var isSphere: Bool { format == .mic && geometry.mount == .rigidSphere }

    /// - Parameter geometry: 3 to 8 capsules of `mic` within `largestRadius`; ignored for `foa`.
    public init(_ format: AudioFormat, geometry: ArrayGeometry = .tetrahedral) {
        precondition(FrameLayout.capsules.contains(geometry.capsules.count), "an array has 3 to 8 capsules")
        precondition(
            geometry.capsules.allSatisfy { $0.radius <= Self.largestRadius },
            "capsules within \(Self.largestRadius) m of the array's centre")
        let radius = geometry.capsules.map(\.radius).reduce(0, +) / Float(geometry.capsules.count)
        precondition(
            geometry.mount == .open
                || geometry.capsules.allSatisfy {
                    $0.directivity == 1 && abs($0.radius - radius) <= 0.02 * radius && radius > 0
                }, "capsules on a sphere are omnidirectional and at one distance from its centre")
        self.format = format
        self.geometry = geometry
        self.radius = Double(radius)
        let isSphere = format == .mic && geometry.mount == .rigidSphere
        angles = isSphere ? 181 : 1
        phases = format == .mic && (!isSphere || geometry.capsules.contains { $0.delay != 0 }) ? 128 : 16
        let shape = Shape(angles, phases, OctaveBands.count, Self.taps)
        var arena = Arena<Float>(holding: shape)
        table = arena.take(shape)
        self.arena = arena
        fill()
    }

    /// The pressure at a capsule of `mic`, relative to that at the array's centre without the array.
    ///
    /// - Parameters: `direction` that the wave comes from; `frequency` in Hz.
    package func pressure(capsule: Int, from direction: Direction, frequency: Double) -> Complex {
        let capsule = geometry.capsules[capsule]
        let wave = 2 * .pi * frequency / Double(Acoustics.speedOfSound)
        switch geometry.mount {
        case .open:
            return capsule.deviation(frequency: frequency)
                * (Double(capsule.sensitivity(to: direction)) * Complex(phase: wave * Double(Self.path(capsule, direction))))
        case .rigidSphere:
            guard frequency > 0 else { return capsule.deviation(frequency: 0) }
            let p = RigidSphere.pressure(
                RigidSphere.coefficients(wave * radius), cosine: Double(Self.cosine(capsule.direction, direction)))
            return capsule.deviation(frequency: frequency) * Complex(p.real, p.imaginary)
        }
    }

    /// Adds a wave to an impulse response.
    ///
    /// - Parameters:
    ///   - delay: samples until the wave reaches the array's centre; samples outside the response are ignored.
    ///   - gains: pressure for each band.
    ///   - response: [channels, length], samples from the emission on.
    package func add(delay: Float, from direction: Direction, gains: BandValues, to response: MutableTensorRef<Float>) {
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.taps) { kernel in
            guard let kernel = kernel.baseAddress else { return }
            if format == .foa {
                guard let start = unsafe fillKernel(kernel, delay: delay, angle: 0, gains, response) else { return }
                let weights = SIMD4(1, direction.y, direction.z, direction.x)
                for channel in 0..<AudioFormat.channels {
                    unsafe add(kernel, times: weights[channel], at: start, channel: channel, response)
                }
                return
            }
            for (channel, capsule) in geometry.capsules.enumerated() {
                var delay = delay + capsule.delay * Float(AudioFormat.sampleRate)
                var gain = Float(capsule.amplitude)
                var angle = 0
                switch geometry.mount {
                case .open:
                    delay -= Self.path(capsule, direction) * Float(AudioFormat.sampleRate) / Acoustics.speedOfSound
                    gain *= capsule.sensitivity(to: direction)
                case .rigidSphere:
                    let cosine = Self.cosine(capsule.direction, direction)
                    angle = Int((acos(min(max(cosine, -1), 1)) * 180 / .pi).rounded())
                }
                guard let start = unsafe fillKernel(kernel, delay: delay, angle: angle, gains, response) else { continue }
                unsafe add(kernel, times: gain, at: start, channel: channel, response)
            }
        }
    }

    /// - Returns: the first sample of the kernel, nil if it lies outside the response.
    private func fillKernel(
        _ kernel: UnsafeMutablePointer<Float>, delay: Float, angle: Int, _ gains: BandValues,
        _ response: MutableTensorRef<Float>
    ) -> Int? {
        let ticks = Int((delay * Float(phases)).rounded())
        let start = ticks / phases - Self.centre
        guard ticks >= 0, start >= 0, start + Self.taps <= response.shape[1] else { return nil }
        let row = (angle * phases + ticks % phases) * OctaveBands.count * Self.taps
        var gains = gains
        unsafe withUnsafePointer(to: &gains) { lanes in
            unsafe lanes.withMemoryRebound(to: Float.self, capacity: OctaveBands.count) { gain in
                unsafe bearing_band_kernel(kernel, table.unsafeBase + row, gain)
            }
        }
        return start
    }

    private func add(
        _ kernel: UnsafeMutablePointer<Float>, times gain: Float, at start: Int, channel: Int,
        _ response: MutableTensorRef<Float>
    ) {
        let target = unsafe response.unsafeBase + channel * response.shape[1] + start
        unsafe bearing_accumulate(target, kernel, gain, Int32(Self.taps))
    }

    /// Path difference in metres of a capsule to a distant source, relative to the array's centre.
    private static func path(_ capsule: ArrayGeometry.Capsule, _ direction: Direction) -> Float {
        (capsule.position * SIMD3(direction.x, direction.y, direction.z)).sum()
    }

    private static func cosine(_ a: Direction, _ b: Direction) -> Float { a.x * b.x + a.y * b.y + a.z * b.z }

    /// Band filters times array response times fractional delay, transformed to time, with a window.
    private func fill() {
        let transform = RealTransform(points: Self.transformPoints)
        let frequencies = (0..<transform.bins).map {
            Double($0 * AudioFormat.sampleRate) / Double(Self.transformPoints)
        }
        let weights = frequencies.map { OctaveBands.weights(at: $0) }
        let scales = frequencies.map { OctaveBands.taper(at: $0) / Double(Self.transformPoints) }
        let modes = isSphere ? frequencies.map { Self.coefficients($0, radius: radius) } : []
        for angle in 0..<angles {
            let cosine = cos(Double(angle) * .pi / 180)
            let spectrum = frequencies.indices.map { bin -> Complex in
                guard isSphere else { return Complex(scales[bin]) }
                let p = RigidSphere.pressure(modes[bin], cosine: cosine)
                return scales[bin] * Complex(p.real, p.imaginary)
            }
            for phase in 0..<phases {
                let delay = Double(Self.centre) + Double(phase) / Double(phases)
                let step = Complex(phase: -2 * .pi * delay / Double(Self.transformPoints))
                var turn = Complex(1)
                let turned = spectrum.map { value in
                    defer { turn = turn * step }
                    return value * turn
                }
                for band in 0..<OctaveBands.count {
                    for bin in 0..<transform.bins {
                        transform.real[bin] = Float(turned[bin].real) * weights[bin][band]
                        transform.imaginary[bin] = Float(turned[bin].imaginary) * weights[bin][band]
                    }
                    transform.inverse()
                    let row = ((angle * phases + phase) * OctaveBands.count + band) * Self.taps
                    for tap in 0..<Self.taps {
                        table[row + tap] = transform.time[tap] * Self.window(Double(tap) - delay)
                    }
                }
            }
        }
    }

    private static func coefficients(_ frequency: Double, radius: Double) -> [(real: Double, imaginary: Double)] {
        guard frequency > 0 else { return [(1, 0)] }
        return RigidSphere.coefficients(2 * .pi * frequency / Double(Acoustics.speedOfSound) * radius)
    }

    /// 1 within 16 samples of the centre, where the array's response lies, then a raised cosine to 0.
    private static func window(_ offset: Double) -> Float {
        let x = min(max((abs(offset) - 16) / 15, 0), 1)
        return Float(0.5 + 0.5 * cos(.pi * x))
    }
}
