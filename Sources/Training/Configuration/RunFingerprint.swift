import Dataset
import Features
package import Fingerprints
import Formats
import Networks
import Options
package import Tensor

/// The inputs that determine a training run: every key of its configuration except those listed here, the data, and the initial
/// state. A checkpoint with other inputs is not resumed.
package enum RunFingerprint {
    static let format = "bearing-run-1"

    /// Keys that name files, folders and folds, whose contents are in the list instead; and the format, which follows from the
    /// features.
    static let leftOut: Set<String> = [
        "data.dataset", "data.extra", "data.format", "data.cache", "data.train_folds", "data.validation_folds", "network.initial",
        "loss.teacher", "loss.hnet",
    ]

    static func make(
        settings: TrainingSettings, data: TrainingData, initial: ModelFile?, hungarian: HungarianParameters<Float>?,
        teacher: TeacherSettings?
    ) -> Fingerprint {
        var list = Fingerprint(format: format)
        var configuration = TrainingConfiguration()
        configuration.settings = settings
        configuration.features = data.kind
        configuration.cacheBits = data.bits
        if let teacher { configuration.teacherWeight = teacher.weight }
        add(configuration, to: &list)
        list.add("features.version", "\(FeatureCacheHeader.version)")
        list.add("data.training", data.fingerprint)
        list.add("data.validation", data.validationFingerprint)
        list.add("data.array", data.geometry.map { digest(of: ArrayFile.text(of: $0)) } ?? data.array)
        list.add("start.initial", initial.map(digest) ?? "none")
        list.add("start.hnet", hungarian.map { digest(of: [$0.all.readOnly]) } ?? "none")
        list.add("start.teacher", (teacher?.model).map(digest) ?? "none")
        return list
    }

    /// The keys of a configuration whose values determine a training.
    package static func add(_ configuration: TrainingConfiguration, to list: inout Fingerprint) {
        let standard = TrainingConfiguration()
        for section in TrainingKey.sections {
            for key in section.keys where !leftOut.contains("\(section.name).\(key.name)") {
                guard let value = key.value(configuration) else { continue }
                let usual = key.value(standard) ?? (key.exampleIsDefault ? key.example : nil)
                list.add("\(section.name).\(key.name)", value.toml, standard: usual?.toml)
            }
        }
    }

    static func digest(of text: String) -> String {
        var digest = Digest()
        digest.add(text)
        return digest.text
    }

    package static func digest(of tensors: [TensorRef<Float>]) -> String {
        var digest = Digest()
        for tensor in tensors { digest.add(tensor) }
        return digest.text
    }

    private static func digest(_ model: ModelFile) -> String { Digest.text(model.digest) }
}

extension Digest {
    mutating func add(_ tensor: TensorRef<Float>) {
        unsafe add(UnsafeRawBufferPointer(start: tensor.unsafeBase, count: tensor.count * MemoryLayout<Float>.stride))
    }
}
