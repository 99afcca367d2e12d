import Files
import Formats
import TestSupport
import Testing

@testable import bearing

@Suite struct ConvertCommandTests {
    private static let models = ["foa-quick", "hnet-2"]

    /// Halves the weights of a shipped model, in place too, and back again.
    @Test(arguments: models) func aModelIsConverted(_ name: String) throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let (wide, half, again) = (folder.file("wide"), folder.file("half"), folder.file("again"))
        let shipped = try Resources.find("models/\(name).safetensors")
        #expect(try BearingProcess.run("convert", shipped, "--weights", "f32", "--out", wide).status == 0)
        let result = try BearingProcess.run("convert", wide, "--weights", "f16", "--out", half)
        #expect(result.status == 0 && result.output == "" && result.error == "")
        let (before, after) = (try WholeFile.read(wide).count, try WholeFile.read(half).count)
        #expect(after < before * 52 / 100 && after > before * 49 / 100)
        #expect(try BearingProcess.run("convert", half, "--weights", "f32", "--out", again).status == 0)
        #expect(try BearingProcess.run("convert", again, "--weights", "f16", "--out", again).status == 0)
        #expect(try WholeFile.read(again) == WholeFile.read(half))
    }

    @Test func whatIsNoModelIsRefused() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let (out, net, text) = (folder.file("out"), try Resources.find("models/hnet-2.safetensors"), folder.file("text"))
        try WholeFile.write(Array("not a model".utf8), to: text)
        for (arguments, status, words) in [
            ([text, "--weights", "f16", "--out", out], 65, "text: expected"),
            (["/nowhere", "--weights", "f16", "--out", out], 66, "/nowhere: expected a file"),
            ([net, "--weights", "f16", "--out", "/nowhere/x"], 74, "/nowhere/x: expected to write"),
            ([net, "--weights", "f8", "--out", out], 64, "f8"),
        ] {
            let result = try BearingProcess.run(["convert"] + arguments)
            #expect(result.status == Int32(status) && result.error.contains(words), "\(arguments): \(result.error)")
            #expect(!Folder.has(out))
        }
    }
}
