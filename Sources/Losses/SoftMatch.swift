import Kernels
import Platform

/// How far an output counts as the match of its reference, smoothly, so that MOTA has a gradient.
///
/// m = p sigmoid((c - d / 2) / 0.05), with p the output's activity, d the distance of unit vectors and c half of that at 20 degrees, where
/// scores draw their line. A reference that is active by a costs a (1 - m) as missed, an output p (1 - a s) as false, with s = m / p, and a match by another
/// output than the latest one that matched the reference a m as a changed identity.
struct SoftMatch {
    /// p and s.
    let activity, closeness: Double
    private let direction: OutputDirection
    private let apart: SIMD3<Double>
    private let distance: Double

    /// The sine of 10 degrees, and the width of the line.
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

    /// Whether the output holds the reference: who held it last decides what a change is.
    var isMatch: Bool { activity * closeness > 0.5 }

    /// Of a reference that is active by `active`, the sum of the three costs.
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
