public import Tensor

/// 3x3 convolution as `Convolution` defines it, by F(4x4, 3x3) (Lavin and Gray, CVPR 2016): a quarter of its multiplications, and
/// equal to it up to rounding. For training and for whole sequences; a live step keeps the direct form.
///
/// Tiles of 4x4 outputs and the 6x6 inputs that they depend on are transformed to 36 points. There the convolution is a product of
/// matrices at each point. The gradients are those of this computation.
public enum Winograd {
    static var points: Int { 36 }
    static var tile: Int { 4 }
    /// Tiles of a strip, which is what one product processes: enough rows for the product, few enough for the cache.
    private static var stripTiles: Int { 64 }

    /// Values at the points: [36, stride] each, of the input and of the output of one strip.
    public struct Memory<Scalar: KernelScalar> {
        let input, output: MutableTensorRef<Scalar>

        /// - Parameter scratch: [at least `count`].
        public init(_ scratch: MutableTensorRef<Scalar>, inputs: Int, outputs: Int, bands: Int, rows: Int) {
            let tiles = Tiles<Scalar>(rows: rows, bands: bands)
            let (first, second) = (tiles.stride(channels: inputs), tiles.stride(channels: outputs))
            input = scratch.rows(0..<points * first).reshaped(Shape(points, first))
            output = scratch.rows(points * first..<points * (first + second)).reshaped(Shape(points, second))
        }

        public static func count(inputs: Int, outputs: Int, bands: Int, rows: Int) -> Int {
            let tiles = Tiles<Scalar>(rows: rows, bands: bands)
            return points * (tiles.stride(channels: inputs) + tiles.stride(channels: outputs))
        }
    }

    /// Rows of time in a strip: a multiple of `multiple` and of a tile.
    public static func stripRows(bands: Int, multiple: Int) -> Int {
        var unit = tile
        while unit % multiple != 0 { unit += tile }
        return unit * max(1, stripTiles * tile * tile / (bands * unit))
    }

    /// The shape of weights at the points, or of their gradient.
    public static func weightShape<Scalar: KernelScalar>(_: Scalar.Type, inputs: Int, outputs: Int) -> Shape {
        Shape(points, inputs * outputs + lanes(Scalar.self))
    }

    /// - Parameters:
    ///   - weight: [3, 3, inputs, outputs].
    ///   - transformed: of `weightShape`.
    public static func transform<Scalar: KernelScalar>(
        weight: TensorRef<Scalar>, into transformed: MutableTensorRef<Scalar>
    ) {
        let count = weight.shape[2] * weight.shape[3]
        precondition(transformed.shape == weightShape(Scalar.self, inputs: weight.shape[2], outputs: weight.shape[3]))
        unsafe Scalar.transformWeight(transformed.unsafeBase, transformed.shape[1], weight.unsafeBase, count)
    }

    /// - Parameters:
    ///   - output: [rows, bands, outputs], of output rows `first..<first + rows`; `first` is a multiple of a tile.
    ///   - input: [times, bands, inputs].
    ///   - weight: of `weightShape`, by `transform`.
    ///   - memory: contains the input at the points afterwards.
    public static func forward<Scalar: KernelScalar>(
        output: MutableTensorRef<Scalar>, from first: Int, input: TensorRef<Scalar>, past: Int, weight: TensorRef<Scalar>,
        memory: Memory<Scalar>
    ) {
        let (rows, bands, outputs, inputs) = (output.shape[0], output.shape[1], output.shape[2], input.shape[2])
        precondition(
            input.shape[1] == bands && weight.shape == weightShape(Scalar.self, inputs: inputs, outputs: outputs),
            "convolution: \(input.shape) by \(inputs)x\(outputs) does not give \(output.shape)")
        let tiles = Tiles<Scalar>(rows: rows, bands: bands)
        multiply(input: input, first: first - past, outputs: outputs, weight: weight, tiles: tiles, memory: memory)
        unsafe Scalar.transformOutput(
            output.unsafeBase, rows, bands, outputs, memory.output.unsafeBase, memory.output.shape[1], pitch(outputs, Scalar.self),
            tiles.rows, tiles.columns)
    }

    /// The same with what follows a convolution in inference: max-pooling of `window` rows by two bands, the bias, ReLU.
    /// - Parameters:
    ///   - pooled: [rows / window, bands / 2, outputs], of output rows from `first` on.
    ///   - bias: [outputs].
    public static func forward<Scalar: KernelScalar>(
        pooled: MutableTensorRef<Scalar>, window: Int, from first: Int, input: TensorRef<Scalar>, past: Int, weight: TensorRef<Scalar>,
        bias: TensorRef<Scalar>, memory: Memory<Scalar>
    ) {
        let (bands, outputs, inputs) = (input.shape[1], pooled.shape[2], input.shape[2])
        let rows = window * pooled.shape[0]
        precondition(
            bands == 2 * pooled.shape[1] && bias.count == outputs
                && weight.shape == weightShape(Scalar.self, inputs: inputs, outputs: outputs),
            "convolution: \(input.shape) by \(inputs)x\(outputs) does not give \(pooled.shape)")
        let tiles = Tiles<Scalar>(rows: rows, bands: bands)
        multiply(input: input, first: first - past, outputs: outputs, weight: weight, tiles: tiles, memory: memory)
        unsafe Scalar.transformPooled(
            pooled.unsafeBase, rows, bands, outputs, window, bias.unsafeBase, memory.output.unsafeBase, memory.output.shape[1],
            pitch(outputs, Scalar.self), tiles.rows, tiles.columns)
    }

    /// The output at the points.
    private static func multiply<Scalar: KernelScalar>(
        input: TensorRef<Scalar>, first: Int, outputs: Int, weight: TensorRef<Scalar>, tiles: Tiles<Scalar>, memory: Memory<Scalar>
    ) {
        let inputs = input.shape[2]
        transform(input: input, first: first, tiles: tiles, memory: memory)
        let (inputPitch, outputPitch) = (pitch(inputs, Scalar.self), pitch(outputs, Scalar.self))
        precondition(
            memory.output.shape[1] >= tiles.stride(channels: outputs), "the convolution's memory is too small for \(tiles.count) tiles")
        for point in 0..<points {
            unsafe Scalar.multiplySmall(
                tiles.count, outputs, inputs, memory.input.row(point), rowA: inputPitch, columnA: 1, weight.row(point), outputs,
                adding: false, memory.output.row(point), outputPitch)
        }
    }

    /// Adds the strip's part of the weight gradient at the points.
    /// - Parameters:
    ///   - weightGradient: of `weightShape`; see `addGradient`.
    ///   - outputGradient: [rows, bands, outputs], of output rows `first..<first + rows`.
    ///   - isTransformed: whether `memory` is as `forward` of the same strip and input left it.
    public static func backwardWeight<Scalar: KernelScalar>(
        weightGradient: MutableTensorRef<Scalar>, outputGradient: TensorRef<Scalar>, from first: Int, input: TensorRef<Scalar>,
        past: Int, memory: Memory<Scalar>, isTransformed: Bool = false
    ) {
        let (rows, bands, outputs) = (outputGradient.shape[0], outputGradient.shape[1], outputGradient.shape[2])
        let inputs = input.shape[2]
        precondition(
            input.shape[1] == bands && weightGradient.shape == weightShape(Scalar.self, inputs: inputs, outputs: outputs),
            "convolution backward: \(outputGradient.shape) does not belong to \(input.shape) by \(inputs)x\(outputs)")
        let tiles = Tiles<Scalar>(rows: rows, bands: bands)
        if !isTransformed { transform(input: input, first: first - past, tiles: tiles, memory: memory) }
        let (inputPitch, outputPitch) = (pitch(inputs, Scalar.self), pitch(outputs, Scalar.self))
        unsafe Scalar.transformOutputGradient(
            memory.output.unsafeBase, memory.output.shape[1], outputPitch, outputGradient.unsafeBase, rows, bands, outputs,
            tiles.rows, tiles.columns)
        for point in 0..<points {
            unsafe Scalar.multiplySmall(
                inputs, outputs, tiles.count, memory.input.row(point), rowA: 1, columnA: inputPitch, memory.output.row(point),
                outputPitch, adding: true, weightGradient.row(point), outputs)
        }
    }

    /// Adds a gradient at the points to that of the weight.
    /// - Parameters:
    ///   - transformed: of `weightShape`.
    ///   - weightGradient: [3, 3, inputs, outputs].
    public static func addGradient<Scalar: KernelScalar>(
        _ transformed: TensorRef<Scalar>, to weightGradient: MutableTensorRef<Scalar>
    ) {
        let (inputs, outputs) = (weightGradient.shape[2], weightGradient.shape[3])
        precondition(transformed.shape == weightShape(Scalar.self, inputs: inputs, outputs: outputs))
        unsafe Scalar.transformWeightGradient(
            weightGradient.unsafeBase, transformed.unsafeBase, transformed.shape[1], inputs * outputs)
    }

    private static func transform<Scalar: KernelScalar>(
        input: TensorRef<Scalar>, first: Int, tiles: Tiles<Scalar>, memory: Memory<Scalar>
    ) {
        let (times, bands, inputs) = (input.shape[0], input.shape[1], input.shape[2])
        precondition(
            memory.input.shape[1] >= tiles.stride(channels: inputs), "the convolution's memory is too small for \(tiles.count) tiles")
        unsafe Scalar.transformInput(
            memory.input.unsafeBase, memory.input.shape[1], pitch(inputs, Scalar.self), input.unsafeBase, times, bands, inputs,
            first, tiles.rows, tiles.columns)
    }

    /// The tiles of a strip.
    struct Tiles<Scalar: KernelScalar> {
        let rows, columns: Int

        init(rows: Int, bands: Int) {
            self.rows = (rows + tile - 1) / tile
            columns = (bands + tile - 1) / tile
        }

        var count: Int { rows * columns }

        /// Elements from point to point: one cache line more than needed, so that the same tile's points share no cache set.
        func stride(channels: Int) -> Int { count * pitch(channels, Scalar.self) + lanes(Scalar.self) }
    }

    /// Elements of a cache line, which no vector register exceeds.
    private static func lanes<Scalar>(_: Scalar.Type) -> Int { ArenaLayout<UInt8>.alignment / MemoryLayout<Scalar>.stride }

    /// Elements from tile to tile.
    private static func pitch<Scalar>(_ channels: Int, _: Scalar.Type) -> Int {
        (channels + lanes(Scalar.self) - 1) / lanes(Scalar.self) * lanes(Scalar.self)
    }
}

extension TensorRef {
    /// Row `index` of a matrix.
    @unsafe fileprivate func row(_ index: Int) -> UnsafePointer<Element> { unsafe unsafeBase + index * shape[1] }
}

extension MutableTensorRef {
    @unsafe fileprivate func row(_ index: Int) -> UnsafeMutablePointer<Element> { unsafe unsafeBase + index * shape[1] }
}
