import Glibc

extension Rotation {
    /// A rotation about an axis (Rodrigues' formula).
    ///
    /// - Parameter vector: along the axis, as long as the angle in radians; counter-clockwise as seen from its tip.
    public init(vector: SIMD3<Double>) {
        let angle = (vector * vector).sum().squareRoot()
        let axis = angle > 1e-12 ? vector / angle : SIMD3(0, 0, 1)
        let (c, s) = (cos(angle), sin(angle))
        func row(_ i: Int) -> SIMD3<Float> {
            var row = (1 - c) * axis[i] * axis
            row[i] += c
            row[(i + 1) % 3] -= s * axis[(i + 2) % 3]
            row[(i + 2) % 3] += s * axis[(i + 1) % 3]
            return SIMD3<Float>(row)
        }
        self.init(rows: row(0), row(1), row(2))
    }

    /// Rotates a vector of any length.
    public func callAsFunction(_ v: SIMD3<Float>) -> SIMD3<Float> { [(rows.x * v).sum(), (rows.y * v).sum(), (rows.z * v).sum()] }
}
