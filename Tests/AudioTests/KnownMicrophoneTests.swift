import Testing

@testable import Audio

@Suite struct KnownMicrophoneTests {
    private static func device(_ name: String, _ description: String, channels: Int) -> CaptureDevice {
        let offer = CaptureDevice.Offer(channels: 1...channels, rateRange: 16_000...48_000, rates: [16_000], formats: [.s16])
        return CaptureDevice(name: name, description: description, offer: .success(offer))
    }

    /// Names as `arecord -l` shows them.
    @Test(
        arguments: [
            ("hw:CARD=ArrayUAC10,DEV=0", "ReSpeaker 4 Mic Array (UAC1.0), USB Audio", "respeaker-usb-4-mic --channels 1,2,3,4"),
            ("hw:CARD=seeed4micvoicec,DEV=0", "seeed-4mic-voicecard", "respeaker-4-mic-hat"),
            ("hw:CARD=seeed8micvoicec,DEV=0", "seeed-8mic-voicecard", "respeaker-6-mic-hat-all --channels 0,1,2,3,4,5"),
            ("hw:CARD=SPK,DEV=0", "micArray RAW SPK, USB Audio", "uma-8-all --channels 0,1,2,3,4,5,6"),
            ("hw:CARD=UAC20,DEV=0", "nanoSHARC micArray16 UAC2.0, USB Audio", "uma-16 --channels 2,4,11,13"),
            ("hw:CARD=SOUND,DEV=0", "MATRIXIO SOUND, matrixio.mic.0", "matrix-creator-all"),
        ])
    func theOptionsOfAKnownMicrophoneAreSuggested(_ name: String, _ description: String, _ expected: String) throws {
        let known = try #require(KnownMicrophone.recognised(Self.device(name, description, channels: 8)))
        #expect(known.options == "--format mic --array \(expected)")
    }

    @Test func aRecorderThatEncodesItselfIsAmbisonics() throws {
        let known = try #require(KnownMicrophone.recognised(Self.device("hw:CARD=H3VR,DEV=0", "USB Audio", channels: 4)))
        #expect(known.options == "--format foa")
    }

    @Test(arguments: ["HDA Intel PCH, ALC257 Analog", "ReSpeaker 2 Mic", "micArray SPK"])
    func anotherDeviceIsUnknown(_ description: String) {
        #expect(KnownMicrophone.recognised(Self.device("hw:CARD=PCH,DEV=0", description, channels: 8)) == nil)
    }

    @Test func firmwareWithoutTheCapsulesIsNamed() throws {
        let few = CaptureDevice.Offer(channels: 1...1, rateRange: 16_000...16_000, rates: [16_000], formats: [.s16])
        let known = try #require(KnownMicrophone.recognised(Self.device("hw:CARD=ArrayUAC10,DEV=0", "", channels: 1)))
        let shortage = try #require(known.shortage(of: few))
        #expect(shortage.hasPrefix("expected 6 channels with its capsules, found 1: "))
        let enough = CaptureDevice.Offer(channels: 6...6, rateRange: 16_000...16_000, rates: [16_000], formats: [.s16])
        #expect(known.shortage(of: enough) == nil)
    }

    @Test func channelsAreDifferentOnesOfTheDevice() {
        for microphone in KnownMicrophone.all {
            let channels = microphone.channels ?? Array(0..<microphone.deviceChannels)
            #expect(Set(channels).count == channels.count && (4...8).contains(channels.count), "\(microphone.name)")
            #expect(channels.allSatisfy { (0..<microphone.deviceChannels).contains($0) }, "\(microphone.name)")
            #expect(microphone.options == "--format foa" || microphone.array != nil)
        }
    }
}
