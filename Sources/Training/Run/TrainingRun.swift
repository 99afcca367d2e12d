import Dataset
import Evaluation
import Features
public import Files
import Fingerprints
public import Formats
public import Kernels
import Losses
public import Networks
public import Platform
import Signal
import Tensor
import Tracking

/// One training from its first step to its last: batches over threads, exact assignment, Adam, a validation in each epoch, the
/// best model, and a checkpoint from which the run continues as if never interrupted. Several processes may train it together (`RankGroup`);
/// rank 0 writes the files.
public final class TrainingRun {
    public let settings: TrainingSettings
    public let data: TrainingData
    public let folder: String
    private var progress = TrainingProgress()

    /// The inputs of the run, which identify its checkpoints and are written into model files.
    let fingerprint: Fingerprint
    /// Locks the folder against other processes while the run exists.
    private let lock: FolderLock?
    private let team: WorkerTeam
    /// The sequences of each batch that this process works on.
    let share: BatchShare
    private let network: DOAnetBatch<Float>
    let parameters: DOAnetParameters<Float>
    /// Frozen; nil for losses without it.
    let hungarian: HungarianParameters<Float>?
    private let gradients: DOAnetParameters<Float>
    /// Moving average of the parameters and of the batch-norm statistics, which is validated and shipped.
    let averaged: DOAnetParameters<Float>
    let scaler: FeatureScaler
    private var adam: Adam
    private let loss: any BatchLoss<Float>
    /// nil for a run that learns from labels only.
    private let teacher: Teacher?
    private let batches: BatchPreparation
    private let directionGradient: MutableTensorRef<Float>
    private let logitGradient: MutableTensorRef<Float>
    private let arena: Arena<Float>

    /// - Parameter folder: for the checkpoint, the best model and the log; created if missing. A checkpoint with the same
    ///   settings is resumed.
    /// - Parameter initial: the initial model instead of random parameters; its scaler is kept. If the networks differ in form
    ///   or widths, parameters with the same name and shape are copied, and the others are random.
    /// - Parameter hungarian: the frozen association network, for losses that need it.
    /// - Parameter teacher: a frozen model to learn from besides the labels; its scaler is used without an initial model.
    /// - Parameter lock: of the folder, held while the run exists.
    /// - Parameter group: the processes that train together; nil for one process. All have the same settings and data.
    /// - Throws: settings out of range, a folder that cannot be written, a checkpoint with other settings, an initial model
    ///   with other features or without a matching convolution, a teacher with other features or tracks.
    public init(
        settings: TrainingSettings, data: TrainingData, folder: String, initial: ModelFile? = nil,
        hungarian: HungarianParameters<Float>? = nil, teacher: TeacherSettings? = nil, lock: FolderLock? = nil,
        group: (any RankGroup)? = nil
    ) throws {
        try settings.validate()
        share = BatchShare(settings.batch, in: group)
        if let group, group.count * settings.threads > settings.batch {
            throw TrainingError.settings(
                "batch: expected at least one sequence for each of \(settings.threads) threads of \(group.count) ranks, found \(settings.batch)"
            )
        }
        if let initial, !initial.architecture.sharesConvolutions(with: settings.architecture) || initial.features != data.kind {
            throw TrainingError.settings(
                "initial model: expected \(settings.architecture.filters) filters on \(data.kind.rawValue), "
                    + "found \(initial.architecture.filters) on \(initial.features.rawValue)")
        }
        scaler = initial?.scaler ?? teacher?.model.scaler ?? data.scaler
        try teacher?.check(for: settings, scaler: scaler)
        if share.isLeader { try Folder.makeWritable(folder) }
        self.lock = lock
        if lock != nil { FolderLock.removeLeftovers(in: folder) }
        let usedHungarian = settings.loss.needsHungarianNetwork ? hungarian : nil
        fingerprint = RunFingerprint.make(
            settings: settings, data: data, initial: initial, hungarian: usedHungarian, teacher: teacher)
        self.hungarian = usedHungarian
        self.settings = settings
        self.data = data
        self.folder = folder
        let architecture = settings.architecture
        let slots = architecture.maximumTracks
        team = WorkerTeam(count: settings.threads)
        parameters = DOAnetParameters(architecture, seed: settings.seed)
        if let initial { parameters.copyMatching(from: initial.parameters) }
        gradients = DOAnetParameters(zeros: architecture)
        averaged = DOAnetParameters(architecture, seed: settings.seed)
        averaged.copy(from: parameters)
        network = DOAnetBatch(architecture, share: share, blocks: settings.blocks, team: team)
        adam = Adam(count: parameters.all.count)
        loss = try Self.loss(settings, sequences: share.range.count, hungarian: hungarian, team: team)
        if let teacher, case .assignment(let assignment) = settings.loss {
            self.teacher = Teacher(
                teacher, settings: settings, sequences: share.range.count, assignment: assignment, team: team)
        } else {
            self.teacher = nil
        }
        batches = try Self.preparation(settings, data: data, scaler: scaler, share: share)
        var layout = ArenaLayout<Float>()
        let rows = share.range.count * settings.blocks
        let (vectors, numbers) = (layout.add(Shape(rows, slots, 3)), layout.add(Shape(rows, slots)))
        let arena = Arena(layout)
        (directionGradient, logitGradient) = (arena[vectors], arena[numbers])
        self.arena = arena
        if share.isLeader {
            if Folder.has(checkpointPath) {
                progress = try state.load(from: checkpointPath, adam: &adam)
                try requireBestModel()
            }
            // The log is adapted to the checkpoint.
            try log.keep(epochs: progress.epoch)
        }
        if let group { try adoptState(of: group, &adam, &progress) }
    }

    /// The next epoch, counted from 0.
    public var epoch: Int { progress.epoch }
    /// The epoch with the best validation MOTA, counted from 0; nil before the first one has ended.
    public var bestEpoch: Int? { progress.bestEpoch }
    /// Why the run has ended; nil if it has not.
    public var ending: TrainingEnding? { progress.ending(settings) }
    public var isFinished: Bool { ending != nil }

    /// Trains one epoch, validates, keeps the model if it is the best, writes log and checkpoint.
    /// - Parameter report: called after each step.
    /// - Throws: a loss, gradient or parameter that is not finite, with the recordings of its batch; files that cannot be
    ///   written. The folder then contains the state after the last complete epoch, from which a new run continues.
    public func runEpoch(report reportStep: (StepReport) -> Void) throws -> EpochReport {
        var sum = LossValue()
        var normSum: Float = 0
        let began = MonotonicTime.seconds
        for index in 0..<settings.stepsPerEpoch {
            let step = epoch * settings.stepsPerEpoch + index
            let (value, norm) = try train(step: step)
            sum += value
            normSum += norm
            let seconds = MonotonicTime.seconds - began
            let audio = Double((index + 1) * settings.batch * settings.blocks) * FrameLayout.blockSeconds
            reportStep(
                StepReport(
                    step: step, steps: settings.steps, loss: sum.total / Double(index + 1), speed: audio / seconds))
        }
        let seconds = MonotonicTime.seconds - began
        let scores = validate()
        let count = Double(settings.stepsPerEpoch)
        let report = EpochReport(
            epoch: epoch, loss: sum.scaled(by: 1 / count), gradientNorm: Double(normSum) / count,
            rate: settings.rate(at: (epoch + 1) * settings.stepsPerEpoch - 1, halvings: progress.halvings),
            speed: count * Double(settings.batch * settings.blocks) * FrameLayout.blockSeconds / seconds,
            validation: scores)
        // Selected by MOTA of the validation recordings, never by the localisation error only.
        let isBest = progress.finishEpoch(mota: scores.pooled.clear.mota, settings: settings)
        guard share.isLeader else { return report }
        if isBest { try modelFile(epoch: report.epoch, scores).save(to: modelPath) }
        try modelFile(epoch: report.epoch, scores).save(to: lastModelPath)
        // In this order: whatever a killed run has written beyond its checkpoint is written again when it continues.
        try log.append(report)
        try state.save(to: checkpointPath, adam: adam, progress: progress)
        return report
    }

    func validate() -> MetricsReport {
        score { recordings in
            let tracks = Evaluation.tracks(
                of: recordings, parameters: averaged, scaler: scaler, selection: selection, threads: settings.threads)
            return Evaluation.score(recordings, tracks: tracks)
        }
    }

    /// Without activity a gate has no input.
    private var selection: TrackSelection { settings.loss.trainsActivity ? .gated(GateSettings()) : .everyOutput }

    public var parameterCount: Int { parameters.entries.reduce(0) { $0 + $1.values.count } }

    /// The batch of the latest step.
    var batch: TrainingBatch { batches.current }

    func train(step: Int) throws -> (LossValue, Float) {
        let batch = try batches.batch(of: step, team: team)
        let architecture = settings.architecture
        let input = batch.input.readOnly.reshaped(
            Shape(
                batch.sequences, settings.blocks * FrameLayout.framesPerBlock, architecture.bands,
                architecture.channels))
        network.forward(input, parameters, training: true)
        let answers = LossBatch(
            sequences: batch.sequences, blocks: settings.blocks, slots: architecture.maximumTracks, share: share,
            progress: settings.progress(at: step), directions: network.directions.readOnly, logits: network.activityLogits.readOnly,
            references: batch.references.readOnly, active: batch.active.readOnly, onset: batch.onset.readOnly,
            directionGradient: directionGradient, logitGradient: logitGradient)
        var value = loss.evaluate(answers, team: team)
        teacher?.teach(input, answers, value: &value)
        guard value.total.isFinite else {
            throw batch.notFinite("a loss", step: step, recordings: data.training)
        }
        // Activations too large for a variance leave the loss finite, but make the model useless.
        guard parameters.buffers.allSatisfy({ $0.values.readOnly.euclideanNorm.isFinite }) else {
            throw batch.notFinite("statistics", step: step, recordings: data.training)
        }
        network.backward(
            input, directionGradient: directionGradient.readOnly.reshaped(network.directions.shape),
            activityGradient: logitGradient.readOnly.reshaped(network.activityLogits.shape), parameters,
            gradients: gradients)
        let rate = settings.rate(at: step, halvings: progress.halvings)
        let norm: Float
        do throws(TrainingError) {
            norm = try adam.update(
                parameters: parameters.all, gradient: gradients.all.readOnly, rate: rate, clip: settings.clip, team: team)
        } catch {
            guard case .notFinite(let what, _, _, _) = error else { throw error }
            throw batch.notFinite(what, step: step, recordings: data.training)
        }
        average(step: step)
        return (value, norm)
    }

    /// Updates the moving average; it warms up with the run, so that early epochs are scored fairly.
    private func average(step: Int) {
        let keep = min(settings.averaging, Float(step + 1) / Float(step + 10))
        let buffers = zip(averaged.buffers, parameters.buffers).map { ($0.values, $1.values) }
        for (mean, value) in [(averaged.all, parameters.all)] + buffers {
            let m = unsafe mean.unsafeBase
            let v = unsafe value.unsafeBase
            team.run { worker in
                for i in team.share(worker, of: mean.count) { unsafe m[i] = keep * m[i] + (1 - keep) * v[i] }
            }
        }
    }
}
