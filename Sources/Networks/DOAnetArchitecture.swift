import Signal
public import Tensor

/// The shape of a DOAnet (Adavanne, Politis, Virtanen, WASPAA 2021, figure 1), which determines its parameters.
public struct DOAnetArchitecture: Sendable, Hashable {
    /// The raw values are used in model files.
    public enum Form: String, Sendable, CaseIterable {
        /// The paper's: symmetric in time, recurrent layers in both directions. Offline only.
        case paper
        /// Causal: runs block by block.
        case live
    }

    public var form: Form
    /// Feature channels for each band.
    public var channels: Int
    /// Bands of a feature frame; a multiple of 8, and at least 16.
    public var bands: Int
    /// Outputs of every convolution.
    public var filters: Int
    /// Hidden units of a recurrent layer and direction.
    public var gruWidth: Int
    /// Units in the hidden layers of the two branches.
    public var headWidth: Int
    /// Nmax: the maximum number of sources at once.
    public var maximumTracks: Int
    /// Blocks by which the targets lag behind the input. It is used by training and by readers of the output; the network's
    /// computation does not depend on it.
    public var lookAhead: Int

    public init(
        form: Form, channels: Int, bands: Int = 64, filters: Int = 128, gruWidth: Int = 128, headWidth: Int = 128,
        maximumTracks: Int = 2, lookAhead: Int = 0
    ) {
        self.form = form
        self.channels = channels
        self.bands = bands
        self.filters = filters
        self.gruWidth = gruWidth
        self.headWidth = headWidth
        self.maximumTracks = maximumTracks
        self.lookAhead = lookAhead
    }

    /// Whether the extents are valid: all positive, bands a multiple of 8 from 16 on.
    public var isValid: Bool {
        channels > 0 && bands >= 16 && bands % 8 == 0 && filters > 0 && gruWidth > 0 && headWidth > 0
            && maximumTracks > 0 && lookAhead >= 0
    }

    /// Time and band extents of the pooling window after each convolution.
    static let windows: [(times: Int, bands: Int)] = [(FrameLayout.framesPerBlock, 2), (1, 2), (1, 2)]
    static let convolutions = 3
    static let recurrentLayers = 2

    /// Input rows before an output's own in a convolution: both neighbours in the past, or one on either side.
    var past: Int { form == .live ? 2 : 1 }
    var directionNames: [String] { form == .live ? ["forward"] : ["forward", "backward"] }
    /// Features of a block after the convolutions, band slowest.
    var flattened: Int { bands / 8 * filters }

    /// Names and shapes of the trained parameters, in the order of files and arenas.
    ///
    /// Convolutions are [time, band, inputs, outputs]; affine and recurrent weights [outputs, inputs], the gates of a
    /// recurrent one in the order reset, update, candidate.
    public var trainables: [(name: String, shape: Shape)] {
        var list: [(name: String, shape: Shape)] = []
        for i in 0..<Self.convolutions {
            list.append(("convolution.\(i).weight", Shape(3, 3, i == 0 ? channels : filters, filters)))
            list.append(("normalization.\(i).weight", Shape(filters)))
            list.append(("normalization.\(i).bias", Shape(filters)))
        }
        for layer in 0..<Self.recurrentLayers {
            let inputs = layer == 0 ? flattened : gruWidth * directionNames.count
            for direction in directionNames {
                let prefix = "recurrent.\(layer).\(direction)"
                list.append(("\(prefix).input.weight", Shape(3 * gruWidth, inputs)))
                list.append(("\(prefix).input.bias", Shape(3 * gruWidth)))
                list.append(("\(prefix).hidden.weight", Shape(3 * gruWidth, gruWidth)))
                list.append(("\(prefix).hidden.bias", Shape(3 * gruWidth)))
            }
        }
        for (branch, outputs) in [("direction", 3 * maximumTracks), ("activity", maximumTracks)] {
            let widths = [gruWidth, headWidth, headWidth, outputs]
            for i in 0..<3 {
                list.append(("\(branch).\(i).weight", Shape(widths[i + 1], widths[i])))
                list.append(("\(branch).\(i).bias", Shape(widths[i + 1])))
            }
        }
        return list
    }

    /// Names and shapes of the running statistics, which are in files and have no gradient.
    public var statistics: [(name: String, shape: Shape)] {
        (0..<Self.convolutions).flatMap { i in
            [("normalization.\(i).mean", Shape(filters)), ("normalization.\(i).variance", Shape(filters))]
        }
    }

    /// Whether the convolutions of two networks have equal shapes, so that one can be initialised from the other.
    public func sharesConvolutions(with other: DOAnetArchitecture) -> Bool {
        (channels, bands, filters) == (other.channels, other.bands, other.filters)
    }

    /// Multiply-adds of one block of 100 ms in inference, without elementwise operations.
    public var multiplyAddsPerBlock: Int {
        var total = 0
        var (times, bands, inputs) = (FrameLayout.framesPerBlock, bands, channels)
        for window in Self.windows {
            total += times * bands * 9 * inputs * filters
            (times, bands, inputs) = (times / window.times, bands / window.bands, filters)
        }
        for (name, shape) in trainables where shape.rank == 2 {
            precondition(name.hasSuffix("weight"), "only weights are matrices")
            total += shape.count
        }
        return total
    }
}
