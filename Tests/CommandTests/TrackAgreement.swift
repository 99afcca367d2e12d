import Foundation
import Geometry

/// How far two systems' tracks of the same sound are the same.
struct TrackAgreement {
    /// By block; a block without tracks may be missing.
    typealias Blocks = [Int: [Direction]]

    /// Degrees within which two tracks of a block count as one.
    var limit: Float = 5

    /// The smaller, over both ways round, of the shares of tracks that have one of the other within the limit, once the
    /// two are aligned by at most one block. 0 where either has no track.
    func share(_ one: Blocks, _ other: Blocks) -> Double {
        (-1...1).map { shift in min(found(one, in: other, later: shift), found(other, in: one, later: -shift)) }.max() ?? 0
    }

    private func found(_ one: Blocks, in other: Blocks, later shift: Int) -> Double {
        var (near, all) = (0, 0)
        for (block, tracks) in one {
            for track in tracks {
                all += 1
                let candidates = other[block + shift] ?? []
                if candidates.contains(where: { $0.angle(to: track) <= limit }) { near += 1 }
            }
        }
        return all > 0 ? Double(near) / Double(all) : 0
    }
}
