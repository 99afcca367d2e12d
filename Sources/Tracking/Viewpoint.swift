public import Geometry

/// Maps directions of an array to reported ones: rotated to the world's axes, without ignored sectors.
public struct Viewpoint: Sendable, Hashable {
    /// The mounting of the array: rotates directions in its axes to the world's.
    public var mounting: Rotation
    /// In the world's axes: a track inside of one is not reported, but keeps its id.
    public var ignored: [Sector]

    public init(mounting: Rotation = .none, ignored: [Sector] = []) {
        self.mounting = mounting
        self.ignored = ignored
    }

    /// - Parameter direction: in the array's axes.
    /// - Returns: the direction in the world's axes; nil if it is not reported.
    public func reported(_ direction: Direction) -> Direction? {
        let turned = mounting(direction)
        for sector in ignored where sector.contains(turned) { return nil }
        return turned
    }
}
