internal import Kernels
internal import Tensor

/// What a worker's scratch holds during a convolution stage.
struct ScratchPlaces<Scalar: KernelScalar> {
    /// Rows of time in a part: for `Winograd`, and for `Convolution`.
    let stripRows, tileRows: Int
    private let bands, inputs, filters: Int

    init(bands: Int, inputs: Int, filters: Int, window: (times: Int, bands: Int)) {
        (self.bands, self.inputs, self.filters) = (bands, inputs, filters)
        stripRows = Winograd.stripRows(bands: bands, multiple: window.times)
        tileRows = Convolution.tileRows(bands: bands, multiple: window.times)
    }

    /// Elements of everything.
    var count: Int { weightGradientCount + valuesShape.count + max(memoryCount, gatheredCount) }

    /// The weight's gradient at the points of `Winograd`.
    func weightGradient(in scratch: MutableTensorRef<Scalar>) -> MutableTensorRef<Scalar> {
        scratch.rows(0..<weightShape.count).reshaped(weightShape)
    }

    /// [rows, bands, filters]: the convolution's output.
    func values(in scratch: MutableTensorRef<Scalar>) -> MutableTensorRef<Scalar> {
        scratch.rows(weightGradientCount..<weightGradientCount + valuesShape.count).reshaped(valuesShape)
    }

    /// Of a convolution.
    func memory(in scratch: MutableTensorRef<Scalar>) -> Winograd.Memory<Scalar> {
        Winograd.Memory(rest(of: scratch), inputs: inputs, outputs: filters, bands: bands, rows: stripRows)
    }

    /// Of the convolution that gives the input's gradient.
    func turnedMemory(in scratch: MutableTensorRef<Scalar>) -> Winograd.Memory<Scalar> {
        Winograd.Memory(rest(of: scratch), inputs: filters, outputs: inputs, bands: bands, rows: stripRows)
    }

    /// The neighbours that `Convolution` gathers.
    func gathered(in scratch: MutableTensorRef<Scalar>) -> MutableTensorRef<Scalar> { rest(of: scratch) }

    private var weightShape: Shape { Winograd.weightShape(Scalar.self, inputs: inputs, outputs: filters) }
    private var valuesShape: Shape { Shape(max(stripRows, tileRows), bands, filters) }
    private var memoryCount: Int { Winograd.Memory<Scalar>.count(inputs: inputs, outputs: filters, bands: bands, rows: stripRows) }
    private var gatheredCount: Int { Convolution.scratchCount(inputs: inputs, bands: bands, rows: tileRows) }
    /// A multiple of a cache line.
    private var weightGradientCount: Int { ArenaLayout<Scalar>.footprint(weightShape) }

    private func rest(of scratch: MutableTensorRef<Scalar>) -> MutableTensorRef<Scalar> {
        scratch.rows(weightGradientCount + valuesShape.count..<scratch.count)
    }
}
