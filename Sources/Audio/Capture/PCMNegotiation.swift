import CALSA
import Glibc

/// Restricts the capabilities of an open PCM to what Bearing uses.
///
/// Order of negotiation: channels, then format (S32, S24_3, S24, S16, FLOAT), then rate (24 kHz, else 48 kHz, else the
/// nearest to it), then the requested period and a buffer of 400 ms.
@safe
struct PCMNegotiation: ~Copyable {
    private static let preferredRate: UInt32 = 48_000
    /// Milliseconds of the device's buffer, and periods of it at least.
    private static let buffer = 400
    private static let fewestPeriods = 4

    private let handle: OpaquePointer
    private let name: String
    private let hardware: OpaquePointer

    /// - Parameter handle: an open PCM that is not configured yet.
    init(handle: OpaquePointer, name: String) throws(AudioError) {
        unsafe self.handle = handle
        self.name = name
        var parameters: OpaquePointer?
        unsafe snd_pcm_hw_params_malloc(&parameters)
        guard let parameters = unsafe parameters else { preconditionFailure("no memory for a PCM's parameters") }
        unsafe hardware = parameters
        let code = unsafe snd_pcm_hw_params_any(handle, parameters)
        if code < 0 { throw .failedDevice(name: name, operation: "list its formats", reason: pcmError(code)) }
    }

    deinit { unsafe snd_pcm_hw_params_free(hardware) }

    /// Numbers of channels, lowest and highest.
    var channels: ClosedRange<Int> {
        var low: UInt32 = 0
        var high: UInt32 = 0
        unsafe snd_pcm_hw_params_get_channels_min(hardware, &low)
        unsafe snd_pcm_hw_params_get_channels_max(hardware, &high)
        return Int(low)...max(Int(low), Int(high))
    }

    /// Sample rates in Hz, lowest and highest.
    var rates: ClosedRange<Int> {
        var low: UInt32 = 0
        var high: UInt32 = 0
        unsafe snd_pcm_hw_params_get_rate_min(hardware, &low, nil)
        unsafe snd_pcm_hw_params_get_rate_max(hardware, &high, nil)
        return Int(low)...max(Int(low), Int(high))
    }

    var formats: [SampleFormat] {
        SampleFormat.allCases.filter { unsafe snd_pcm_hw_params_test_format(handle, hardware, $0.code) == 0 }
    }

    func offers(rate: Int) -> Bool {
        unsafe snd_pcm_hw_params_test_rate(handle, hardware, UInt32(clamping: rate), 0) == 0
    }

    /// Fixes the shape and installs it in the device.
    /// - Parameters:
    ///   - wanted: number of channels without a map.
    ///   - milliseconds: length of a period.
    mutating func agree(map: ChannelMap?, channels wanted: Int, period milliseconds: Int) throws(AudioError) -> CaptureShape {
        let access = unsafe snd_pcm_hw_params_set_access(handle, hardware, SND_PCM_ACCESS_RW_INTERLEAVED)
        if access < 0 { throw unfit("interleaved frames", "none offered") }
        let count = try agreeOnChannels(map, wanted)
        guard let format = formats.first else {
            throw unfit("one of \(SampleFormat.allCases.map(\.rawValue).joined(separator: ", "))", "other formats only")
        }
        try check(unsafe snd_pcm_hw_params_set_format(handle, hardware, format.code), "set its format")
        let rate = try agreeOnRate()

        // The nearest value instead of an exact one: devices round, and the rounded value is read back.
        var period = snd_pcm_uframes_t(Int(rate) * milliseconds / 1000)
        try check(
            unsafe snd_pcm_hw_params_set_period_size_near(handle, hardware, &period, nil), "set its period")
        var buffer = snd_pcm_uframes_t(Int(rate) * max(Self.buffer, Self.fewestPeriods * milliseconds) / 1000)
        try check(unsafe snd_pcm_hw_params_set_buffer_size_near(handle, hardware, &buffer), "set its buffer")
        try check(unsafe snd_pcm_hw_params(handle, hardware), "accept its settings")
        unsafe snd_pcm_hw_params_get_period_size(hardware, &period, nil)
        unsafe snd_pcm_hw_params_get_buffer_size(hardware, &buffer)
        if buffer < 2 * period { throw unfit("a buffer of at least two periods", "\(buffer) frames of \(period)") }
        try agreeOnSoftware(period: period)
        return CaptureShape(
            format: format, sampleRate: Int(rate), channels: count, period: Int(period), buffer: Int(buffer))
    }

    private func agreeOnChannels(_ map: ChannelMap?, _ wanted: Int) throws(AudioError) -> Int {
        let offered = channels
        if let map {
            var count = UInt32(max(map.channelsNeeded, offered.lowerBound))
            guard unsafe snd_pcm_hw_params_set_channels_near(handle, hardware, &count) == 0,
                Int(count) >= map.channelsNeeded
            else { throw .missingChannel(source: name, channel: map.channelsNeeded - 1, found: offered.upperBound) }
            return Int(count)
        }
        guard unsafe snd_pcm_hw_params_set_channels(handle, hardware, UInt32(wanted)) == 0 else {
            let found = offered.upperBound < wanted ? offered.upperBound : offered.lowerBound
            throw .wrongChannelCount(source: name, expected: wanted, found: found)
        }
        return wanted
    }

    private func agreeOnRate() throws(AudioError) -> UInt32 {
        unsafe snd_pcm_hw_params_set_rate_resample(handle, hardware, 0)
        for rate in [AudioFormat.sampleRate, Int(Self.preferredRate)] where offers(rate: rate) {
            try check(unsafe snd_pcm_hw_params_set_rate(handle, hardware, UInt32(rate), 0), "set its rate")
            return UInt32(rate)
        }
        var rate = Self.preferredRate
        try check(unsafe snd_pcm_hw_params_set_rate_near(handle, hardware, &rate, nil), "set its rate")
        return rate
    }

    /// Wake up once a period, start only on request, time stamps of the monotonic clock.
    private func agreeOnSoftware(period: snd_pcm_uframes_t) throws(AudioError) {
        var allocated: OpaquePointer?
        unsafe snd_pcm_sw_params_malloc(&allocated)
        guard let software = unsafe allocated else { preconditionFailure("no memory for a PCM's parameters") }
        defer { unsafe snd_pcm_sw_params_free(software) }
        try check(unsafe snd_pcm_sw_params_current(handle, software), "report its settings")
        var boundary: snd_pcm_uframes_t = 0
        unsafe snd_pcm_sw_params_get_boundary(software, &boundary)
        try check(unsafe snd_pcm_sw_params_set_start_threshold(handle, software, boundary), "start on request")
        try check(unsafe snd_pcm_sw_params_set_avail_min(handle, software, period), "wake up once a period")
        // Not every plugin gives time stamps; the time of the call is used instead.
        unsafe snd_pcm_sw_params_set_tstamp_mode(handle, software, SND_PCM_TSTAMP_ENABLE)
        unsafe snd_pcm_sw_params_set_tstamp_type(handle, software, SND_PCM_TSTAMP_TYPE_MONOTONIC)
        try check(unsafe snd_pcm_sw_params(handle, software), "accept its settings")
    }

    private func check(_ code: Int32, _ operation: String) throws(AudioError) {
        if code < 0 { throw .failedDevice(name: name, operation: operation, reason: pcmError(code)) }
    }

    private func unfit(_ expected: String, _ found: String) -> AudioError {
        .unfitDevice(name: name, expected: expected, found: found)
    }
}

extension SampleFormat {
    /// The constant of ALSA.
    var code: snd_pcm_format_t {
        switch self {
        case .s16: SND_PCM_FORMAT_S16_LE
        case .s24Packed: SND_PCM_FORMAT_S24_3LE
        case .s24: SND_PCM_FORMAT_S24_LE
        case .s32: SND_PCM_FORMAT_S32_LE
        case .float: SND_PCM_FORMAT_FLOAT_LE
        }
    }
}
