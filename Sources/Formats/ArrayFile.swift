public import Audio
import Files
import Geometry
public import Options
import Signal

/// Reads a microphone array from its TOML file, strictly: all faults at once, each with its key's path.
///
/// `name` (default: the file's), `mount` (`open`, `rigid-sphere`) and three to eight tables `[[capsule]]` in channel order, each with `azimuth`,
/// `elevation` (degrees) and `radius` (metres) or `position` (metres), and, for directional capsules, `directivity` and `aim`;
/// for unequal ones `gain` (dB) and `delay` (microseconds).
public enum ArrayFile {
    /// - Throws: all faults: a missing file, a syntax error with its line, missing or unknown keys, impossible arrays.
    public static func load(_ path: String) throws(ConfigurationError) -> ArrayGeometry {
        let name = PathName.stem(path)
        return try geometry(OptionFile.read(path, what: "an array file"), name: name)
    }

    /// Parses the text of a file; `file` is its name in faults.
    public static func parse(_ text: String, file: String) throws(ConfigurationError) -> ArrayGeometry {
        try geometry(OptionFile.parse(text, file: file), name: file)
    }

    /// The text of a file for this geometry.
    public static func text(of geometry: ArrayGeometry) -> String {
        let capsules = geometry.capsules.map { capsule in
            let (place, aim) = (capsule.position, capsule.aim)
            var lines = [
                "", "[[capsule]]", "position = [\(place.x), \(place.y), \(place.z)]", "directivity = \(capsule.directivity)",
                "aim = [\(aim.azimuth), \(aim.elevation)]",
            ]
            if capsule.gain != 0 { lines.append("gain = \(capsule.gain)") }
            if capsule.delay != 0 { lines.append("delay = \(1e6 * capsule.delay)") }
            return lines.joined(separator: "\n")
        }
        let head = ["name = \(OptionValue.text(geometry.name).toml)", "mount = \"\(geometry.mount.rawValue)\""]
        return (head + capsules).joined(separator: "\n") + "\n"
    }

    private static func geometry(_ root: OptionTable, name: String) throws(ConfigurationError) -> ArrayGeometry {
        var root = root
        var faults: [ConfigurationFault] = []
        let name = root.text("name", &faults) ?? name
        let mount: ArrayGeometry.Mount = root.choice("mount", &faults) ?? .open
        let tables = root.sections("capsule", &faults)
        let counts = FrameLayout.capsules
        if faults.isEmpty, !counts.contains(tables.count) {
            faults.append(
                ConfigurationFault(
                    file: root.file, place: "capsule",
                    expected: "\(counts.lowerBound) to \(counts.upperBound) tables [[capsule]], in channel order", found: "\(tables.count)")
            )
        }
        var capsules: [ArrayGeometry.Capsule] = []
        for var table in tables {
            if let capsule = capsule(&table, &faults) { capsules.append(capsule) }
            faults += table.unknown()
        }
        faults += root.unknown()
        if faults.isEmpty { faults += twins(capsules, in: root) }
        if faults.isEmpty, mount == .rigidSphere { faults += misfits(capsules, in: root) }
        let geometry = ArrayGeometry(name: name, mount: mount, capsules: capsules)
        if faults.isEmpty { faults += line(geometry, in: root) }
        guard faults.isEmpty else { throw ConfigurationError(faults) }
        return geometry
    }

    /// Capsules that differ along one axis only: every direction has a circle of others with the same signals.
    private static func line(_ geometry: ArrayGeometry, in root: OptionTable) -> [ConfigurationFault] {
        guard geometry.dimensions < 2 else { return [] }
        return [
            ConfigurationFault(
                file: root.file, place: "capsule", expected: "capsules that differ along two axes of space at least",
                found: "capsules in a line, which determine only the angle to that line", advice: "use another array")
        ]
    }

    private static let degrees: [ClosedRange<Double>] = [-360...360, -90...90]

    /// - Returns: nil after a fault.
    private static func capsule(
        _ table: inout OptionTable, _ faults: inout [ConfigurationFault]
    ) -> ArrayGeometry.Capsule? {
        let position = position(&table, &faults)
        let directivity = table.number("directivity", in: 0...1, &faults) ?? 1
        let aim = table.numbers("aim", in: degrees, "[azimuth, elevation] in degrees", &faults).map {
            Direction(azimuth: Float($0[0]), elevation: Float($0[1]))
        }
        let gain = table.number("gain", in: -20...20, &faults) ?? 0
        let delay = table.number("delay", in: -200...200, &faults) ?? 0
        guard let position else { return nil }
        var capsule = ArrayGeometry.Capsule(position: position, aim: aim, directivity: Float(directivity))
        (capsule.gain, capsule.delay) = (Float(gain), Float(delay * 1e-6))
        if capsule.radius < 1e-4, directivity < 1, aim == nil, !table.has("aim") {
            table.missing("aim", "[azimuth, elevation] of a directional capsule in the array's centre", &faults)
        }
        return capsule
    }

    /// In metres, from either form.
    private static func position(_ table: inout OptionTable, _ faults: inout [ConfigurationFault]) -> SIMD3<Float>? {
        let angles = ["azimuth", "elevation", "radius"].filter { table.has($0) }
        let position = table.numbers(
            "position", in: [-1...1, -1...1, -1...1], "[x, y, z] in metres, each at most 1", &faults)
        let azimuth = table.number("azimuth", in: degrees[0], &faults)
        let elevation = table.number("elevation", in: degrees[1], &faults)
        let radius = table.number("radius", in: 0...1, &faults)
        if table.has("position") {
            for key in angles {
                faults.append(
                    ConfigurationFault(
                        file: table.file, place: table.place(key), expected: "position alone, or azimuth, elevation and radius",
                        found: "both", advice: "remove one of them"))
            }
            return position.map { SIMD3(Float($0[0]), Float($0[1]), Float($0[2])) }
        }
        if angles.isEmpty {
            table.missing("position", "[x, y, z] in metres, or azimuth, elevation and radius", &faults)
            return nil
        }
        for key in ["azimuth", "elevation", "radius"] where !table.has(key) {
            table.missing(key, key == "radius" ? "metres from the array's centre" : "degrees", &faults)
        }
        guard let azimuth, let elevation, let radius else { return nil }
        let direction = Direction(azimuth: Float(azimuth), elevation: Float(elevation))
        return SIMD3(direction.x, direction.y, direction.z) * Float(radius)
    }

    /// Capsules with the position and aim of an earlier one: their channels would be equal.
    private static func twins(_ capsules: [ArrayGeometry.Capsule], in root: OptionTable) -> [ConfigurationFault] {
        capsules.indices.compactMap { index in
            let capsule = capsules[index]
            let twin = capsules[..<index].firstIndex { other in
                let apart = capsule.position - other.position
                let isOmni = capsule.directivity == 1 && other.directivity == 1
                return (apart * apart).sum() < 1e-8 && capsule.directivity == other.directivity
                    && (isOmni || capsule.aim.angle(to: other.aim) < 0.1)
            }
            return twin.map {
                ConfigurationFault(
                    file: root.file, place: "capsule[\(index)]", expected: "a position or an aim of its own",
                    found: "those of capsule[\($0)]", advice: "give each channel's own capsule")
            }
        }
    }

    /// Capsules that do not fit on the surface of one sphere.
    private static func misfits(_ capsules: [ArrayGeometry.Capsule], in root: OptionTable) -> [ConfigurationFault] {
        var faults: [ConfigurationFault] = []
        let radius = capsules[0].radius
        for (index, capsule) in capsules.enumerated() {
            if capsule.radius < 1e-3 || abs(capsule.radius - radius) > 0.01 * radius {
                let expected = index == 0 ? "at least 0.001" : "\(radius), that of capsule[0],"
                faults.append(
                    ConfigurationFault(
                        file: root.file, place: "capsule[\(index)].radius", expected: "\(expected) on a rigid sphere",
                        found: "\(capsule.radius)", advice: "correct it, or use mount = \"open\""))
            }
            if capsule.directivity != 1 {
                faults.append(
                    ConfigurationFault(
                        file: root.file, place: "capsule[\(index)].directivity", expected: "1 on a rigid sphere",
                        found: "\(capsule.directivity)", advice: "correct it, or use mount = \"open\""))
            }
        }
        return faults
    }
}
