import Formats

enum MetadataTarget {
    static func run(_ bytes: [UInt8]) {
        let file = MemoryFile(bytes)
        do throws(MetadataError) {
            let metadata = try MetadataCSV.read(file.path)
            let again = try MetadataCSV(text: metadata.text, path: "again")
            precondition(again.rows.map(\.frame) == metadata.rows.map(\.frame), "rows that change on their way through a file")
            // A table of a million frames takes long, so only short ones are made.
            guard metadata.frameCount < 4096 else { return }
            let labels = ReferenceLabels(metadata)
            precondition(labels.blocks.joined().count == metadata.rows.count, "rows without a label")
            precondition(labels.identityCount <= metadata.rows.count, "more events than rows")
            _ = ReferenceLabels.predictions(metadata, blockCount: 10)
        } catch {
            demandOneLine(error.description)
        }
    }
}
