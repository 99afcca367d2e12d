import Features
package import Geometry
package import Networks
package import Tracking

/// The last stage of every pipeline, from a network's outputs to tracks: it subtracts the look-ahead, refines directions by
/// those of the bands, and applies the gate and the viewpoint.
///
/// For each output in turn `nextBlock`, then `step`; `tracks` are those of that block. After `init` nothing allocates.
package struct TrackingStage: ~Copyable {
    /// Delay in blocks of outputs behind their audio.
    private let lookAhead: Int
    private let slots: Int
    /// Whether directions are refined; otherwise the refiner receives no bands.
    private let refines: Bool
    private var refiner: DirectionRefiner
    private var gate: TrackGate
    private let elevation: ElevationSense
    private var viewpoint: Viewpoint
    /// Outputs so far.
    private var outputs = 0
    /// The latest block's.
    package private(set) var tracks = BlockTracks()

    /// - Parameters:
    ///   - settings: of the gate and the refinement.
    ///   - architecture: of the network.
    ///   - refines: whether there are directions of bands to refine by.
    ///   - elevation: the meaning of the outputs' elevations; those without sign are not refined.
    package init(
        _ settings: GateSettings, for architecture: DOAnetArchitecture, refines: Bool, elevation: ElevationSense = .signed,
        viewpoint: Viewpoint = Viewpoint()
    ) {
        self.init(
            settings, slots: architecture.maximumTracks, lookAhead: architecture.lookAhead,
            refiner: DirectionRefiner(weight: settings.refinement, for: architecture, keepsElevation: elevation == .unsigned),
            refines: refines && settings.refinement > 0, elevation: elevation, viewpoint: viewpoint)
    }

    /// For outputs without refinement.
    package init(_ settings: GateSettings, slots: Int, lookAhead: Int, elevation: ElevationSense = .signed) {
        self.init(
            settings, slots: slots, lookAhead: lookAhead,
            refiner: DirectionRefiner(weight: 0, slots: slots, bands: BandDirections.perBlock, lookAhead: 0), refines: false,
            elevation: elevation, viewpoint: Viewpoint())
    }

    private init(
        _ settings: GateSettings, slots: Int, lookAhead: Int, refiner: consuming DirectionRefiner, refines: Bool,
        elevation: ElevationSense, viewpoint: Viewpoint
    ) {
        (self.slots, self.lookAhead, self.refines) = (slots, lookAhead, refines)
        (self.elevation, self.viewpoint) = (elevation, viewpoint)
        self.refiner = refiner
        gate = TrackGate(settings, maximumTracks: slots)
    }

    /// The id of the next track that opens.
    package var nextID: Int { gate.nextID }

    package mutating func continueIDs(from id: Int) { gate.continueIDs(from: id) }

    /// Changes the settings and keeps the tracks. Refinement stays on or off.
    package mutating func adopt(_ settings: GateSettings, viewpoint: Viewpoint) {
        gate.adopt(settings)
        refiner.weight = settings.refinement
        self.viewpoint = viewpoint
    }

    /// Closes all tracks and begins with the first block; ids continue.
    package mutating func reset() {
        refiner.reset()
        gate.reset()
        outputs = 0
    }

    /// Clears the directions of bands so far; the numbers of blocks continue.
    package mutating func forgetBands() { refiner.forget() }

    /// - Parameter bands: [5, 64], directions of the bands of one more block's frames.
    package mutating func push(bands: Span<SIMD4<Float>>) { if refines { refiner.push(bands) } }

    /// Pushes the blocks of a recording that the refinement of the present block may use.
    /// - Parameters:
    ///   - bands: [blocks, 5, 64], of all of it, or from a block on that was not pushed yet.
    ///   - first: the number of their first block.
    package mutating func push(bandsOfAll bands: Span<SIMD4<Float>>, from first: Int = 0) {
        guard refines else { return }
        let count = BandDirections.perBlock
        let known = min(first + bands.count / count, block + refiner.lookAhead + 1)
        while refiner.blocks < known {
            let row = refiner.blocks - first
            refiner.push(bands.extracting(row * count..<(row + 1) * count))
        }
    }

    /// Advances to the network's next output.
    /// - Returns: the block that it describes; nil for one that describes the time before the first.
    package mutating func nextBlock() -> Int? {
        outputs += 1
        return block >= 0 ? block : nil
    }

    private var block: Int { outputs - 1 - lookAhead }

    /// Fills `tracks` for the present block.
    /// - Parameters:
    ///   - directions: [slots * 3], x, y, z of any length.
    ///   - probabilities: [slots].
    package mutating func step(directions: Span<Float>, probabilities: Span<Float>) {
        advance(directions, probabilities)
        report(SIMD4(repeating: TrackLevels.silence))
    }

    /// The same, with the levels of the tracks.
    mutating func step(directions: Span<Float>, probabilities: Span<Float>, levels: borrowing TrackLevels) {
        advance(directions, probabilities)
        report(levels.measure(block: block, gate))
    }

    private mutating func advance(_ directions: Span<Float>, _ probabilities: Span<Float>) {
        if refines {
            refiner.refine(block: block, directions: directions, probabilities: probabilities)
            let refined = refiner.refined
            gate.step(directions: refined.span, probabilities: probabilities)
        } else {
            gate.step(directions: directions, probabilities: probabilities)
        }
    }

    /// - Parameter levels: of each slot's track.
    private mutating func report(_ levels: SIMD4<Float>) {
        tracks.removeAll()
        tracks.block = block
        for slot in 0..<slots {
            guard var track = gate.track(slot), let direction = viewpoint.reported(elevation.reported(track.direction)) else { continue }
            track.direction = direction
            track.level = levels[slot]
            tracks.append(track)
        }
    }

    /// The present block's directions as `step` passes them to the gate, refined if refinement is on.
    /// - Returns: [slots * 3].
    package mutating func refined(_ directions: Span<Float>, probabilities: Span<Float>) -> [Float] {
        refiner.refine(block: block, directions: directions, probabilities: probabilities)
        return refiner.refined
    }
}
