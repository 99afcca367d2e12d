import Dataset
import Testing

@testable import Dataset

/// Folds in options and files.
@Suite struct FoldListTests {
    @Test(arguments: [
        ("1", [1], "1"), ("3-6", [3, 4, 5, 6], "3-6"), ("1,3-4", [1, 3, 4], "1,3-4"), ("5,3", [3, 5], "3,5"),
        ("3,3-5,4", [3, 4, 5], "3-5"), ("1, 3 - 4", [1, 3, 4], "1,3-4"), ("0", [0], "0"), ("7-7", [7], "7"), ("1,2,3", [1, 2, 3], "1-3"),
    ])
    func foldListsAreParsedAndPrinted(text: String, numbers: [Int], written: String) throws {
        let folds = try #require(FoldList(text))
        #expect(folds.numbers == numbers && folds.description == written)
        #expect(FoldList(written) == folds)
    }

    @Test(arguments: [
        "", " ", "-", "3-", "-3", "6-3", "3-4-5", "1,,2", ",1", "1;2", "a", "1.5", "3 4", "1000", "99999999999999999999", "١",
    ])
    func invalidFoldListsAreRefused(text: String) { #expect(FoldList(text) == nil) }
}
