extension DatasetPart {
    /// The fold of a recording whose name has none: one of those that the program takes for this part by itself.
    var fold: Int {
        switch self {
        case .training: DatasetLayout.trainingFolds[0]
        case .validation: DatasetLayout.validationFolds[0]
        case .test: DatasetLayout.testFolds[0]
        }
    }

    /// The fold that a file belongs to, by its name or else by its folder; nil where neither says.
    /// - Parameter path: relative to the data set's folder of recordings or labels.
    public static func fold(ofFile path: String) -> Int? {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return RecordingName.fold(of: name) ?? DatasetPart(path: path)?.fold
    }
}
