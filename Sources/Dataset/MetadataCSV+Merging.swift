public import Formats

extension MetadataCSV {
    /// The labels of two recordings that sound together, by frame, those of the first before those of the second.
    ///
    /// Events are identified by class and track. If both recordings have rows of the same class and track, in the same frame or
    /// in adjacent ones, that track of the second gets the lowest number that the class uses in neither.
    public func merged(with other: MetadataCSV) -> MetadataCSV {
        var frames: [[Int]: Set<Int>] = [:]
        var taken: [Int: Set<Int>] = [:]
        for row in rows + other.rows { taken[row.classIndex, default: []].insert(row.track) }
        for row in rows { frames[[row.classIndex, row.track], default: []].insert(row.frame) }

        var moved: [[Int]: Int] = [:]
        for row in other.rows {
            let key = [row.classIndex, row.track]
            guard moved[key] == nil, let present = frames[key],
                (row.frame - 1...row.frame + 1).contains(where: present.contains)
            else { continue }
            let free = (0...).first { taken[row.classIndex]?.contains($0) != true }!
            moved[key] = free
            taken[row.classIndex, default: []].insert(free)
        }
        let second = other.rows.map { row in
            var row = row
            row.track = moved[[row.classIndex, row.track]] ?? row.track
            return row
        }
        // Sorting is stable, so that rows of a frame keep the order of their files.
        return MetadataCSV(rows: (rows + second).sorted { $0.frame < $1.frame })
    }
}
