import Glibc

/// Gains, coefficients or times for each of the eight octave bands.
public typealias BandValues = SIMD8<Float>

/// The octave bands in which rooms absorb: centres 62.5 Hz to 8 kHz, the outer ones open to 0 Hz and 12 kHz.
public enum OctaveBands {
    public static let count = 8
    /// Hz.
    public static let centres = BandValues(62.5, 125, 250, 500, 1000, 2000, 4000, 8000)

    /// The bands' weights at a frequency: adjacent bands cross over with squared cosines of the logarithm of frequency, and the
    /// weights sum to 1, so that equal gains give a flat filter.
    public static func weights(at frequency: Double) -> BandValues {
        var weights = BandValues.zero
        let octave = frequency > 0 ? log2(frequency / Double(centres[0])) : -1
        if octave <= 0 {
            weights[0] = 1
        } else if octave >= Double(count - 1) {
            weights[count - 1] = 1
        } else {
            let band = Int(octave)
            let c = cos((octave - Double(band)) * .pi / 2)
            weights[band] = Float(c * c)
            weights[band + 1] = Float(1 - c * c)
        }
        return weights
    }

    /// Band limit of all rendering: 1 up to 11 kHz, 0 at 12 kHz, so that fractional delays are possible.
    public static func taper(at frequency: Double) -> Double {
        let x = min(max((frequency - 11_000) / 1000, 0), 1)
        return 0.5 + 0.5 * cos(.pi * x)
    }

    /// Absorption of sound intensity by air, nepers per metre, at 101.325 kPa (ISO 9613-1, equations 3 to 5).
    ///
    /// - Parameters: `temperature` in degrees Celsius; relative `humidity` in percent.
    public static func airAbsorption(temperature: Double, humidity: Double) -> BandValues {
        let kelvin = temperature + 273.15
        let relative = kelvin / 293.15
        let saturation = pow(10, -6.8346 * pow(273.16 / kelvin, 1.261) + 4.6151)
        let h = humidity * saturation
        let oxygen = 24 + 4.04e4 * h * (0.02 + h) / (0.391 + h)
        let nitrogen = pow(relative, -0.5) * (9 + 280 * h * exp(-4.170 * (pow(relative, -1.0 / 3) - 1)))
        var result = BandValues.zero
        for band in 0..<count {
            let f = Double(centres[band])
            let relaxation =
                0.01275 * exp(-2239.1 / kelvin) / (oxygen + f * f / oxygen)
                + 0.1068 * exp(-3352 / kelvin) / (nitrogen + f * f / nitrogen)
            // Pressure attenuation in dB per metre, then intensity in nepers.
            let decibels = 8.686 * f * f * (1.84e-11 * relative.squareRoot() + pow(relative, -2.5) * relaxation)
            result[band] = Float(decibels / 10 * log(10))
        }
        return result
    }
}

extension SIMD8<Float> {
    /// A function of every band.
    func mapBands(_ body: (Float) -> Float) -> BandValues {
        var result = self
        for band in 0..<8 { result[band] = body(self[band]) }
        return result
    }
}
