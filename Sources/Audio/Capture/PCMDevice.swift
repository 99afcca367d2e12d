import CALSA
import CRealtime
import Glibc
import Platform

/// An open ALSA capture PCM with its negotiated shape.
///
/// It is opened without the conversions of ALSA's own plugins, since conversions here are known and counted.
@safe
final class PCMDevice {
    let name: String
    let shape: CaptureShape
    private let handle: OpaquePointer
    private var isOpen = true

    static let openMode =
        Int32(SND_PCM_NONBLOCK) | Int32(SND_PCM_NO_AUTO_RESAMPLE) | Int32(SND_PCM_NO_AUTO_CHANNELS)
        | Int32(SND_PCM_NO_AUTO_FORMAT) | Int32(SND_PCM_NO_SOFTVOL)

    /// Opens a device and negotiates format, rate, channels and buffer.
    ///
    /// - Parameters:
    ///   - map: the channels to use; nil requires exactly `channels`.
    ///   - period: milliseconds between two wake-ups.
    /// - Throws: `missingDevice`, `busyDevice`, `forbiddenDevice`, `unfitDevice`, `failedDevice`.
    init(name: String, map: ChannelMap?, channels: Int, period: Int) throws(AudioError) {
        bearing_pcm_silence()
        var opened: OpaquePointer?
        let code = unsafe snd_pcm_open(&opened, name, SND_PCM_STREAM_CAPTURE, Self.openMode)
        guard code >= 0, let opened = unsafe opened else { throw Self.openError(name, code) }
        do throws(AudioError) {
            var negotiation = try unsafe PCMNegotiation(handle: opened, name: name)
            shape = try negotiation.agree(map: map, channels: channels, period: period)
        } catch {
            unsafe snd_pcm_close(opened)
            throw error
        }
        unsafe handle = opened
        self.name = name
    }

    deinit { close() }

    /// Closes the device. Errors are ignored, since it is closed in any case.
    func close() {
        guard isOpen else { return }
        isOpen = false
        unsafe snd_pcm_close(handle)
    }

    /// Connects the calls of the capture loop with this device.
    func watch(_ pcm: UnsafeMutablePointer<bearing_pcm>, stop: WakeEvent) throws(AudioError) {
        let code = unsafe bearing_pcm_watch(pcm, handle, stop.descriptor)
        if code < 0 { throw .failedDevice(name: name, operation: "poll", reason: pcmError(code)) }
    }

    /// The meaning of a refused open.
    static func openError(_ name: String, _ code: Int32) -> AudioError {
        switch -code {
        case ENOENT, ENODEV, ENXIO: .missingDevice(name: name)
        case EBUSY: .busyDevice(name: name)
        case EACCES, EPERM: .forbiddenDevice(name: name)
        // The errors of libasound for a name or an argument that it cannot parse.
        case EINVAL: .missingDevice(name: name)
        default: .failedDevice(name: name, operation: "open", reason: pcmError(code))
        }
    }
}
