import Kernels
import Platform
import Synchronization
import Tensor
import Testing

@Suite struct WorkerTeamTests {
    @Test(arguments: [1, 2, 5]) func everyWorkerRunsOncePerRound(count: Int) {
        let team = WorkerTeam(count: count)
        let calls = (0..<count).map { _ in Counter() }
        for round in 1...500 {
            team.run { calls[$0].value.add(1, ordering: .relaxed) }
            #expect(calls.allSatisfy { $0.value.load(ordering: .relaxed) == round })
        }
    }

    @Test func sharesCoverEveryItemOnce() {
        let team = WorkerTeam(count: 3)
        for total in 0...10 {
            #expect((0..<3).flatMap { Array(team.share($0, of: total)) } == Array(0..<total))
        }
    }

    /// OpenBLAS, held to one thread, is called by four of ours at once: every product is that of a thread alone.
    @Test func concurrentProductsDoNotDisturbEachOther() {
        let (rows, inputs, outputs) = (97, 123, 65)
        let (input, weight) = (noise(rows * inputs, seed: 1).map { Float($0) }, noise(outputs * inputs, seed: 2).map { Float($0) })
        let bias = [Float](repeating: 0.5, count: outputs)
        let team = WorkerTeam(count: 4)
        var arena = Arena<Float>(capacity: 5 * Arena<Float>.footprint(Shape(rows, outputs)))
        let results = (0..<5).map { _ in arena.take(Shape(rows, outputs)) }
        input.withTensor(Shape(rows, inputs)) { x in
            weight.withTensor(Shape(outputs, inputs)) { w in
                bias.withTensor(Shape(outputs)) { b in
                    Affine.forward(output: results[4], input: x, weight: w, bias: b)
                    let expected = results[4].array
                    for _ in 0..<200 {
                        team.run { Affine.forward(output: results[$0], input: x, weight: w, bias: b) }
                        for worker in 0..<4 { #expect(results[worker].array == expected, "worker \(worker)") }
                    }
                }
            }
        }
    }

    /// The published first outputs for seed 1234567.
    @Test func splitMix64() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
        #expect((0..<1000).allSatisfy { _ in (0..<1).contains(random.unit()) })
    }
}

private final class Counter: Sendable {
    let value = Atomic(0)
}
