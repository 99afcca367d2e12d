import Glibc

// Glibc's functions in double precision, under names that do not clash with a tensor's own; for offline code.

package func exponential(_ x: Double) -> Double { exp(x) }
package func naturalLogarithm(_ x: Double) -> Double { log(x) }
package func logistic(_ x: Double) -> Double { 1 / (1 + exponential(-x)) }
package func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
package func cosine(_ x: Float) -> Float { Float(cos(Double(x))) }
