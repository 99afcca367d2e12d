import Tensor
import TestSupport
import Testing

@Suite struct TensorRefTests {
    /// 0, 1, 2, ... in a tensor of a shape.
    private func counting(_ shape: Shape, in arena: inout Arena<Int32>) -> MutableTensorRef<Int32> {
        let tensor = arena.take(shape)
        tensor.copy(from: (0..<Int32(shape.count)).map { $0 })
        return tensor
    }

    @Test func elementsLieRowMajorWithTheLastAxisFastest() {
        let shape = Shape(2, 3, 4, 5)
        var arena = Arena<Int32>(capacity: Arena<Int32>.footprint(shape))
        let tensor = counting(shape, in: &arena)
        for a in 0..<2 {
            let outer = tensor.rows(a..<a + 1).reshaped(Shape(3, 4, 5))
            for b in 0..<3 {
                let middle = outer.rows(b..<b + 1).reshaped(Shape(4, 5))
                for c in 0..<4 {
                    let inner = middle.rows(c..<c + 1).reshaped(Shape(5))
                    for d in 0..<5 { #expect(inner[d] == Int32(((a * 3 + b) * 4 + c) * 5 + d)) }
                }
            }
        }
    }

    @Test func rowsKeepTheRankAndTheOtherExtents() {
        let shape = Shape(4, 3, 2)
        var arena = Arena<Int32>(capacity: Arena<Int32>.footprint(shape))
        let tensor = counting(shape, in: &arena)
        for lower in 0...4 {
            for upper in lower...4 {
                let expected = (Int32(lower * 6)..<Int32(upper * 6)).map { $0 }
                #expect(tensor.rows(lower..<upper).shape == Shape(upper - lower, 3, 2))
                #expect(tensor.rows(lower..<upper).array == expected, "rows \(lower)..<\(upper)")
                #expect(tensor.readOnly.rows(lower..<upper).shape == Shape(upper - lower, 3, 2))
                #expect(tensor.readOnly.rows(lower..<upper).array == expected, "rows \(lower)..<\(upper)")
            }
        }
    }

    @Test func viewsShareMemory() {
        var arena = Arena<Int32>(capacity: 16)
        let tensor = counting(Shape(3, 4), in: &arena)
        let (readOnly, row, flat) = (tensor.readOnly, tensor.rows(1..<2), tensor.reshaped(Shape(12)))
        row[2] = 100
        #expect(tensor[6] == 100 && readOnly[6] == 100 && flat[6] == 100 && readOnly.reshaped(Shape(2, 6))[6] == 100)
        flat[0] = -1
        #expect(tensor.array[0] == -1)
    }

    @Test func writingRowsLeavesTheOthersAlone() {
        var arena = Arena<Int32>(capacity: 32)
        let tensor = counting(Shape(4, 3), in: &arena)
        tensor.rows(1..<3).fill(-1)
        #expect(tensor.array == [0, 1, 2, -1, -1, -1, -1, -1, -1, 9, 10, 11])
        tensor.rows(3..<4).copy(from: tensor.rows(0..<1).readOnly)
        #expect(tensor.array == [0, 1, 2, -1, -1, -1, -1, -1, -1, 0, 1, 2])
    }

    /// Source and target of a copy may overlap, in both directions: state is shifted by a block this way.
    @Test(arguments: [(0, 1), (1, 0), (0, 2), (2, 0), (1, 1)])
    func overlappingCopiesShift(from: Int, to: Int) {
        var arena = Arena<Int32>(capacity: 512)
        let tensor = counting(Shape(5, 100), in: &arena)
        let moved = tensor.rows(from..<from + 3).array
        tensor.rows(to..<to + 3).copy(from: tensor.rows(from..<from + 3).readOnly)
        #expect(tensor.rows(to..<to + 3).array == moved)
    }

    @Test func copyingTakesAnyShapeOfEqualCount() {
        var arena = Arena<Int32>(capacity: 64)
        let (source, target) = (counting(Shape(2, 6), in: &arena), arena.take(Shape(3, 4)))
        target.copy(from: source.readOnly)
        #expect(target.array == source.array)
    }

    @Test func emptyTensorsAreCopiedAndFilled() {
        var arena = Arena<Float>(capacity: 0)
        let empty = arena.take(Shape(0, 4))
        empty.fill(1)
        empty.copy(from: [Float]())
        empty.copy(from: empty.readOnly)
        #expect(empty.array == [])
        #expect(empty.reshaped(Shape(4, 0)).count == 0)
        #expect(empty.rows(0..<0).count == 0)
    }

    @Test func anArrayProvidesItsElements() {
        let values: [Float] = [1, 2, 3, 4, 5, 6]
        #expect(values.withTensor(Shape(2, 3)) { $0.rows(1..<2).array } == [4, 5, 6])
        struct Refused: Error {}
        #expect(throws: Refused.self) { try values.withTensor(Shape(6)) { _ throws -> Void in throw Refused() } }
    }

    @Test func viewsAndCopiesAllocateNothing() {
        var arena = Arena<Int32>(capacity: 64)
        let (source, target) = (counting(Shape(4, 6), in: &arena), arena.take(Shape(4, 6)))
        let count = allocations {
            for row in 0..<4 {
                target.rows(row..<row + 1).copy(from: source.readOnly.rows(row..<row + 1))
                target.reshaped(Shape(24))[row] += source.readOnly.reshaped(Shape(6, 4))[row]
            }
        }
        #expect(count == 0)
    }
}
