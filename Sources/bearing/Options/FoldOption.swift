import ArgumentParser
import Dataset
import Training

/// Folds as every command takes them.
enum FoldOption {
    /// - Throws: `ValidationError` naming the option.
    static func folds(_ text: String, option: String) throws -> FoldList {
        guard let folds = FoldList(text) else {
            throw ValidationError("\(option): expected \(FoldList.expected), found \(text)")
        }
        return folds
    }
}
