package import Geometry
import Glibc
import Signal

extension ArrayGeometry {
    /// Responses of the capsules to plane waves, relative to the pressure at the array's centre without the array; gains and delays of the
    /// capsules included.
    ///
    /// Open arrays: each capsule's sensitivity and its lead (time factor exp(+j omega t)); rigid spheres: `RigidSphere`.
    /// - Parameter frequency: Hz, above 0.
    /// - Returns: [capsules, directions].
    package func response(frequency: Double, to directions: [Direction]) -> [[Complex]] {
        let waveNumber = 2 * .pi * frequency / Double(Acoustics.speedOfSound)
        switch mount {
        case .open:
            return capsules.map { capsule in
                let deviation = capsule.deviation(frequency: frequency)
                return directions.map { direction in
                    let place = capsule.position
                    let lead = place.x * direction.x + place.y * direction.y + place.z * direction.z
                    return deviation * (Double(capsule.sensitivity(to: direction)) * Complex(phase: waveNumber * Double(lead)))
                }
            }
        case .rigidSphere:
            let coefficients = RigidSphere.coefficients(waveNumber * Double(capsules[0].radius))
            return capsules.map { capsule in
                let deviation = capsule.deviation(frequency: frequency)
                let place = capsule.direction
                return directions.map { direction in
                    let cosine = place.x * direction.x + place.y * direction.y + place.z * direction.z
                    let pressure = RigidSphere.pressure(coefficients, cosine: Double(cosine))
                    return deviation * Complex(pressure.real, pressure.imaginary)
                }
            }
        }
    }
}

extension ArrayGeometry.Capsule {
    /// Its gain as a factor.
    package var amplitude: Double { gain == 0 ? 1 : pow(10, Double(gain) / 20) }

    /// Its gain and delay as a factor of its response; 1 of an equal capsule.
    /// - Parameter frequency: Hz.
    package func deviation(frequency: Double) -> Complex {
        guard gain != 0 || delay != 0 else { return Complex(1) }
        return amplitude * Complex(phase: -2 * .pi * frequency * Double(delay))
    }
}

extension ArrayGeometry {
    /// Responses of the capsules to a plane wave, real and imaginary parts, relative to the pressure at the array's centre.
    ///
    /// - Parameter frequency: Hz, above 0.
    /// - Returns: [directions], a lane for each capsule, 0 beyond the last.
    package func responses(
        frequency: Double, to directions: [Direction]
    ) -> [(real: SIMD8<Double>, imaginary: SIMD8<Double>)] {
        let response = response(frequency: frequency, to: directions)
        return directions.indices.map { index in
            var (real, imaginary) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
            for channel in capsules.indices {
                real[channel] = response[channel][index].real
                imaginary[channel] = response[channel][index].imaginary
            }
            return (real, imaginary)
        }
    }

    /// The real part of the coherence of each pair of capsules in a diffuse field, at a frequency in Hz: [capsules][capsules].
    package func diffuseCoherence(frequency: Double) -> [[Double]] {
        let response = response(frequency: frequency, to: AFormatEncoder.spread(200))
        let power = response.map { $0.reduce(0) { $0 + $1.power } }
        return capsules.indices.map { i in
            capsules.indices.map { j in
                let cross = response[i].indices.reduce(0.0) { $0 + (response[i][$1] * response[j][$1].conjugate).real }
                return cross / (power[i] * power[j]).squareRoot()
            }
        }
    }

    /// Directions distributed evenly over the sphere.
    package static func directions(_ count: Int) -> [Direction] { AFormatEncoder.spread(count) }
}
