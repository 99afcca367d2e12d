import Foundation

/// The project's own capture device (tools/faults/virtual-microphone), built once a test run.
///
/// The device exists in this process and in those that it starts: `ALSA_CONFIG_PATH` is set in the environment.
public enum VirtualMicrophone {
    /// Why the device is unavailable: no C compiler. nil if it can be used.
    public static let problem: String? = build()

    /// ALSA's name of the device that plays a file.
    ///
    /// - Parameters:
    ///   - file: WAV; the device has its rate, channels and format.
    ///   - control: the file that injects faults: tools/faults/virtual-microphone/faults.h.
    public static func device(playing file: String, loops: Bool = false, control: String = "") -> String {
        "bearingmic:FILE='\(file)',LOOP=\(loops ? 1 : 0),CONTROL='\(control)'"
    }

    /// The same for a file of raw frames, over and over.
    ///
    /// - Parameter format: ALSA's name for it, such as S24_LE.
    public static func device(playingRaw file: String, rate: Int, channels: Int, format: String) -> String {
        "bearingraw:FILE='\(file)',RATE=\(rate),CHANNELS=\(channels),FORMAT='\(format)'"
    }

    private static let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("bearing-microphone-\(getuid())-\(getpid())")

    private static func build() -> String? {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let tool = Process()
        tool.executableURL = root.appendingPathComponent("tools/faults/virtual-microphone/virtual-microphone")
        tool.arguments = [folder.path]
        let complaints = Pipe()
        tool.standardOutput = FileHandle.nullDevice
        tool.standardError = complaints
        do { try tool.run() } catch { return "\(error)" }
        let said = String(decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tool.waitUntilExit()
        switch tool.terminationStatus {
        case 0:
            unsafe setenv("ALSA_CONFIG_PATH", folder.appendingPathComponent("asound.conf").path, 1)
            atexit { try? FileManager.default.removeItem(at: VirtualMicrophone.folder) }
            return nil
        case 69: return said
        default: fatalError("the virtual microphone does not build:\n\(said)")
        }
    }
}
