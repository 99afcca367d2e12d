extension DatasetPart {
    /// The fold of a recording without one in its name: the default fold of this part.
    var fold: Int {
        switch self {
        case .training: DatasetLayout.trainingFolds[0]
        case .validation: DatasetLayout.validationFolds[0]
        case .test: DatasetLayout.testFolds[0]
        }
    }

    /// The fold of a file, from its name or else its folder; nil if neither gives one.
    /// - Parameter path: relative to the data set's folder of recordings or labels.
    public static func fold(ofFile path: String) -> Int? {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return RecordingName.fold(of: name) ?? DatasetPart(path: path)?.fold
    }
}
