import Audio
import Foundation
import Networks
import SafeTensors
import TestSupport

/// A folder of files with one fault each, and valid ones; removed at the end.
final class BadInputFolder {
    private let temporary = TemporaryFolder()
    var path: String { temporary.path }

    init() throws {
        try write("", to: "empty.wav")
        try write(String(repeating: "U", count: 5000), to: "corrupt.wav")
        try record("good.wav")
        try record("stereo.wav", channels: 2)
        // A header that promises more than there is.
        let whole = try Data(contentsOf: URL(fileURLWithPath: "\(path)/good.wav"))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: "\(path)/cut.wav"))

        // Special files, and files without an end.
        for suffix in ["wav", "toml", "safetensors"] {
            try makePipe("pipe.\(suffix)")
            try FileManager.default.createSymbolicLink(atPath: "\(path)/device.\(suffix)", withDestinationPath: "/dev/zero")
            try write("", to: "sparse.\(suffix)")
            extend("sparse.\(suffix)", to: 1 << 42)
        }
        try FileManager.default.createDirectory(atPath: "\(path)/run.wav", withIntermediateDirectories: true)
        try write("", to: "hollow.safetensors")
        extend("hollow.safetensors", to: 1 << 29)
        // The length of a stream, over eight terabytes.
        var stream = Array(whole.prefix(44))
        stream.replaceSubrange(40..<44, with: [0xFF, 0xFF, 0xFF, 0xFF])
        try Data(stream).write(to: URL(fileURLWithPath: "\(path)/endless.wav"))
        extend("endless.wav", to: 1 << 43)

        try TestModel.write(to: "\(path)/good.safetensors")
        try TestModel.write(to: "\(path)/paper.safetensors", form: .paper)
        try TestModel.write(to: "\(path)/directions.safetensors", hasActivity: false)
        let model = try SafeTensorFile.read("\(path)/good.safetensors")
        func save(_ tensors: [SafeTensor], _ name: String) throws {
            try SafeTensorFile(tensors: tensors, metadata: model.metadata).write(to: "\(path)/\(name)")
        }
        let name = "direction.0.bias"
        try save(model.tensors.filter { $0.name != name }, "lacking.safetensors")
        try save(
            model.tensors.map { $0.name == name ? SafeTensor(name, [Float(0)], shape: [1]) : $0 }, "misshapen.safetensors")

        try write("[gate]\nopen_treshold = 0.5\n", to: "unknown.toml")
        try write("[gate]\nopen_treshold = 0.5\n[input]\nloop = 3\n", to: "two.toml")

        try write("[model]\npath = \"none.safetensors\"\n", to: "absent.toml")
        try write("[model]\npath = \"pipe.safetensors\"\n", to: "pipes.toml")
        try write("[gate]\nstay_threshold = 1\n", to: "stay.toml")
        try write("[[ignore]]\nelevation = [20, 10]\n", to: "sector.toml")
        try write((0..<3).map { "[[capsule]]\nposition = [0.0\($0 % 2), 0.01, 0.0\($0)]\n" }.joined(), to: "three.toml")

        // Data sets: without the folder of labels, without one file of labels, with an invalid row.
        for set in ["unlabelled", "gap", "badrow"] {
            for fold in [2, 3] { try record("\(set)/foa_dev/fold\(fold)_room1_mix001_ov1.wav") }
        }
        try write("0,0,0,10,0\n", to: "gap/metadata_dev/fold2_room1_mix001_ov1.csv")
        for fold in [2, 3] {
            try write("0,0,0,10,0\n1,0,0,north,0\n", to: "badrow/metadata_dev/fold\(fold)_room1_mix001_ov1.csv")
        }
        // Named pipes instead of a recording and of labels.
        try record("piped/foa_dev/fold3_room1_mix001_ov1.wav")
        try makePipe("piped/foa_dev/fold2_room1_mix001_ov1.wav")
        try write("0,0,0,10,0\n", to: "piped/metadata_dev/fold2_room1_mix001_ov1.csv")
        try makePipe("piped/metadata_dev/fold3_room1_mix001_ov1.csv")
    }

    private func prepare(_ name: String) throws -> String {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: file).deletingLastPathComponent(), withIntermediateDirectories: true)
        return file
    }

    private func makePipe(_ name: String) throws { _ = unsafe mkfifo(try prepare(name), 0o600) }

    /// Sparse: it uses no disk space.
    private func extend(_ name: String, to size: Int) { _ = unsafe truncate("\(path)/\(name)", size) }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: try prepare(name)))
    }

    /// A quarter of a second of noise.
    private func record(_ name: String, channels: Int = 4) throws {
        let writer = try AudioFileWriter(
            path: try prepare(name), encoding: .wave16, sampleRate: 24_000, channels: channels)
        let samples = (0..<6000 * channels).map { _ in Float.random(in: -0.3...0.3) }
        try writer.write(samples.span)
        try writer.close()
    }
}
