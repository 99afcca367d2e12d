import Tensor
import Testing

@Suite struct ShapeTests {
    private static let shapes = [Shape(7), Shape(2, 3), Shape(2, 3, 4), Shape(2, 3, 4, 5)]

    @Test(arguments: zip(shapes, [7, 6, 24, 120]))
    func countIsTheProductOfTheExtents(shape: Shape, count: Int) {
        #expect(shape.count == count)
        #expect(shape.array.reduce(1, *) == count)
    }

    @Test func unusedAxesAreOne() {
        let shape = Shape(5)
        #expect((0..<4).map { shape[$0] } == [5, 1, 1, 1])
        #expect(shape.array == [5])
    }

    @Test func shapesOfAnotherRankDiffer() {
        #expect(Shape(6) != Shape(6, 1))
        #expect(Shape(2, 3) != Shape(3, 2))
        #expect(Shape(2, 3) == Shape(2, 3))
        #expect(Set([Shape(6), Shape(6, 1), Shape(6), Shape(1, 6)]).count == 3)
    }

    @Test func descriptionNamesTheExtentsInUse() {
        #expect(Self.shapes.map(\.description) == ["7", "2x3", "2x3x4", "2x3x4x5"])
    }

    @Test func anExtentOfZeroMakesNoElements() {
        #expect(Shape(0).count == 0)
        #expect(Shape(3, 0, 5).count == 0)
    }
}
