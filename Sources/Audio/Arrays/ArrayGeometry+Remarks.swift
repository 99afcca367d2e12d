import Geometry
import Signal

extension ArrayGeometry {
    /// Distance in metres between the two outermost capsules.
    public var extent: Float {
        capsules.indices.reduce(0) { widest, a in capsules.indices.reduce(widest) { max($0, spacing(a, $1)) } }
    }

    /// Frequency in Hz above which the phase between the outermost capsules is ambiguous: half a wave fits between them.
    public var aliasingFrequency: Float { Acoustics.speedOfSound / (2 * extent) }

    /// Frequency in Hz below which no phase between two capsules exceeds 5 degrees, so that small errors of the capsules mask
    /// it.
    public var lowestFrequency: Float { Acoustics.speedOfSound / extent * 5 / 360 }

    /// Weaknesses of the array, one line each.
    ///
    /// An array determines directions by differences between its capsules: their positions and, if they are directional, their
    /// aims. Along an axis without such differences it cannot distinguish the two sides.
    public var remarks: [String] {
        var remarks: [String] = []
        let directional = capsules.contains { $0.directivity < 0.95 }
        if let blind = blindAxis { remarks.append(blind) }
        if aliasingFrequency < 1000 {
            remarks.append(
                "its outermost capsules are \(Self.centimetres(extent)) cm apart: above \(Int(aliasingFrequency)) Hz the phases between "
                    + "them are ambiguous; closer capsules suit higher sounds better")
        }
        if !directional, lowestFrequency > 500 {
            remarks.append(
                "its outermost capsules are \(Self.centimetres(extent)) cm apart: below \(Int(lowestFrequency)) Hz they differ by less "
                    + "than 5 degrees of phase, which small errors of the capsules mask; capsules further apart suit lower sounds better")
        }
        return remarks
    }

    /// The line about the axis along which capsules in a plane do not differ.
    private var blindAxis: String? {
        guard dimensions == 2 else { return nil }
        let normal = differences[2].vector
        if isHorizontal { return "its capsules lie in a horizontal plane: it cannot distinguish above from below" }
        let axis = Direction(towards: Float(normal[0]), Float(normal[1]), Float(normal[2]))
        return "its capsules lie in a plane: it cannot distinguish the side of azimuth \(Int(axis.azimuth.rounded())), elevation "
            + "\(Int(axis.elevation.rounded())) from the opposite one"
    }

    private static func centimetres(_ metres: Float) -> String {
        let tenths = Int((metres * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
