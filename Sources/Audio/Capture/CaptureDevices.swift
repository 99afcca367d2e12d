import CALSA
import CRealtime
import Glibc

/// The capture devices of this machine: sound cards first, then names of ALSA's configuration.
public enum CaptureDevices {
    private static let usualRates = [8000, 16_000, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000]
    /// ALSA's null device, which gives endless silence, is not listed.
    private static let useless: Set<String> = ["null"]

    /// Opens each device briefly to query it; a device in use is listed as such.
    public static func list() -> [CaptureDevice] {
        bearing_pcm_silence()
        var devices: [CaptureDevice] = []
        for (name, description) in cards() + hints() where !devices.contains(where: { $0.name == name }) {
            devices.append(CaptureDevice(name: name, description: description, offer: offer(of: name)))
        }
        return devices
    }

    /// The capabilities of one device.
    public static func offer(of name: String) -> Result<CaptureDevice.Offer, AudioError> {
        bearing_pcm_silence()
        var opened: OpaquePointer?
        let code = unsafe snd_pcm_open(&opened, name, SND_PCM_STREAM_CAPTURE, PCMDevice.openMode)
        guard code >= 0, let handle = unsafe opened else { return .failure(PCMDevice.openError(name, code)) }
        defer { unsafe snd_pcm_close(handle) }
        do throws(AudioError) {
            let negotiation = try unsafe PCMNegotiation(handle: handle, name: name)
            return .success(
                CaptureDevice.Offer(
                    channels: negotiation.channels, rateRange: negotiation.rates,
                    rates: usualRates.filter { negotiation.offers(rate: $0) }, formats: negotiation.formats))
        } catch {
            return .failure(error)
        }
    }

    /// "hw:CARD=Array,DEV=0" of every card: these names do not depend on the order of plugging in.
    private static func cards() -> [(name: String, description: String)] {
        var found: [(name: String, description: String)] = []
        var card: Int32 = -1
        while unsafe snd_card_next(&card) == 0, card >= 0 {
            var opened: OpaquePointer?
            guard unsafe snd_ctl_open(&opened, "hw:\(card)", 0) == 0, let control = unsafe opened else { continue }
            defer { unsafe snd_ctl_close(control) }
            var device: Int32 = -1
            while unsafe snd_ctl_pcm_next_device(control, &device) == 0, device >= 0 {
                guard let stream = unsafe captureName(control, device) else { continue }
                let (identifier, name) = unsafe cardNames(control) ?? ("\(card)", "")
                let description = [name, stream].filter { !$0.isEmpty }.joined(separator: ", ")
                found.append(("hw:CARD=\(identifier),DEV=\(device)", description))
            }
        }
        return found
    }

    /// A card's short name, without spaces, and its own.
    private static func cardNames(_ control: OpaquePointer) -> (identifier: String, name: String)? {
        var info: OpaquePointer?
        unsafe snd_ctl_card_info_malloc(&info)
        defer { unsafe snd_ctl_card_info_free(info) }
        guard unsafe snd_ctl_card_info(control, info) == 0 else { return nil }
        return unsafe (String(cString: snd_ctl_card_info_get_id(info)), String(cString: snd_ctl_card_info_get_name(info)))
    }

    /// The name of a card's PCM; nil if it does not capture.
    private static func captureName(_ control: OpaquePointer, _ device: Int32) -> String? {
        var info: OpaquePointer?
        unsafe snd_pcm_info_malloc(&info)
        defer { unsafe snd_pcm_info_free(info) }
        unsafe snd_pcm_info_set_device(info, UInt32(device))
        unsafe snd_pcm_info_set_subdevice(info, 0)
        unsafe snd_pcm_info_set_stream(info, SND_PCM_STREAM_CAPTURE)
        guard unsafe snd_ctl_pcm_info(control, info) == 0 else { return nil }
        return unsafe String(cString: snd_pcm_info_get_name(info))
    }

    /// The capture devices named in ALSA's configuration.
    private static func hints() -> [(name: String, description: String)] {
        var list: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        guard unsafe snd_device_name_hint(-1, "pcm", &list) == 0, let hints = unsafe list else { return [] }
        defer { unsafe snd_device_name_free_hint(hints) }
        var found: [(name: String, description: String)] = []
        var index = 0
        while let hint = unsafe hints[index] {
            index += 1
            // A hint without a direction supports both.
            guard let name = unsafe text(hint, "NAME"), unsafe (text(hint, "IOID") ?? "Input") == "Input",
                !useless.contains(name)
            else { continue }
            let description = unsafe text(hint, "DESC") ?? ""
            found.append((name, description.split(separator: "\n").joined(separator: ", ")))
        }
        return found
    }

    private static func text(_ hint: UnsafeRawPointer, _ key: String) -> String? {
        guard let value = unsafe snd_device_name_get_hint(hint, key) else { return nil }
        defer { unsafe free(value) }
        return unsafe String(cString: value)
    }
}
