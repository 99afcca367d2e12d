import Foundation
import TestSupport
import Testing

/// Unwritable paths are reported in one line, before the work whose result would be written there.
@Suite(.timeLimit(.hang))
struct UnwritablePathTests {
    private static let small = "--filters 8 --gru-width 8 --batch 2 --blocks 2 --steps-per-epoch 1 --epochs 1"
    private static let model = "--model @/good.safetensors"

    /// "@" is the folder of `BadInputFolder`, "%" the path.
    private static let folders = [
        "train --dataset @/whole --out % \(small)", "train --dataset @/whole --out @/run --cache % \(small)",
        "evaluate \(model) --dataset @/whole --out %", "evaluate \(model) --dataset @/whole --cache %",
        "tune \(model) --dataset @/whole --cache % --out @/t.safetensors",
        "reproduce table1 --dataset @/whole --format foa --filters 8 --out %",
        "synth --background-only --recordings 1 --duration 2 --out %", "augment --dataset @/whole --folds 3 --out %",
        "localize @/good.wav \(model) --out %", "check --seconds 0 --source file:@/good.wav --socket @/s \(model) --record %",
        "run --source file:@/good.wav --socket @/s \(model) --record %",
    ]

    private static let files = [
        "plot --tracks @/gap/metadata_dev/fold2_room1_mix001_ov1.csv --out %", "tune \(model) --dataset @/whole --out %",
        "train-hnet --tracks 1 --batch 32 --matrices 32 --epochs 1 --out %",
        "bench replay --dataset @/whole --loss tracking --form paper --to % --steps 1 --filters 8 --gru-width 8 --batch 2 --blocks 2",
    ]

    private func prepare() throws -> BadInputFolder {
        let folder = try BadInputFolder()
        let files = FileManager.default
        for part in ["foa_dev", "metadata_dev"] {
            try files.createDirectory(atPath: "\(folder.path)/whole/\(part)", withIntermediateDirectories: true)
        }
        for name in [
            "fold1_room1_mix001_ov1", "fold2_room1_mix001_ov1", "fold3_room1_mix001_ov1", "fold3_room1_mix002_ov1",
            "fold3_room1_mix003_ov2",
        ] {
            try files.copyItem(atPath: "\(folder.path)/good.wav", toPath: "\(folder.path)/whole/foa_dev/\(name).wav")
            try "0,0,0,10,0\n1,0,0,10,0\n".write(toFile: "\(folder.path)/whole/metadata_dev/\(name).csv", atomically: true, encoding: .utf8)
        }
        try files.createDirectory(atPath: "\(folder.path)/folder.svg", withIntermediateDirectories: true)
        return folder
    }

    private func expect(_ command: String, refuses place: String, in folder: BadInputFolder) throws {
        let place = place.replacing("@", with: folder.path)
        let words = command.replacing("@", with: folder.path).replacing("%", with: place).split(separator: " ").map(String.init)
        let result = try BearingProcess.run(words)
        #expect(result.status == 74, "\(place): \(result.error)")
        let lines = result.error.split(separator: "\n").filter { $0.hasPrefix("bearing: ") && !$0.contains("training and") }
        #expect(lines.count == 1 && lines.first?.contains(place) == true, "\(result.error)")
        for foreign in ["Error Domain", "NSCocoa", "couldn", "Swift.", "Code="] {
            #expect(!result.error.contains(foreign), "\(result.error)")
        }
    }

    @Test(arguments: folders)
    func foldersThatCannotBeCreatedAreReported(_ command: String) throws {
        let folder = try prepare()
        // No user, not even root, may create a folder in /proc.
        for place in ["@/good.wav", "@/good.wav/deep", "/proc/nowhere", "@/\(String(repeating: "x", count: 256))"] {
            try expect(command, refuses: place, in: folder)
        }
    }

    @Test(arguments: files)
    func filesThatCannotBeWrittenAreReported(_ command: String) throws {
        let folder = try prepare()
        for place in ["@/folder.svg", "@/good.wav/x.svg", "@/none/x.svg", "/proc/x.svg"] { try expect(command, refuses: place, in: folder) }
    }
}
