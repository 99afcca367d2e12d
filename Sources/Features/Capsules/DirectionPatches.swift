/// Directions over the sphere in patches of equal size, each of neighbours.
struct DirectionPatches {
    /// Indices of the directions, patch by patch; neighbouring patches mostly follow each other.
    private(set) var order: [Int] = []
    /// The place in each patch of the direction in its middle.
    private(set) var centres: [Int] = []

    /// - Parameters:
    ///   - directions: unit vectors.
    ///   - size: of a patch; divides their number.
    init(_ directions: [SIMD3<Float>], size: Int) {
        order.reserveCapacity(directions.count)
        divide(Array(directions.indices), of: directions, size)
        centres = stride(from: 0, to: order.count, by: size).map { first in
            let patch = order[first..<first + size].map { directions[$0] }
            let sum = patch.reduce(SIMD3<Float>.zero, +)
            return patch.indices.max { (patch[$0] * sum).sum() < (patch[$1] * sum).sum() } ?? 0
        }
    }

    /// Halves a set across its longest side until patches are left.
    private mutating func divide(_ part: [Int], of directions: [SIMD3<Float>], _ size: Int) {
        guard part.count > size else {
            order += part
            return
        }
        func extent(_ axis: Int) -> Float {
            let places = part.map { directions[$0][axis] }
            return (places.max() ?? 0) - (places.min() ?? 0)
        }
        let axis = (0..<3).max { extent($0) < extent($1) } ?? 0
        let sorted = part.sorted { (directions[$0][axis], $0) < (directions[$1][axis], $1) }
        let half = part.count / size / 2 * size
        divide(Array(sorted[..<half]), of: directions, size)
        divide(Array(sorted[half...]), of: directions, size)
    }
}
