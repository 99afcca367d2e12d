import SafeTensors
import Testing

@Suite struct HalfTests {
    /// Every number of 16 bits, by its definition.
    @Test func valuesAreThoseOfTheStandard() {
        for bits in UInt16.min...UInt16.max {
            let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023) / 1024)
            let value = Half.value(bits)
            #expect((value.sign == .minus) == (bits & 0x8000 != 0))
            guard exponent < 31 else {
                #expect(fraction == 0 ? value.isInfinite : value.isNaN)
                #expect(Half.bits(value) == nil)
                continue
            }
            let size = exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
            #expect(Double(value.magnitude) == size)
            #expect(Half.bits(value) == bits)
        }
    }

    /// Halfway between two neighbours the even one is nearest; a step to either side of it decides.
    @Test func theNearestIsTaken() {
        for bits in UInt16.min..<0x7BFF {
            let (low, high) = (Half.value(bits), Half.value(bits + 1))
            let middle = low + (high - low) / 2
            #expect(Half.bits(middle) == (bits % 2 == 0 ? bits : bits + 1))
            #expect(Half.bits(middle.nextDown) == bits && Half.bits(middle.nextUp) == bits + 1)
            #expect(Half.bits(-middle.nextUp) == (bits + 1) | 0x8000)
        }
    }

    @Test func whatIsTooLargeIsNone() {
        #expect(Half.bits(Half.greatest) == 0x7BFF && Half.bits((65_520 as Float).nextDown) == 0x7BFF)
        for value in [65_520, -65_520, Float.greatestFiniteMagnitude, .infinity, -.infinity, .nan] { #expect(Half.bits(value) == nil) }
        #expect(Half.bits(0x1p-25) == 0 && Half.bits((0x1p-25 as Float).nextUp) == 1)
        #expect(Half.bits(-0.0) == 0x8000 && Half.bits(.leastNonzeroMagnitude) == 0)
    }
}
