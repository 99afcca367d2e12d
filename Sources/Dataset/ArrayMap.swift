public import Audio
public import Features
import Fingerprints
import Formats
import Pipeline
import Synchronization

/// The map of an array to harmonics, designed when it is first needed: that takes some 0.3 s.
public final class ArrayMap: Sendable {
    public let array: ArrayGeometry
    private let design = Mutex<HarmonicMap?>(nil)

    public init(_ array: ArrayGeometry) { self.array = array }

    /// Other threads that need it wait for the one that designs it.
    public var map: HarmonicMap {
        design.withLock { design in
            let map = design ?? HarmonicMap(of: array)
            design = map
            return map
        }
    }

    package var isDesigned: Bool { design.withLock { $0 != nil } }

    /// Digest of the array.
    var digest: UInt64 {
        var digest = Digest()
        digest.add(ArrayFile.text(of: array))
        return digest.value
    }
}

/// The maps of the arrays that were last asked for. A data set may have an array for each recording, and thousands of maps would fill the
/// memory.
package final class RecentArrayMaps: Sendable {
    private let room: Int
    /// The latest last.
    private let maps = Mutex<[ArrayMap]>([])

    /// - Parameter room: maps that are kept; at least 1.
    package init(room: Int) { self.room = room }

    package func map(of array: ArrayGeometry) -> ArrayMap {
        maps.withLock { maps in
            let map = maps.firstIndex { $0.array == array }.map { maps.remove(at: $0) } ?? ArrayMap(array)
            if maps.count == room { maps.removeFirst() }
            maps.append(map)
            return map
        }
    }
}
