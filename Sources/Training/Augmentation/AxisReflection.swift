/// A signed permutation of the axes that keeps the vertical axis: x and y may swap, each axis may be inverted.
public struct AxisReflection: Sendable, Hashable {
    /// The new x is the old y, and the new y the old x, before the signs.
    public var swapsXY: Bool
    public var x: Float
    public var y: Float
    public var z: Float

    public static let identity = AxisReflection(swapsXY: false, x: 1, y: 1, z: 1)

    public init(swapsXY: Bool, x: Float, y: Float, z: Float) {
        self.swapsXY = swapsXY
        self.x = x
        self.y = y
        self.z = z
    }

    /// One of the 16, by the lowest four bits.
    public init(bits: UInt64) {
        self.init(
            swapsXY: bits & 1 != 0, x: bits & 2 != 0 ? -1 : 1, y: bits & 4 != 0 ? -1 : 1, z: bits & 8 != 0 ? -1 : 1)
    }

    /// A reference vector (x, y, z) under this reflection.
    public func applied(to v: (x: Float, y: Float, z: Float)) -> (x: Float, y: Float, z: Float) {
        (x * (swapsXY ? v.y : v.x), y * (swapsXY ? v.x : v.y), z * v.z)
    }
}
