/// Folds of a data set in the form of options and configuration files: numbers and ranges with commas, such as `1,3-6`.
public struct FoldList: Sendable, Hashable, LosslessStringConvertible {
    /// Ascending, each once; at least one.
    public let numbers: [Int]

    /// The valid fold numbers.
    static let limits = 0...999
    /// The expectation in errors.
    public static let expected = "folds such as 1, 3-6 or 1,3-6"

    /// - Parameter text: nil for other text, such as a descending range.
    public init?(_ text: String) {
        var numbers = Set<Int>()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Self.number($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last else { return nil }
            numbers.formUnion(first...last)
        }
        self.init(numbers.sorted())
    }

    public init(_ numbers: [Int]) {
        precondition(!numbers.isEmpty, "at least one fold")
        self.numbers = Set(numbers).sorted()
    }

    /// Consecutive folds as ranges: 1,3-6.
    public var description: String {
        var runs: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = runs.last, last.upperBound == number - 1 {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }

    private static func number(_ text: Substring) -> Int? {
        var digits = text.drop { $0 == " " }
        while digits.last == " " { digits.removeLast() }
        guard digits.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(digits), limits.contains(number) else { return nil }
        return number
    }
}

/// The folds for training, and the folds for validation.
public struct FoldSplit: Sendable, Hashable {
    public var training: FoldList
    public var validation: FoldList

    public init(training: FoldList = FoldList(DatasetLayout.trainingFolds), validation: FoldList = FoldList(DatasetLayout.validationFolds))
    {
        (self.training, self.validation) = (training, validation)
    }
}
