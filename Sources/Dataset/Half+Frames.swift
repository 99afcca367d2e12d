package import SafeTensors
package import Tensor

extension Half {
    /// Many numbers at once, as `value` gives each: without branches, so that the compiler uses vectors.
    ///
    /// - Parameter halves: finite.
    package static func widen(_ halves: TensorRef<UInt16>, into target: MutableTensorRef<Float>) {
        precondition(target.count == halves.count, "as many places as numbers")
        let from = unsafe halves.unsafeBase
        let to = unsafe target.unsafeBase
        for index in 0..<halves.count {
            let bits = unsafe UInt32(from[index])
            // Exponents differ by 112. The product is exact, also for numbers below the least normal one.
            let size = Float(bitPattern: (bits & 0x7FFF) &<< 13) * 0x1p112
            unsafe to[index] = Float(bitPattern: size.bitPattern | (bits & 0x8000) &<< 16)
        }
    }
}
