package import Platform

/// Finds pauses, in which a sound can be cut inaudibly.
package enum Pauses {
    /// A part of a sound, and whether its ends were cut outside pauses.
    package struct Excerpt: Hashable {
        package var range: Range<Int>
        package var cutsIn: Bool
        package var cutsOut: Bool
    }

    /// Power threshold relative to the loudest piece: -35 dB.
    private static let threshold: Float = 3e-4

    /// An excerpt of up to `longest` samples: the whole sound if it fits, otherwise from its beginning or one of its pauses to
    /// a pause in the second half of the possible length; cut elsewhere only without such pauses.
    package static func sanitized(of sound: [Int16], longest: Int, using random: inout RandomSource) -> Excerpt {
        guard sound.count > longest else { return Excerpt(range: 0..<sound.count, cutsIn: false, cutsOut: false) }
        let powers = Activity.powers(sound.count) { Float(sound[$0]) }
        let floor = (powers.max() ?? 0) * threshold
        var start = 0
        var cutsIn = false
        let spare = sound.count - longest
        if random.chance(0.5) {
            let onsets = powers.indices.dropLast().filter {
                powers[$0] <= floor && powers[$0 + 1] > floor && $0 * Activity.piece <= spare
            }
            let draw = random.index(below: 1 << 30)
            cutsIn = onsets.isEmpty
            start = cutsIn ? draw % spare : onsets[draw % onsets.count] * Activity.piece
        }
        let end = start + longest
        let quiet = (start + longest / 2) / Activity.piece..<end / Activity.piece
        if let last = quiet.last(where: { powers[$0] <= floor }) {
            return Excerpt(range: start..<(last + 1) * Activity.piece, cutsIn: cutsIn, cutsOut: false)
        }
        return Excerpt(range: start..<end, cutsIn: cutsIn, cutsOut: true)
    }
}
