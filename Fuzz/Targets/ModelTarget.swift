import Features
import Formats
import Geometry
import Networks
import Pipeline
import SafeTensors
import Tracking

enum ModelTarget {
    static func run(_ bytes: [UInt8]) {
        load(bytes)
        // A wrong length of the header hides everything after it: the same bytes with a matching length.
        if let mended = mended(bytes) { load(mended) }
    }

    private static func load(_ bytes: [UInt8]) {
        let file = MemoryFile(bytes)
        do throws(ModelError) {
            localize(try ModelFile.load(file.path), bytes)
        } catch {
            demandOneLine(error.description)
        }
        do throws(ModelError) {
            _ = try HungarianFile.load(file.path)
        } catch {
            demandOneLine(error.description)
        }
    }

    /// Half a second of noise through the network: finite weights may still give numbers that are not.
    private static func localize(_ model: ModelFile, _ bytes: [UInt8]) {
        guard model.architecture.form == .live, model.hasActivity, model.architecture.filters <= 8,
            model.architecture.gruWidth <= 8, bytes.reduce(0, { $0 &+ $1 }) % 8 == 0
        else { return }
        let pipeline = LocalizationPipeline(parameters: model.parameters, scaler: model.scaler, gate: model.gate)
        var state: UInt32 = 1
        let samples = (0..<12_000 * 4).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float(Int32(bitPattern: state)) / 2_147_483_648
        }
        var blocks = 0
        pipeline.push(samples.span) { tracks in
            blocks += 1
            precondition(tracks.count <= TrackGate.capacity, "more tracks than there can be")
            for index in 0..<tracks.count {
                let direction = tracks[index].direction
                precondition((direction.x + direction.y + direction.z).isFinite, "a direction must be finite")
            }
        }
        precondition(blocks == max(0, 5 - model.architecture.lookAhead), "\(blocks) blocks of half a second")
    }

    /// The file with the length of its header set to end after the last "}}" within it.
    private static func mended(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 10 else { return nil }
        let brace = UInt8(ascii: "}")
        guard let end = (9..<bytes.count).last(where: { bytes[$0] == brace && bytes[$0 - 1] == brace }) else { return nil }
        var mended = bytes
        let length = end - 7
        for place in 0..<8 { mended[place] = UInt8(truncatingIfNeeded: length >> (8 * place)) }
        return mended == bytes ? nil : mended
    }
}
