import Glibc

// Glibc's functions in double under names that do not clash with a tensor's own; for the cold paths of training.

func exponential(_ x: Double) -> Double { exp(x) }
func naturalLogarithm(_ x: Double) -> Double { log(x) }
func logistic(_ x: Double) -> Double { 1 / (1 + exponential(-x)) }
func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
func cosine(_ x: Float) -> Float { Float(cos(Double(x))) }
