import Audio
import Glibc
import TestSupport
import Testing

/// Every rate, format and number of channels that a device may have, through the real libasound.
@Suite(.enabled(if: VirtualMicrophone.problem == nil, "no C compiler for the virtual microphone"))
struct CaptureShapeTests {
    struct Shape: CustomTestStringConvertible {
        var rate: Int
        var channels: Int
        var format: SampleFormat

        var testDescription: String { "\(rate) Hz, \(channels) channels, \(format.rawValue)" }
    }

    static let shapes = [
        Shape(rate: 8000, channels: 4, format: .s16), Shape(rate: 11_025, channels: 5, format: .s32),
        Shape(rate: 12_000, channels: 4, format: .s24), Shape(rate: 16_000, channels: 6, format: .s24Packed),
        Shape(rate: 22_050, channels: 4, format: .float), Shape(rate: 24_000, channels: 32, format: .s24),
        Shape(rate: 32_000, channels: 7, format: .s16), Shape(rate: 44_100, channels: 4, format: .s24Packed),
        Shape(rate: 48_000, channels: 16, format: .s32), Shape(rate: 88_200, channels: 4, format: .s16),
        Shape(rate: 96_000, channels: 8, format: .s24), Shape(rate: 176_400, channels: 4, format: .s32),
        Shape(rate: 192_000, channels: 10, format: .float),
    ]

    private static let hertz = [440.0, 1000, 1700, 200]

    /// Half a second in which the map's channels hold sines and every other channel noise; whole periods, so that it repeats.
    static func recording(_ shape: Shape, map: ChannelMap) -> [UInt8] {
        var bytes: [UInt8] = []
        var random = SeededRandom(seed: 1)
        func put<Value: FixedWidthInteger>(_ value: Value, _ count: Int) {
            for byte in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
        }
        for frame in 0..<shape.rate / 2 {
            for channel in 0..<shape.channels {
                let place = map.indices.firstIndex(of: channel)
                let value =
                    place.map { 0.5 * sin(2 * .pi * hertz[$0] * Double(frame) / Double(shape.rate)) }
                    ?? Double.random(in: -1..<1, using: &random)
                switch shape.format {
                case .s16: put(Int16(value * 32767), 2)
                case .s24Packed: put(Int32(value * 8_388_607), 3)
                case .s24: put(Int32(value * 8_388_607), 4)
                case .s32: put(Int32(value * 2_147_483_647), 4)
                case .float: put(Float(value).bitPattern, 4)
                }
            }
        }
        return bytes
    }

    @Test(arguments: shapes)
    func everyShapeGivesTheSameAudio(_ shape: Shape) throws {
        let folder = TemporaryFolder()
        let last = shape.channels - 1
        let map = try ChannelMap([last, 0, 2, 1])
        let path = folder.put(Self.recording(shape, map: map), as: "raw")
        let device = VirtualMicrophone.device(
            playingRaw: path, rate: shape.rate, channels: shape.channels, format: shape.format.rawValue)
        let capture = ALSACapture(device: device, map: map, stream: CaptureStream())
        try capture.start()
        let agreed = try #require(capture.shape)
        #expect(agreed.rate == shape.rate && agreed.channels == shape.channels && agreed.format == shape.format)
        // The latency in `hello`: the delay of this pair of rates.
        let delay = try Resampler(from: shape.rate).delay
        #expect(capture.latency == Double(delay) / 24_000 && (delay == 0) == (shape.rate == 24_000))
        #expect(capture.agreement == agreed.description)

        let samples = ALSACaptureTests.collect(capture.stream, frames: 9600)
        capture.stop()
        try #require(samples.count >= 9600 * 4)
        #expect(capture.stream.status.overruns == 0, "this machine stood still")
        let expected = ResamplerTests.sines(rate: 24_000, frames: 9600, hertz: Self.hertz)
        var worst: Float = 0
        for index in 400 * 4..<9600 * 4 { worst = max(worst, abs(samples[index] - expected[index])) }
        #expect(worst < 0.002, "\(worst) away from the same sines at 24 kHz")
    }
}

extension CaptureShape {
    fileprivate var rate: Int { sampleRate }
}
