import Audio
import Geometry

/// Hypotheses about the capsules of an array: the order in which the measured directions agree with the known ones.
struct CapsuleTrial: ChannelTrial {
    let measured: [Direction?]
    private let wanted: [Direction]
    private let geometry: ArrayGeometry
    var channels: Int { geometry.capsules.count }
    private let covariances: [ChannelCovariance]

    private static let bins = ChannelSpectra.bins(300...4000)
    /// Minimum position between a diffuse field (0) and a single plane wave (1) for a distinct sound.
    private static let clear = 0.2

    /// - Parameter wanted: directions of the sounds in the array's axes.
    init(_ sounds: [CalibrationSound], _ geometry: ArrayGeometry, wanted: [Direction]) {
        self.wanted = wanted
        self.geometry = geometry
        let channels = geometry.capsules.count
        let inverted = PolarityCheck.invertedChannels(
            ChannelSpectra(sounds.flatMap(\.samples), channels: channels), geometry, Array(0..<channels))
        let covariances = sounds.map { sound in
            var samples = sound.samples
            for channel in inverted {
                for index in stride(from: channel, to: samples.count, by: channels) { samples[index] = -samples[index] }
            }
            let spectra = ChannelSpectra(samples, channels: channels)
            return spectra.covariance(spectra.onsets, bins: Self.bins)
        }
        self.covariances = covariances
        let grid = ArrayGeometry.directions(1000)
        let steering = Self.steering(geometry, grid + wanted)
        measured = covariances.indices.map { index in
            let matches = steering[..<grid.count].map { covariances[index].match($0) }
            let expected = steering[grid.count + index]
            let ordered = ChannelOrderSearch(channels).best { covariances[index].match(expected, order: $0) }.score
            let best = matches.indices.max { matches[$0] < matches[$1] } ?? 0
            // A diffuse field matches a response like the mean of plane waves from all directions.
            let diffuse = stride(from: 0, to: grid.count, by: 5).map { expected.match(steering[$0]) }
            let base = diffuse.reduce(0, +) / Double(diffuse.count)
            let match = max(matches[best], ordered)
            return match > base + Self.clear * (1 - base) ? grid[best] : nil
        }
    }

    func best(_ clear: [Int]) -> ChannelHypothesis {
        let steering = Self.steering(geometry, wanted)
        let best = ChannelOrderSearch(channels).best { order in
            clear.reduce(0) { $0 + covariances[$1].match(steering[$1], order: order) }
        }
        return ChannelHypothesis(order: best.order)
    }

    func fit(_ hypothesis: ChannelHypothesis, _ directions: [Direction], _ clear: [Int]) -> Double {
        let steering = Self.steering(geometry, directions)
        let sum = clear.reduce(0) { $0 + covariances[$1].match(steering[$1], order: hypothesis.order) }
        return sum / Double(clear.count)
    }

    func omniLevel(_ hypothesis: ChannelHypothesis, _ clear: [Int]) -> Float? { nil }

    private static func steering(_ geometry: ArrayGeometry, _ directions: [Direction]) -> [PlaneWaveResponse] {
        var vectors = [PlaneWaveResponse](repeating: PlaneWaveResponse(), count: directions.count)
        for bin in bins {
            let responses = geometry.responses(frequency: ChannelSpectra.frequency(bin), to: directions)
            for (index, response) in responses.enumerated() {
                vectors[index].real.append(response.real)
                vectors[index].imaginary.append(response.imaginary)
                vectors[index].power.append((response.real * response.real + response.imaginary * response.imaginary).sum())
            }
        }
        return vectors
    }
}
