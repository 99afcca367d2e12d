import Features
import Geometry
import Tensor
import TestSupport

/// Interleaved white noise in four independent channels.
func noise(frames: Int, level: Float = 0.1, seed: UInt64 = 1) -> [Float] {
    var random = SeededRandom(seed: seed)
    return (0..<frames * 4).map { _ in random.normal() * level }
}

/// White noise from one direction as first-order Ambisonics: W, Y, Z, X in SN3D.
func planeWave(from direction: Direction, frames: Int, level: Float = 0.1, seed: UInt64 = 1) -> [Float] {
    var random = SeededRandom(seed: seed)
    return (0..<frames).flatMap { _ in
        let s = random.normal() * level
        return [s, s * direction.y, s * direction.z, s * direction.x]
    }
}

/// All feature frames of the audio, one after the other, pushed in pieces of `chunk()` sample frames.
func features(_ kind: FeatureKind, of audio: [Float], chunk: () -> Int) -> [Float] {
    var extractor = FeatureExtractor(kind)
    return features(&extractor, of: audio, chunk: chunk)
}

func features(_ extractor: inout FeatureExtractor, of audio: [Float], chunk: () -> Int) -> [Float] {
    var result: [Float] = []
    var start = 0
    while start < audio.count {
        let end = min(start + 4 * chunk(), audio.count)
        extractor.push(audio.span.extracting(start..<end)) { result += $0.array }
        start = end
    }
    return result
}

func features(_ kind: FeatureKind, of audio: [Float]) -> [Float] {
    features(kind, of: audio) { audio.count / 4 }
}
