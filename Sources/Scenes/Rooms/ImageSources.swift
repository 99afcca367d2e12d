import Glibc

/// Lists the image sources of a room (Allen and Berkley, JASA 65, 1979) within a distance, for one receiver.
///
/// The gains of reflections depend on the walls only, so they are computed once per room; `visit` allocates nothing.
package final class ImageSources {
    /// One coordinate of an image: mirrored in the walls 2n or 2n - 1 times along its axis.
    private struct Coordinate {
        /// The image's coordinate is `sign` * source + `shift`.
        var sign: Float
        var shift: Float
        var order: Int
        var gains: BandValues
    }

    let room: Room
    let receiver: SIMD3<Float>
    let reach: Float
    /// Metres from the receiver up to the table.
    private let table: Float?
    private let coordinates: [[Coordinate]]
    private let halfAir: BandValues

    /// - Parameters: `receiver` in room coordinates, metres; images farther than `reach` metres are ignored.
    package init(_ room: Room, receiver: SIMD3<Float>, reach: Float) {
        self.room = room
        self.receiver = receiver
        self.reach = reach
        table = room.table.map { $0.height - receiver.z }
        halfAir = -0.5 * room.airAbsorption
        let reflection = room.absorption.map { $0.mapBands { (1 - $0).squareRoot() } }
        coordinates = (0..<3).map { axis in
            let length = room.size[axis]
            let most = room.isAnechoic ? 0 : Int(reach / (2 * length)) + 1
            var list: [Coordinate] = []
            for n in -most...most {
                for mirrored in 0...1 {
                    let low = abs(n - mirrored)
                    let high = abs(n)
                    let gains = Self.power(reflection[2 * axis], low) * Self.power(reflection[2 * axis + 1], high)
                    if gains.max() == 0 { continue }
                    list.append(
                        Coordinate(
                            sign: mirrored == 0 ? 1 : -1, shift: 2 * Float(n) * length, order: low + high, gains: gains))
                }
            }
            return list
        }
    }

    private static func power(_ base: BandValues, _ exponent: Int) -> BandValues {
        var result = BandValues(repeating: 1)
        for _ in 0..<exponent { result *= base }
        return result
    }

    /// Passes every image of a source within reach to `body`, and the reflections of the first ones by the table.
    ///
    /// - Parameter source: room coordinates, metres.
    package func visit(source: SIMD3<Float>, _ body: (ImageSource) -> Void) {
        let limit = reach * reach
        for x in coordinates[0] {
            let dx = x.sign * source.x + x.shift - receiver.x
            if dx * dx > limit { continue }
            for y in coordinates[1] {
                let dy = y.sign * source.y + y.shift - receiver.y
                let near = dx * dx + dy * dy
                if near > limit { continue }
                let gains = x.gains * y.gains
                for z in coordinates[2] {
                    let dz = z.sign * source.z + z.shift - receiver.z
                    let square = near + dz * dz
                    if square > limit { continue }
                    let distance = square.squareRoot()
                    // Air absorption is at most a few percent within reach, so a Taylor series is accurate.
                    let air = halfAir * distance
                    let loss = 1 + air * (1 + air * (0.5 + air * (1.0 / 6)))
                    let image = ImageSource(
                        offset: SIMD3(dx, dy, dz), distance: distance,
                        gains: gains * z.gains * loss / max(distance, 0.1), order: x.order + y.order + z.order,
                        mirror: SIMD3(x.sign, y.sign, z.sign))
                    body(image)
                    if image.order <= 1, let reflected = reflected(image) { body(reflected) }
                }
            }
        }
    }

    /// The mirror image in the table of what arrives from above it.
    private func reflected(_ image: ImageSource) -> ImageSource? {
        guard let table, let gains = room.table?.gains, table < 0, image.offset.z > table else { return nil }
        var mirrored = image
        mirrored.offset.z = 2 * table - image.offset.z
        mirrored.distance = (mirrored.offset * mirrored.offset).sum().squareRoot()
        mirrored.mirror.z = -image.mirror.z
        mirrored.order = image.order + 1
        mirrored.gains = image.gains * gains * (max(image.distance, 0.1) / max(mirrored.distance, 0.1))
        return mirrored.distance > reach ? nil : mirrored
    }
}
