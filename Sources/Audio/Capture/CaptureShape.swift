/// What a device and Bearing agreed on when the device was opened.
public struct CaptureShape: Sendable, Hashable, CustomStringConvertible {
    public var format: SampleFormat
    /// Frames a second of the device.
    public var sampleRate: Int
    /// Of the device; four of them are used.
    public var channels: Int
    /// Frames from one wake-up to the next.
    public var period: Int
    /// Frames that the device holds for a late reader.
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
