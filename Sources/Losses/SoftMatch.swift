import Kernels
import Platform

/// A smooth measure of whether an output matches its reference, so that MOTA has a gradient.
///
/// m = p sigmoid((c - d / 2) / 0.05), with p the output's activity, d the distance of unit vectors and c half of that at 20
/// degrees, the threshold of the scores. A reference of activity a costs a (1 - m) as a miss, an output p (1 - a s) as a false
/// track, with s = m / p. A match by an output other than the reference's previous match costs a m as an identity switch.
struct SoftMatch {
    /// p and s.
    let activity, closeness: Double
    private let direction: OutputDirection
    private let apart: SIMD3<Double>
    private let distance: Double

    /// The sine of 10 degrees, and the width of the transition.
    private static let line = 0.17364817766693033, width = 0.05

    /// - Parameters:
    ///   - output: of any length; `logit`: of its activity.
    ///   - reference: a unit vector.
    init(output: SIMD3<Double>, logit: Double, reference: SIMD3<Double>) {
        activity = logistic(logit)
        direction = OutputDirection(output, isUnit: true)
        apart = direction.vector - reference
        distance = apart.lengthOffZero
        closeness = logistic((Self.line - 0.5 * distance) / Self.width)
    }

    /// Whether the output matches the reference; the previous match decides whether the identity has switched.
    var isMatch: Bool { activity * closeness > 0.5 }

    /// The sum of the three costs for a reference with activity `active`.
    func cost(active: Double, isOtherThanBefore: Bool) -> Double {
        let m = active * activity * closeness
        return active + activity - (isOtherThanBefore ? m : 2 * m)
    }

    /// The derivatives of `cost` with respect to the logit and to the output.
    func gradients(active: Double, isOtherThanBefore: Bool) -> (logit: Double, output: SIMD3<Double>) {
        let slope = isOtherThanBefore ? -active : -2 * active
        let byActivity = 1 + slope * closeness
        let byDistance = slope * activity * closeness * (1 - closeness) * -0.5 / Self.width
        return (
            byActivity * activity * (1 - activity), direction.gradient(ofVector: byDistance / distance * apart)
        )
    }
}
