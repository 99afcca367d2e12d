import ArgumentParser
import Dataset
import Training

/// Parses the folds of every command's options.
enum FoldOption {
    /// - Throws: a `ValidationError` with the name of the option.
    static func folds(_ text: String, option: String) throws -> FoldList {
        guard let folds = FoldList(text) else {
            throw ValidationError("\(option): expected \(FoldList.expected), found \(text)")
        }
        return folds
    }
}
