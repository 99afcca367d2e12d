import Kernels
import Networks
import Platform
import Tensor
import TestSupport
import Testing

@Suite struct HungarianNetTests {
    @Test(arguments: [1, 2, 3, 4]) func everyGradientAgreesWithFiniteDifferences(tracks: Int) {
        let matrices = 3
        let parameters = HungarianParameters<Double>(tracks, width: 6, seed: 2)
        let gradients = HungarianParameters<Double>(zeros: tracks, width: 6)
        let net = HungarianNet<Double>(maximumTracks: tracks, width: 6, matrices: matrices)
        var random = SplitMix64(seed: 3)
        let square = Shape(matrices, tracks, tracks)
        func draw(_ count: Int, from low: Double, to high: Double) -> [Double] {
            (0..<count).map { _ in low + (high - low) * random.unit() }
        }
        // Some beyond the limit, where nothing must flow back.
        var distances = draw(square.count, from: 0, to: 2).enumerated().map { $0.offset % 4 == 3 ? $0.element + 4.5 : $0.element }
        let slopes = [square.count, matrices * tracks, matrices * tracks].map { draw($0, from: -1, to: 1) }
        func loss() -> Double {
            distances.withTensor(square) { net.forward($0, parameters) }
            return zip([net.associationLogits, net.rowMaxima, net.columnMaxima], slopes).reduce(0) { sum, pair in
                sum + zip(pair.0.array, pair.1).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
        _ = loss()
        var arena = Arena<Double>(capacity: Arena<Double>.footprint(square))
        let distanceGradient = arena.take(square)
        distances.withTensor(square) { distances in
            slopes[0].withTensor(square) { association in
                slopes[1].withTensor(Shape(matrices, tracks)) { rows in
                    slopes[2].withTensor(Shape(matrices, tracks)) { columns in
                        net.backward(
                            distances, associationGradient: association, rowGradient: rows, columnGradient: columns,
                            parameters, gradients: gradients, distanceGradient: distanceGradient)
                    }
                }
            }
        }
        let found = distanceGradient.array
        let step = 1e-6
        func expectClose(_ gradient: Double, _ above: Double, _ below: Double, _ what: String) {
            let expected = (above - below) / (2 * step)
            #expect(
                abs(gradient - expected) <= 2e-6 * max(0.01, abs(expected)), "\(what): \(gradient), by differences \(expected)")
        }
        for i in distances.indices {
            let kept = distances[i]
            distances[i] = kept + step
            let above = loss()
            distances[i] = kept - step
            let below = loss()
            distances[i] = kept
            expectClose(found[i], above, below, "distance \(i)")
        }
        for (entry, gradient) in zip(parameters.entries, gradients.entries) {
            for i in 0..<entry.values.count {
                let kept = entry.values[i]
                entry.values[i] = kept + step
                let above = loss()
                entry.values[i] = kept - step
                let below = loss()
                entry.values[i] = kept
                expectClose(gradient.values[i], above, below, "\(entry.name)[\(i)]")
            }
        }
        #expect(arena.used == arena.capacity)
        withExtendedLifetime((parameters, gradients)) {}
    }

    @Test func maximaAreThoseOfTheLogits() {
        let net = HungarianNet<Float>(maximumTracks: 3, width: 8, matrices: 2)
        let parameters = HungarianParameters<Float>(3, width: 8, seed: 5)
        (0..<18).map { Float($0 * 7 % 18) / 9 }.withTensor(Shape(2, 3, 3)) { net.forward($0, parameters) }
        let logits = net.associationLogits.array
        for s in 0..<2 {
            for i in 0..<3 {
                #expect(net.rowMaxima[s * 3 + i] == (0..<3).map { logits[s * 9 + i * 3 + $0] }.max())
                #expect(net.columnMaxima[s * 3 + i] == (0..<3).map { logits[s * 9 + $0 * 3 + i] }.max())
            }
        }
    }
}

/// The same network in PyTorch (tools/oracles/losses.py), double precision on both sides.
@Suite struct HungarianNetOracleTests {
    @Test(arguments: [2, 3]) func logitsAndGradientsAgreeWithPyTorch(tracks: Int) throws {
        let oracle = try oracleFixture("Losses/losses.safetensors")
        let width = oracle.shape("hnet\(tracks).attention.query.weight")[0]
        let distances = oracle.doubles("hnet\(tracks).D")
        #expect(distances.contains { $0 > HungarianNet<Double>.distanceLimit })
        let matrices = distances.count / tracks / tracks
        let (square, line) = (Shape(matrices, tracks, tracks), Shape(matrices, tracks))
        let parameters = HungarianParameters<Double>(zeros: tracks, width: width)
        let gradients = HungarianParameters<Double>(zeros: tracks, width: width)
        for (name, values) in parameters.entries { values.copy(from: oracle.doubles("hnet\(tracks).\(name)")) }
        let net = HungarianNet<Double>(maximumTracks: tracks, width: width, matrices: matrices)
        var arena = Arena<Double>(capacity: Arena<Double>.footprint(square))
        let distanceGradient = arena.take(square)
        distances.withTensor(square) { distances in
            net.forward(distances, parameters)
            expectClose(net.associationLogits.array, oracle.doubles("hnet\(tracks).logits"), "logits")
            oracle.doubles("hnet\(tracks).slope.logits").withTensor(square) { association in
                oracle.doubles("hnet\(tracks).slope.rows").withTensor(line) { rows in
                    oracle.doubles("hnet\(tracks).slope.columns").withTensor(line) { columns in
                        net.backward(
                            distances, associationGradient: association, rowGradient: rows, columnGradient: columns,
                            parameters, gradients: gradients, distanceGradient: distanceGradient)
                    }
                }
            }
        }
        expectClose(distanceGradient.array, oracle.doubles("hnet\(tracks).gradient.D"), "distances")
        for (name, values) in gradients.entries {
            expectClose(values.array, oracle.doubles("hnet\(tracks).gradient.\(name)"), name)
        }
        #expect(arena.used == arena.capacity)
        withExtendedLifetime((parameters, gradients)) {}
    }
}
