import Glibc

/// Student's distribution for integer degrees of freedom.
enum StudentT {
    /// The t that |T| exceeds with a probability of 5 %.
    static func quantile(degreesOfFreedom: Int) -> Double {
        precondition(degreesOfFreedom >= 1, "Student's t has at least 1 degree of freedom")
        // As a function of the angle, the probability is smooth enough for bisection down to rounding.
        var (low, high) = (0.0, Double.pi / 2)
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { break }
            if probabilityWithin(middle, degreesOfFreedom) < 0.95 { low = middle } else { high = middle }
        }
        return tan(low) * Double(degreesOfFreedom).squareRoot()
    }

    /// P(|T| < t) with t = tan(angle) sqrt(n): a finite sum (Abramowitz and Stegun, 26.7.3 and 26.7.4).
    private static func probabilityWithin(_ angle: Double, _ n: Int) -> Double {
        let square = cos(angle) * cos(angle)
        // The powers of the cosine are even for an even n, odd for an odd one; each has its own factor.
        var term = n % 2 == 0 ? 1 : cos(angle)
        var sum = 0.0
        for k in stride(from: n % 2 == 0 ? 2 : 3, through: n, by: 2) {
            sum += term
            term *= square * Double(k - 1) / Double(k)
        }
        return n % 2 == 0 ? sin(angle) * sum : 2 / .pi * (angle + sin(angle) * sum)
    }
}
