public import Audio
public import Features
public import Signal
public import Tensor

/// From a source's channels to feature frames: the encoder if the channels need one, then the extractor.
///
/// The frames do not depend on how the samples are divided into pushes. After `init` only `finish` allocates.
public final class FeatureStream {
    private let encoder: FilterMatrix?
    /// Channels of the source.
    public let channels: Int
    /// [2400, 4], output of the encoder; empty without one.
    private var encoded: [Float]
    /// Frames of the encoder's output that precede the first pushed one and are still to come.
    private var early: Int
    private var extractor: FeatureExtractor
    private var samplesPushed = 0

    /// - Parameters:
    ///   - channels: that features are extracted from: four, except for capsules of array-independent features.
    ///   - encoding: conversion of the source's channels to these; nil if they are the same.
    public init(_ kind: FeatureKind, channels: Int = FrameLayout.channels, encoding: EncodingFilters?) {
        self.channels = encoding?.inputs ?? channels
        encoder = encoding.map { FilterMatrix($0) }
        encoded = Array(repeating: 0, count: encoding == nil ? 0 : FrameLayout.samplesPerBlock * FrameLayout.channels)
        early = encoding?.delay ?? 0
        extractor = FeatureExtractor(kind, channels: channels)
    }

    /// Delay of the encoder in sample frames.
    public var delay: Int { encoder?.filters.delay ?? 0 }

    /// Whole blocks pushed since the start or the latest `reset`.
    public var blocks: Int { samplesPushed / FrameLayout.samplesPerBlock }

    /// Pushes audio and passes every completed feature frame to `emit`.
    /// - Parameters:
    ///   - samples: interleaved frames of all channels at 24 kHz in -1...1, any number of them.
    ///   - emit: receives a frame [64, C], unscaled, valid during the call only.
    public func push(_ samples: Span<Float>, _ emit: (TensorRef<Float>) -> Void) {
        samplesPushed += samples.count / channels
        guard let encoder else { return extractor.push(samples, emit) }
        let frames = samples.count / channels
        var done = 0
        while done < frames {
            let count = min(FrameLayout.samplesPerBlock, frames - done)
            var target = encoded.mutableSpan
            encoder.process(samples.extracting(done * channels..<(done + count) * channels), into: &target)
            // Without the frames that precede the first sample.
            let skipped = min(early, count)
            early -= skipped
            extractor.push(encoded.span.extracting(skipped * FrameLayout.channels..<count * FrameLayout.channels), emit)
            done += count
        }
    }

    /// Emits the frames that still wait for the encoder, and those of a look-ahead, as if silence followed.
    /// - Parameter lookAhead: blocks of silence after the recording.
    public func finish(lookAhead: Int, _ emit: (TensorRef<Float>) -> Void) {
        let silence = [Float](repeating: 0, count: FrameLayout.samplesPerBlock * channels)
        var rest = delay + lookAhead * FrameLayout.samplesPerBlock
        while rest > 0 {
            let frames = min(rest, FrameLayout.samplesPerBlock)
            push(silence.span.extracting(0..<frames * channels), emit)
            rest -= frames
        }
    }

    /// Clears the audio so far.
    public func reset() {
        encoder?.reset()
        early = delay
        extractor.reset()
        samplesPushed = 0
    }
}
