import Tensor
import Testing

@Suite struct FiniteTests {
    @Test func everyPositionOfEveryLengthIsChecked() {
        for count in [1, 2, 7, 8, 9, 16, 31, 64] {
            let sound = (0..<count).map { $0 % 2 == 0 ? Float.greatestFiniteMagnitude : -Float.leastNonzeroMagnitude }
            #expect(sound.withTensor(Shape(count)) { $0.isFinite })
            for place in 0..<count {
                for poison in [Float.nan, .infinity, -.infinity, .signalingNaN] {
                    var values = sound
                    values[place] = poison
                    #expect(!values.withTensor(Shape(count)) { $0.isFinite }, "\(poison) at \(place) of \(count)")
                }
            }
            // Infinities that would cancel each other.
            var values = sound
            (values[0], values[count - 1]) = (.infinity, -.infinity)
            #expect(!values.withTensor(Shape(count)) { $0.isFinite })
        }
    }
}
