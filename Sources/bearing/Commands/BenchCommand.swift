import ArgumentParser
import Features
import Formats
import Glibc
import Kernels
import Networks
import Pipeline
import Platform
import Signal
import Tensor
import Tracking
import Training

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures this machine: live step, latency to the sockets, training step.",
        discussion: """
            Step times are medians. A ratio compares a step with a matrix product of as many multiply-adds on the same core.

            Example: bearing bench step --filters 128
            """,
        subcommands: [StepBench.self, LatencyBench.self, TrainingBench.self, ReplayBench.self])
}

/// Options for the network that a benchmark runs.
struct BenchNetwork: ParsableArguments {
    @Option(help: "Form of the network: live or paper.")
    var form = DOAnetArchitecture.Form.live
    @Option(help: "Filters of each convolution layer.")
    var filters = 128
    @Option(help: "Units of each recurrent layer.")
    var gruWidth = 128

    var architecture: DOAnetArchitecture {
        DOAnetArchitecture(
            form: form, channels: FeatureKind.foaIntensity.channels, filters: filters, gruWidth: gruWidth)
    }
}

struct StepBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Measures 100 ms of audio to tracks on one core: features, network, gate.",
        discussion: """
            Without --model: foa-intensity features and a network of the given size with random weights.

            Example: bearing bench step --model models/foa-live.safetensors
            Example: bearing bench step --model models/array-live.safetensors --array uma-8
            """)

    @OptionGroup var network: BenchNetwork
    @Option(help: ArgumentHelp("Model to measure, with its own features and gate.", valueName: "file"))
    var model: String?
    @Option(help: "Array file, or a name in arrays/, for a model of any array (default: the four capsules of TAU-NIGENS).")
    var array: String?
    @Option(help: "Steps to measure.")
    var steps = 1000

    func validate() throws {
        guard array == nil || model != nil else { throw ValidationError("--array: expected --model with it, found none") }
    }

    func run() throws {
        let (pipeline, architecture) = try subject()
        var random = SplitMix64(seed: 1)
        let audio = (0..<FrameLayout.samplesPerBlock * pipeline.channels).map { _ in
            Float(random.unit() - 0.5)
        }
        let step = median { pipeline.push(audio.span) { _ in } }
        let product = MatrixProduct(multiplyAdds: architecture.multiplyAddsPerBlock)
        let matrix = median { product.run() }
        print("step   \((step * 1e3).formatted(3)) ms (median of \(steps))")
        print("sgemm  \((matrix * 1e3).formatted(3)) ms for \(product.multiplyAdds) multiply-adds")
        print("ratio  \((step / matrix).formatted(2))")
    }

    private func subject() throws -> (LocalizationPipeline, DOAnetArchitecture) {
        if let model {
            let file = try Failure.reporting { try ModelFile.load(model) }
            guard file.architecture.form == .live else {
                throw Failure(
                    .badData,
                    "\(model): expected a model of form live, found \(file.architecture.form.rawValue), which does not run block by block: give a live model"
                )
            }
            guard array == nil || file.features.isArrayIndependent else {
                throw Failure(
                    .configuration, "--array: expected a model of any array, found \(model): remove the option or give another model")
            }
            let geometry = try Failure.reporting { try array.map { try ModelInput.load(Resources.array($0)) } }
            let pipeline = LocalizationPipeline(
                parameters: file.parameters, scaler: file.scaler, gate: file.gate, array: file.tables(of: geometry))
            return (pipeline, file.architecture)
        }
        guard network.form == .live else {
            throw ValidationError("--form: expected live, found \(network.form.rawValue), which does not run block by block")
        }
        let parameters = DOAnetParameters<Float>(network.architecture, seed: 1)
        let values = FrameTiming.melBands * network.architecture.channels
        let scaler = FeatureScaler(
            kind: .foaIntensity, mean: [Float](repeating: 0, count: values),
            deviation: [Float](repeating: 1, count: values))
        return (LocalizationPipeline(parameters: parameters, scaler: scaler, gate: GateSettings()), network.architecture)
    }

    private func median(_ body: () -> Void) -> Double {
        for _ in 0..<20 { body() }
        let times = (0..<steps).map { _ in
            let began = MonotonicTime.seconds
            body()
            return MonotonicTime.seconds - began
        }
        return times.sorted()[steps / 2]
    }
}

/// A nearly square sgemm with about as many multiply-adds as the measured step: the reference speed of the machine.
private struct MatrixProduct: ~Copyable {
    private static let rows = 128
    private static let inner = 1152
    let columns: Int
    private let arena: Arena<Float>
    private let a, b, c: MutableTensorRef<Float>

    var multiplyAdds: Int { Self.rows * Self.inner * columns }

    init(multiplyAdds: Int) {
        columns = max(1, multiplyAdds / (Self.rows * Self.inner))
        var layout = ArenaLayout<Float>()
        let factors = (layout.add(Shape(Self.rows, Self.inner)), layout.add(Shape(Self.inner, columns)))
        let product = layout.add(Shape(Self.rows, columns))
        let arena = Arena(layout)
        (a, b, c) = (arena[factors.0], arena[factors.1], arena[product])
        self.arena = arena
        a.fill(0.5)
        b.fill(0.25)
    }

    func run() {
        unsafe Float.multiply(
            Self.rows, columns, Self.inner, UnsafePointer(a.unsafeBase), Self.inner, transposedA: false,
            UnsafePointer(b.unsafeBase), columns, transposedB: false, beta: 0, c.unsafeBase, columns)
    }
}

struct TrainingBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Measures a training step (forward, backward, Adam) on noise, in audio-seconds per second.",
        discussion: "tools/benchmarks/training_step.py measures the same step in PyTorch.")

    @OptionGroup var network: BenchNetwork
    @Option(help: "Feature channels of a band: 7 for foa-intensity, 16 for foa-covariance.")
    var channels = 7
    @Option(help: "Sequences in a batch.")
    var batch = 32
    @Option(help: "Blocks of 100 ms in a sequence.")
    var blocks = 50
    @Option(help: "Threads.")
    var threads = 2
    @Option(help: "Steps to measure, after two warm-up steps.")
    var steps = 10

    func run() throws {
        guard batch >= threads, threads >= 1, blocks >= 1, steps >= 1, channels >= 1 else {
            throw ValidationError(
                "expected at least one sequence per thread, one block, one step and one channel, found batch \(batch), threads \(threads), blocks \(blocks), steps \(steps), channels \(channels)"
            )
        }
        var architecture = network.architecture
        architecture.channels = channels
        let team = WorkerTeam(count: threads)
        let net = DOAnetBatch<Float>(architecture, sequences: batch, blocks: blocks, team: team)
        let parameters = DOAnetParameters<Float>(architecture, seed: 1)
        let gradients = DOAnetParameters<Float>(zeros: architecture)
        var adam = Adam(count: parameters.all.count)
        var random = SplitMix64(seed: 1)
        func noise(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.unit() - 0.5) } }
        let frames = blocks * FrameLayout.framesPerBlock
        let input = noise(batch * frames * architecture.bands * architecture.channels)
        let outputs = batch * blocks * architecture.maximumTracks
        let (directionGradient, activityGradient) = (noise(outputs * 3), noise(outputs))
        var (times, costs): ([Double], [Double]) = ([], [])
        try input.withTensor(Shape(batch, frames, architecture.bands, architecture.channels)) { input in
            try directionGradient.withTensor(Shape(batch, blocks, architecture.maximumTracks * 3)) { directions in
                try activityGradient.withTensor(Shape(batch, blocks, architecture.maximumTracks)) { activity in
                    for _ in 0..<steps + 2 {
                        let (began, used) = (MonotonicTime.seconds, ProcessorTime.seconds)
                        net.forward(input, parameters, training: true)
                        net.backward(
                            input, directionGradient: directions, activityGradient: activity, parameters,
                            gradients: gradients)
                        try adam.update(
                            parameters: parameters.all, gradient: gradients.all.readOnly, rate: 1e-4, clip: 5, team: team)
                        times.append(MonotonicTime.seconds - began)
                        costs.append(ProcessorTime.seconds - used)
                    }
                }
            }
        }
        let median = times.dropFirst(2).sorted()[steps / 2]
        let cost = costs.dropFirst(2).sorted()[steps / 2]
        let audio = Double(batch * blocks) * FrameLayout.blockSeconds
        print("step      \((median * 1e3).formatted(0)) ms (median of \(steps), \(threads) threads)")
        print("processor \((cost * 1e3).formatted(0)) ms a step")
        print("speed     \((audio / median).formatted(1)) audio-seconds a second")
    }
}
