import Glibc

/// A turn of directions about the origin.
@frozen
public struct Rotation: Sendable, Hashable {
    /// Rows of the matrix that takes a direction's x, y, z to the turned one.
    public let rows: InlineRows

    /// Three rows of three.
    @frozen
    public struct InlineRows: Sendable, Hashable {
        public let x, y, z: SIMD3<Float>
    }

    public static let none = Rotation(rows: [1, 0, 0], [0, 1, 0], [0, 0, 1])

    init(rows x: SIMD3<Float>, _ y: SIMD3<Float>, _ z: SIMD3<Float>) { rows = InlineRows(x: x, y: y, z: z) }

    /// How something is mounted that first looks forward, upright, and is then turned about axes of its own, in this order.
    ///
    /// The result takes directions in its axes to directions in the world's. So what is in its front (azimuth 0, elevation 0) is at
    /// azimuth `yaw`, elevation `pitch` in the world, whatever its roll.
    /// - Parameters:
    ///   - yaw: degrees to the left, counter-clockwise from above.
    ///   - pitch: degrees that its front is raised.
    ///   - roll: degrees clockwise as it sees it, its right side going down; 180 hangs it upside down.
    public init(yaw: Float, pitch: Float, roll: Float) {
        let (sy, cy) = Self.sineAndCosine(yaw)
        let (sp, cp) = Self.sineAndCosine(pitch)
        let (sr, cr) = Self.sineAndCosine(roll)
        // About z by yaw, then about the new y by -pitch (x front, y left: a turn about y by a positive angle lowers the front), then
        // about the new x by roll.
        self.init(
            rows: [Float(cy * cp), Float(-sy * cr - cy * sp * sr), Float(sy * sr - cy * sp * cr)],
            [Float(sy * cp), Float(cy * cr - sy * sp * sr), Float(-cy * sr - sy * sp * cr)],
            [Float(sp), Float(cp * sr), Float(cp * cr)])
    }

    /// The turn that brings directions closest to others: least squares over unit vectors (Wahba's problem, Davenport's method).
    ///
    /// - Parameter pairs: two at least, not all in one line, for the result to mean something.
    public init(bringing pairs: [(from: Direction, to: Direction)]) {
        var b = [[Double]](repeating: [0, 0, 0], count: 3)
        for (from, to) in pairs {
            let (f, t) = ([from.x, from.y, from.z].map(Double.init), [to.x, to.y, to.z].map(Double.init))
            for i in 0..<3 { for j in 0..<3 { b[i][j] += t[i] * f[j] } }
        }
        let trace = b[0][0] + b[1][1] + b[2][2]
        let twist = [b[2][1] - b[1][2], b[0][2] - b[2][0], b[1][0] - b[0][1]]
        var k = [[Double]](repeating: [0, 0, 0, 0], count: 4)
        k[0][0] = trace
        for i in 0..<3 {
            (k[0][i + 1], k[i + 1][0]) = (twist[i], twist[i])
            for j in 0..<3 { k[i + 1][j + 1] = b[i][j] + b[j][i] - (i == j ? trace : 0) }
        }
        // The quaternion of the best turn is the vector of the largest eigenvalue.
        let q = SymmetricMatrix(k).eigen[0].vector
        let (w, x, y, z) = (q[0], q[1], q[2], q[3])
        self.init(
            rows: [Float(1 - 2 * (y * y + z * z)), Float(2 * (x * y - w * z)), Float(2 * (x * z + w * y))],
            [Float(2 * (x * y + w * z)), Float(1 - 2 * (x * x + z * z)), Float(2 * (y * z - w * x))],
            [Float(2 * (x * z - w * y)), Float(2 * (y * z + w * x)), Float(1 - 2 * (x * x + y * y))])
    }

    /// A direction, turned.
    public func callAsFunction(_ direction: Direction) -> Direction {
        let v = SIMD3(direction.x, direction.y, direction.z)
        return Direction(unit: (rows.x * v).sum(), (rows.y * v).sum(), (rows.z * v).sum())
    }

    /// This turn, then another.
    public func then(_ other: Rotation) -> Rotation {
        func row(_ r: SIMD3<Float>) -> SIMD3<Float> { r[0] * rows.x + r[1] * rows.y + r[2] * rows.z }
        return Rotation(rows: row(other.rows.x), row(other.rows.y), row(other.rows.z))
    }

    /// The turn back.
    public var inverse: Rotation {
        let (x, y, z) = (rows.x, rows.y, rows.z)
        return Rotation(rows: [x[0], y[0], z[0]], [x[1], y[1], z[1]], [x[2], y[2], z[2]])
    }

    /// Degrees that give this turn: yaw and roll in (-180, 180], pitch in -90...90. Looking straight up or down, roll is 0.
    public var angles: (yaw: Float, pitch: Float, roll: Float) {
        func degrees(_ y: Float, _ x: Float) -> Float { Float(atan2(Double(y), Double(x)) * 180 / .pi) }
        let pitch = Float(asin(Double(min(max(rows.z[0], -1), 1))) * 180 / .pi)
        if abs(rows.z[0]) > 0.99999 { return (degrees(-rows.x[1], rows.y[1]), pitch, 0) }
        return (degrees(rows.y[0], rows.x[0]), pitch, degrees(rows.z[1], rows.z[2]))
    }

    /// Degrees in 0...180 by which it turns about its axis.
    public var angle: Float {
        let cosine = (rows.x[0] + rows.y[1] + rows.z[2] - 1) / 2
        return Float(acos(Double(min(max(cosine, -1), 1))) * 180 / .pi)
    }

    private static func sineAndCosine(_ degrees: Float) -> (Double, Double) {
        let radians = Double(degrees) * .pi / 180
        return (sin(radians), cos(radians))
    }
}
