import Tensor
import Testing

@Suite struct ArenaTests {
    @Test func memoryStartsAsZeros() {
        var arena = Arena<Float>(capacity: 64)
        #expect(arena.take(Shape(3, 5)).array == [Float](repeating: 0, count: 15))
        #expect(arena.all.array == [Float](repeating: 0, count: 64))
    }

    @Test(arguments: [1, 15, 16, 17, 48])
    func everyTensorIsAlignedToACacheLine(count: Int) {
        var arena = Arena<Float>(capacity: 4 * Arena<Float>.footprint(Shape(count)))
        for _ in 0..<4 {
            let address = unsafe UInt(bitPattern: arena.take(Shape(count)).unsafeBase)
            #expect(address % UInt(Arena<Float>.alignment) == 0)
        }
    }

    @Test func footprintRoundsUpToWholeCacheLines() {
        #expect([0, 1, 16, 17].map { Arena<Float>.footprint(Shape($0)) } == [0, 16, 16, 32])
        #expect([1, 8, 9].map { Arena<Double>.footprint(Shape($0)) } == [8, 8, 16])
        #expect(Arena<UInt8>.footprint(Shape(5, 13)) == 128)
        // An element as large as a cache line, or larger, needs no padding.
        #expect(Arena<SIMD16<Double>>.footprint(Shape(3)) == 3)
    }

    @Test func tensorsDoNotOverlap() {
        let shapes = [Shape(1), Shape(2, 9), Shape(3, 1, 7), Shape(2, 2, 2, 5), Shape(16)]
        var arena = Arena<Int32>(capacity: shapes.reduce(0) { $0 + Arena<Int32>.footprint($1) })
        let tensors = shapes.map { arena.take($0) }
        #expect(arena.used == arena.capacity)
        for (index, tensor) in tensors.enumerated() { tensor.fill(Int32(index + 1)) }
        for (index, tensor) in tensors.enumerated() {
            #expect(tensor.array == [Int32](repeating: Int32(index + 1), count: tensor.count), "tensor \(index) of \(tensor.shape)")
        }
    }

    @Test func tensorsWithoutElementsTakeNoSpace() {
        var arena = Arena<Float>(capacity: 0)
        #expect(arena.take(Shape(0)).array == [])
        #expect(arena.take(Shape(4, 0, 3)).array == [])
        #expect(arena.used == 0)
        #expect(arena.all.count == 0)
    }

    @Test func allCoversEveryTensorAndItsPadding() {
        var arena = Arena<Float>(capacity: 48)
        let (first, second) = (arena.take(Shape(3)), arena.take(Shape(17)))
        arena.all.fill(7)
        #expect(first.array == [7, 7, 7])
        #expect(second.array.allSatisfy { $0 == 7 })
        second[16] = 8
        #expect(arena.all[16 + 16] == 8)
    }

    @Test func aLayoutPlacesTensorsAsTakingThemDoes() {
        let shapes = [Shape(1), Shape(2, 9), Shape(0), Shape(3, 1, 7), Shape(3, 1, 7), Shape(16)]
        var layout = ArenaLayout<Int32>()
        let places = shapes[..<3].map { layout.add($0) } + layout.add(shapes[3], times: 2) + [layout.add(shapes[5])]
        let arena = Arena(layout)
        var taken = Arena<Int32>(capacity: layout.count)
        for (place, shape) in zip(places, shapes) {
            let (own, other) = (arena[place], taken.take(shape))
            #expect(own.shape == shape && place.shape == shape)
            let offsets = unsafe (own.unsafeBase - arena.all.unsafeBase, other.unsafeBase - taken.all.unsafeBase)
            #expect(offsets.0 == offsets.1, "a tensor of \(shape)")
        }
        #expect(arena.used == arena.capacity && taken.used == taken.capacity)
        #expect(arena[places].map(\.shape) == shapes)
    }

    @Test func anArenaForOneTensorIsFullWithIt() {
        var arena = Arena<Float>(holding: Shape(3, 7))
        #expect(arena.take(Shape(3, 7)).count == 21)
        #expect(arena.used == arena.capacity)
    }
}
