import Features

extension FeatureTransform {
    /// Mapped frames, in place: the level with its gain, harmonics rotated, all scaled, masked bands at the training mean.
    /// - Parameter frames: [n, 64, 12].
    func applyHarmonics(_ frames: UnsafeMutablePointer<Float>, count: Int, scaler: FeatureScaler) {
        let (channels, bands) = (HarmonicMap.channels, FrameTiming.melBands)
        let mean = scaler.mean
        let inverse = scaler.deviation.map { 1 / $0 }
        var columns: [SIMD8<Float>]?
        if case .harmonics(let rotation) = symmetry { columns = rotation.columns }
        for frame in 0..<count {
            let base = unsafe frames + frame * bands * channels
            for band in 0..<bands {
                let row = unsafe base + band * channels
                unsafe row[0] = max(row[0] + offset[0], floor[0])
                if let columns {
                    var sum = SIMD8<Float>.zero
                    for harmonic in 0..<HarmonicMap.harmonics { sum += unsafe row[1 + harmonic] * columns[harmonic] }
                    for harmonic in 0..<HarmonicMap.harmonics { unsafe row[1 + harmonic] = sum[harmonic] }
                }
                let at = band * channels
                for channel in 0..<channels { unsafe row[channel] = (row[channel] - mean[at + channel]) * inverse[at + channel] }
            }
            for mask in masks {
                for index in mask.lowerBound * channels..<mask.upperBound * channels { unsafe base[index] = 0 }
            }
        }
    }
}
