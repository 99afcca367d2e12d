import Audio
import Features
import Geometry
import Platform
import Signal
import Tensor
import Testing
import Training

@Suite struct AugmentationTests {
    /// White noise from one direction, encoded in ACN order and SN3D: W, Y, Z, X.
    private func planeWave(_ x: Float, _ y: Float, _ z: Float, gain: Float = 1) -> [Float] {
        var random = RandomStream(seed: 5)
        return (0..<FrameLayout.samplesPerBlock * 2).flatMap { _ in
            let s = Float.random(in: -0.1...0.1, using: &random) * gain
            return [s, s * y, s * z, s * x]
        }
    }

    private func features(_ audio: [Float], _ kind: FeatureKind = .foaIntensity) -> [Float] {
        var extractor = FeatureExtractor(kind)
        var frames: [Float] = []
        extractor.push(audio.span) { frames += $0.array }
        return frames
    }

    private func transformed(
        _ frames: [Float], _ transform: FeatureTransform, _ kind: FeatureKind = .foaIntensity
    ) -> [Float] {
        let size = FrameTiming.melBands * kind.channels
        let scaler = FeatureScaler(
            kind: kind, mean: [Float](repeating: 0, count: size), deviation: [Float](repeating: 1, count: size))
        let shape = Shape(frames.count / size, FrameTiming.melBands, kind.channels)
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(shape))
        let target = arena.take(shape)
        frames.withTensor(shape) { transform.apply($0, to: target, scaler: scaler) }
        return target.array
    }

    /// Two sounds at once, which makes the covariance of any two channels complex.
    private func planeWaves(_ reflection: AxisReflection) -> [Float] {
        let (first, second) = (reflection.applied(to: (0.6, 0.48, 0.64)), reflection.applied(to: (-0.8, 0.36, -0.48)))
        let later = [Float](repeating: 0, count: 4 * 9) + planeWave(second.x, second.y, second.z)
        return zip(planeWave(first.x, first.y, first.z), later).map { $0 + 0.7 * $1 }
    }

    @Test(arguments: [FeatureKind.foaIntensity, .foaCovariance], 0..<16 as Range<UInt64>)
    func featuresOfAReflectedSceneAreTheReflectedFeatures(kind: FeatureKind, bits: UInt64) {
        let reflection = AxisReflection(bits: bits)
        let direct = features(planeWaves(reflection), kind)
        let reflected = transformed(
            features(planeWaves(.identity), kind), FeatureTransform(kind: kind, gain: 0, symmetry: .axes(reflection)), kind)
        for i in direct.indices { #expect(abs(direct[i] - reflected[i]) < 1e-3) }
    }

    @Test func theSixteenReflectionsDiffer() {
        #expect(Set((0..<16).map { AxisReflection(bits: $0) }).count == 16)
    }

    @Test func gainOnFeaturesIsGainOnAudio() {
        let quiet = features(planeWave(0.6, 0, 0.8, gain: 0.1))
        let raised = transformed(features(planeWave(0.6, 0, 0.8)), FeatureTransform(kind: .foaIntensity, gain: -20))
        for i in quiet.indices { #expect(abs(quiet[i] - raised[i]) < 2e-2) }
    }

    @Test func logMelStaysAboveItsFloor() {
        let silence = features([Float](repeating: 0, count: FrameLayout.samplesPerBlock * 4))
        let lowered = transformed(silence, FeatureTransform(kind: .foaIntensity, gain: -36))
        #expect(lowered.allSatisfy { $0 >= FeatureTransform.logMelFloor })
    }
}
