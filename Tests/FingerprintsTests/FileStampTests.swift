import Files
import Fingerprints
import Foundation
import Testing

@Suite struct FileStampTests {
    private let folder = NSTemporaryDirectory() + "bearing-stamp-\(UUID().uuidString)"

    /// A copy that takes over size and time of modification, as `cp -p` and `os.utime` make them.
    @Test func copiesAndChangesHaveOtherStamps() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Folder.make(folder)
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        for name in ["a", "b"] {
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: "\(folder)/\(name)")
        }
        let first = try FileStamp("\(folder)/a")
        #expect(first.words.count == FileStamp.wordCount && first.words[3] == 1_700_000_000)
        #expect(try FileStamp("\(folder)/a") == first)
        #expect(try FileStamp("\(folder)/b") != first)
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "a")
        #expect(try FileStamp("\(folder)/link") == first)
        #expect(!first.isSettled)
        // In place, with the old time restored. A file system's clock may be coarse, but not as coarse as that.
        usleep(50_000)
        let handle = try #require(FileHandle(forWritingAtPath: "\(folder)/a"))
        try handle.write(contentsOf: Data([9]))
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: "\(folder)/a")
        #expect(try FileStamp("\(folder)/a") != first)
    }
}
