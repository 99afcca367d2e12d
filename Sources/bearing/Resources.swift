import Audio
import Files
import Glibc

/// Finds what ships with the program: models, microphone arrays and the demo recording.
enum Resources {
    /// The default model of a format and, for `mic`, of an array; Ambisonics without a format.
    /// - Parameter array: nil for the capsules of TAU-NIGENS.
    static func model(for format: AudioFormat?, array: ArrayGeometry? = nil) -> String {
        guard format == .mic else { return "models/foa-live.safetensors" }
        let isKnown = array?.differences(from: .tetrahedral).isEmpty ?? true
        return isKnown ? "models/mic-live.safetensors" : "models/array-live.safetensors"
    }
    static func hungarianNetwork(_ tracks: Int) -> String { "models/hnet-\(tracks).safetensors" }
    static let demo = "demo/scene.flac"

    /// The file of a microphone array.
    ///
    /// - Parameter name: a path, or the name of a file in `arrays/`, such as `tau-nigens-mic`; a folder of that name, for example of
    ///   scenes of the array, is not the file.
    static func array(_ name: String) -> String {
        guard !name.contains("/"), !Folder.has(name) || Folder.isFolder(name) else { return name }
        let file = name.hasSuffix(".toml") ? name : "\(name).toml"
        return (try? find("arrays/\(file)")) ?? name
    }

    /// Searches $BEARING_RESOURCES; then each folder above the executable, `share/bearing` in it first (an installed program
    /// lies in PREFIX/lib/bearing, a build within the repository); then the current folder.
    /// - Returns: the first existing path of `name`.
    static func find(_ name: String) throws -> String {
        var folders: [String] = []
        if let chosen = unsafe getenv("BEARING_RESOURCES") { folders.append(unsafe String(systemPath: chosen)) }
        if let executable = Folder.real("/proc/self/exe") {
            var folder = PathName.folder(executable)
            while folder != "/" {
                folders += ["\(folder)/share/bearing", folder]
                folder = PathName.folder(folder)
            }
        }
        folders.append(Folder.current)
        for folder in folders where Folder.has("\(folder)/\(name)") { return "\(folder)/\(name)" }
        throw Failure(
            .noInput,
            "expected \(name) beside the program, found no such file: set BEARING_RESOURCES to the folder that contains it")
    }
}
