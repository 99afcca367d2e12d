public import Geometry

/// From what an array hears to what is told: directions in the world's axes, less those that nobody wants.
public struct Viewpoint: Sendable, Hashable {
    /// How the array is mounted: takes directions in its axes to the world's.
    public var mounting: Rotation
    /// In the world's axes: a track is not told while it is inside of one; it keeps its id meanwhile.
    public var ignored: [Sector]

    public init(mounting: Rotation = .none, ignored: [Sector] = []) {
        self.mounting = mounting
        self.ignored = ignored
    }

    /// - Parameter direction: in the array's axes.
    /// - Returns: the same in the world's; nil when it is not to be told.
    public func told(_ direction: Direction) -> Direction? {
        let turned = mounting(direction)
        for sector in ignored where sector.contains(turned) { return nil }
        return turned
    }
}
