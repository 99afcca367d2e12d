import Glibc

/// A rotation of directions about the origin.
@frozen
public struct Rotation: Sendable, Hashable {
    /// Rows of the matrix that maps x, y, z of a direction to the rotated direction.
    public let rows: InlineRows

    /// Three rows of three.
    @frozen
    public struct InlineRows: Sendable, Hashable {
        public let x, y, z: SIMD3<Float>
    }

    public static let none = Rotation(rows: [1, 0, 0], [0, 1, 0], [0, 0, 1])

    init(rows x: SIMD3<Float>, _ y: SIMD3<Float>, _ z: SIMD3<Float>) { rows = InlineRows(x: x, y: y, z: z) }

    /// The mounting of a device that is initially upright and faces the front, and is then rotated about its own axes in this
    /// order.
    ///
    /// The result maps directions in the device's axes to directions in the world's. So the device's front (azimuth 0,
    /// elevation 0) has azimuth `yaw` and elevation `pitch` in the world, whatever its roll.
    /// - Parameters:
    ///   - yaw: degrees to the left, counter-clockwise from above.
    ///   - pitch: degrees by which its front is raised.
    ///   - roll: degrees clockwise seen along its front, which lowers its right side; 180 is upside down.
    public init(yaw: Float, pitch: Float, roll: Float) {
        let (sy, cy) = Self.sineAndCosine(yaw)
        let (sp, cp) = Self.sineAndCosine(pitch)
        let (sr, cr) = Self.sineAndCosine(roll)
        // About z by yaw, then about the new y by -pitch (x front, y left: a positive rotation about y lowers the front), then
        // about the new x by roll.
        self.init(
            rows: [Float(cy * cp), Float(-sy * cr - cy * sp * sr), Float(sy * sr - cy * sp * cr)],
            [Float(sy * cp), Float(cy * cr - sy * sp * sr), Float(-cy * sr - sy * sp * cr)],
            [Float(sp), Float(cp * sr), Float(cp * cr)])
    }

    /// The rotation that best aligns directions with others: least squares over unit vectors (Wahba's problem, Davenport's
    /// method).
    ///
    /// - Parameter pairs: at least two, not all collinear, for a meaningful result.
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
        // The quaternion of the best rotation is the eigenvector of the largest eigenvalue.
        let q = SymmetricMatrix(k).eigen[0].vector
        let (w, x, y, z) = (q[0], q[1], q[2], q[3])
        self.init(
            rows: [Float(1 - 2 * (y * y + z * z)), Float(2 * (x * y - w * z)), Float(2 * (x * z + w * y))],
            [Float(2 * (x * y + w * z)), Float(1 - 2 * (x * x + z * z)), Float(2 * (y * z - w * x))],
            [Float(2 * (x * z - w * y)), Float(2 * (y * z + w * x)), Float(1 - 2 * (x * x + y * y))])
    }

    /// Rotates a direction.
    public func callAsFunction(_ direction: Direction) -> Direction {
        let v = SIMD3(direction.x, direction.y, direction.z)
        return Direction(unit: (rows.x * v).sum(), (rows.y * v).sum(), (rows.z * v).sum())
    }

    /// This rotation followed by another.
    public func then(_ other: Rotation) -> Rotation {
        func row(_ r: SIMD3<Float>) -> SIMD3<Float> { r[0] * rows.x + r[1] * rows.y + r[2] * rows.z }
        return Rotation(rows: row(other.rows.x), row(other.rows.y), row(other.rows.z))
    }

    /// The inverse rotation.
    public var inverse: Rotation {
        let (x, y, z) = (rows.x, rows.y, rows.z)
        return Rotation(rows: [x[0], y[0], z[0]], [x[1], y[1], z[1]], [x[2], y[2], z[2]])
    }

    /// The angles of this rotation in degrees: yaw and roll in (-180, 180], pitch in -90...90. With pitch of +-90, roll is 0.
    public var angles: (yaw: Float, pitch: Float, roll: Float) {
        func degrees(_ y: Float, _ x: Float) -> Float { Float(atan2(Double(y), Double(x)) * 180 / .pi) }
        let pitch = Float(asin(Double(min(max(rows.z[0], -1), 1))) * 180 / .pi)
        if abs(rows.z[0]) > 0.99999 { return (degrees(-rows.x[1], rows.y[1]), pitch, 0) }
        return (degrees(rows.y[0], rows.x[0]), pitch, degrees(rows.z[1], rows.z[2]))
    }

    /// The same in whole degrees for display: 180 instead of -180.
    public var wholeAngles: (yaw: Int, pitch: Int, roll: Int) {
        func whole(_ degrees: Float) -> Int {
            let rounded = Int(degrees.rounded())
            return rounded == -180 ? 180 : rounded
        }
        let angles = angles
        return (whole(angles.yaw), whole(angles.pitch), whole(angles.roll))
    }

    /// The angle of the rotation about its axis, degrees in 0...180.
    public var angle: Float {
        let cosine = (rows.x[0] + rows.y[1] + rows.z[2] - 1) / 2
        return Float(acos(Double(min(max(cosine, -1), 1))) * 180 / .pi)
    }

    private static func sineAndCosine(_ degrees: Float) -> (Double, Double) {
        let radians = Double(degrees) * .pi / 180
        return (sin(radians), cos(radians))
    }
}
