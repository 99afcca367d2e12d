/// The parameters negotiated with a device when it was opened.
public struct CaptureShape: Sendable, Hashable, CustomStringConvertible {
    public var format: SampleFormat
    /// The device's sample rate in Hz.
    public var sampleRate: Int
    /// The device's channels, of which the chosen ones are used.
    public var channels: Int
    /// Frames between two wake-ups.
    public var period: Int
    /// Capacity of the device's buffer in frames.
    public var buffer: Int

    public init(format: SampleFormat, sampleRate: Int, channels: Int, period: Int, buffer: Int) {
        self.format = format
        self.sampleRate = sampleRate
        self.channels = channels
        self.period = period
        self.buffer = buffer
    }

    public var description: String {
        "\(format.rawValue), \(sampleRate) Hz, \(channels) channels, period \(period), buffer \(buffer) frames"
    }
}
