/// The exact minimum-cost assignment of rows to columns.
public enum Assignment {
    /// Hungarian method by shortest augmenting paths, O(rows^2 columns).
    ///
    /// - Parameters:
    ///   - costs: [rows, columns], row-major, finite.
    /// - Returns: the column of each row, nil for rows without one; min(rows, columns) pairs with the least total cost.
    public static func solve(_ costs: [Double], rows: Int, columns: Int) -> [Int?] {
        precondition(costs.count == rows * columns, "\(costs.count) costs do not make \(rows) x \(columns)")
        guard rows > 0, columns > 0 else { return [Int?](repeating: nil, count: rows) }
        if rows > columns {
            var result = [Int?](repeating: nil, count: rows)
            let transposed = (0..<columns * rows).map { costs[$0 % rows * columns + $0 / rows] }
            for (column, row) in solve(transposed, rows: columns, columns: rows).enumerated() {
                if let row { result[row] = column }
            }
            return result
        }
        // Potentials and the row of each column, from 1; column 0 contains the row being assigned.
        var u = [Double](repeating: 0, count: rows + 1)
        var v = [Double](repeating: 0, count: columns + 1)
        var owner = [Int](repeating: 0, count: columns + 1)
        var previous = [Int](repeating: 0, count: columns + 1)
        for row in 1...rows {
            owner[0] = row
            var column = 0
            var least = [Double](repeating: .infinity, count: columns + 1)
            var visited = [Bool](repeating: false, count: columns + 1)
            repeat {
                visited[column] = true
                var (step, next) = (Double.infinity, 0)
                for j in 1...columns where !visited[j] {
                    let reduced = costs[(owner[column] - 1) * columns + j - 1] - u[owner[column]] - v[j]
                    if reduced < least[j] { (least[j], previous[j]) = (reduced, column) }
                    if least[j] < step { (step, next) = (least[j], j) }
                }
                for j in 0...columns {
                    if visited[j] {
                        u[owner[j]] += step
                        v[j] -= step
                    } else {
                        least[j] -= step
                    }
                }
                column = next
            } while owner[column] != 0
            while column != 0 {
                owner[column] = owner[previous[column]]
                column = previous[column]
            }
        }
        var result = [Int?](repeating: nil, count: rows)
        for j in 1...columns where owner[j] != 0 { result[owner[j] - 1] = j - 1 }
        return result
    }
}
