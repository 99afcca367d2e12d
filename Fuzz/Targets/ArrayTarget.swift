import Audio
import Formats
import Options

enum ArrayTarget {
    static func run(_ bytes: [UInt8]) {
        let file = MemoryFile(bytes)
        do throws(ConfigurationError) {
            let geometry = try ArrayFile.load(file.path)
            precondition((3...8).contains(geometry.capsules.count), "an array of fewer than three or more than eight capsules")
            let again = try ArrayFile.parse(ArrayFile.text(of: geometry), file: "again")
            precondition(again.capsules.count == geometry.capsules.count, "an array that changes on its way through a file")
            let remarks = geometry.remarks
            for remark in remarks { demandOneLine(remark) }
            // Designing filters takes long, longest for unsuitable arrays, so only some inputs get there.
            guard bytes.reduce(0, { $0 &+ $1 }) % (remarks.isEmpty ? 16 : 128) == 0 else { return }
            guard geometry.capsules.count >= AudioFormat.channels else { return }
            let filters = AFormatEncoder.filters(for: geometry)
            precondition(filters.delay >= 0 && filters.limit >= 0, "filters that come before their input")
        } catch {
            for fault in error.faults { demandOneLine(fault.description) }
        }
    }
}
