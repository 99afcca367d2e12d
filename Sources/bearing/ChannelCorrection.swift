import Audio
import Configuration
import Diagnosis
import Geometry

/// Lines of the configuration that correct the faults found in a microphone's channels.
struct ChannelCorrection {
    /// Empty if the configuration cannot correct the fault.
    private(set) var lines: [String] = []

    /// - Parameters:
    ///   - channels: number of channels that are analysed.
    ///   - stored: order and scaling of the channels of Ambisonics as the source delivers them.
    init(_ findings: [ChannelFinding], channels: Int, _ input: BearingConfiguration.Input, _ stored: AmbisonicConvention) {
        let asIs = Array(0..<channels)
        var order = asIs
        var invertedTargets = Set<Int>()
        var invertedChannels = Set<Int>()
        var convention: AmbisonicConvention?
        var mounting: [String] = []
        for finding in findings {
            switch finding {
            case .order(let found, let inverted, _): (order, invertedTargets) = (found, Set(inverted))
            case .inverted(let channels), .split(let channels): invertedChannels.formUnion(channels)
            case .convention(let found): convention = found
            case .mounting(let rotation):
                let angles = rotation.wholeAngles
                mounting = ["yaw = \(angles.yaw)", "pitch = \(angles.pitch)", "roll = \(angles.roll)"]
            default: break
            }
        }
        if order != asIs || !invertedTargets.isEmpty || !invertedChannels.isEmpty {
            lines += ["[input]"] + Self.channels(order, invertedTargets, invertedChannels, input, stored)
        }
        if let convention { lines += ["[input]", "ambisonics = \"\(convention.rawValue)\""] }
        if !mounting.isEmpty { lines += ["[mounting]"] + mounting }
    }

    /// - Parameters:
    ///   - order: analysed channel i should be channel `order[i]`, in AmbiX order even if the source has another.
    ///   - invertedTargets: of the channels as they should be; `invertedChannels`: of those as they are.
    private static func channels(
        _ order: [Int], _ invertedTargets: Set<Int>, _ invertedChannels: Set<Int>, _ input: BearingConfiguration.Input,
        _ stored: AmbisonicConvention
    ) -> [String] {
        // Positions in the source of the channels that are analysed as W, Y, Z, X.
        let places = order.count == stored.order.count ? stored.order : Array(order.indices)
        let (before, inverted) = (input.channels?.indices ?? Array(order.indices), Set(input.channels?.inverted ?? []))
        var indices = before
        var signs: [Int] = []
        for channel in order.indices {
            let (to, from) = (places[channel], places[order[channel]])
            indices[to] = before[from]
            let turns = [invertedTargets.contains(channel), invertedChannels.contains(order[channel]), inverted.contains(from)]
            if turns.count(where: { $0 }) % 2 == 1 { signs.append(to) }
        }
        return ["channels = \(indices)"] + (signs.isEmpty && inverted.isEmpty ? [] : ["inverted = \(signs.sorted())"])
    }
}
