import Features

extension FeatureKind {
    /// The effect of a reflection on each channel of an Ambisonics feature frame.
    func ambisonicChannels(under reflection: AxisReflection) -> [FeatureChannel] {
        let (x, y, z, swaps) = (reflection.x, reflection.y, reflection.z, reflection.swapsXY)
        /// `other` is the channel that replaces this one when x and y are swapped.
        func channel(_ index: Int, _ other: Int, sign: Float = 1) -> FeatureChannel {
            FeatureChannel(source: swaps ? other : index, sign: sign)
        }
        // W, Y, Z, X.
        let levels = [channel(0, 0), channel(1, 3), channel(2, 2), channel(3, 1)]
        switch self {
        case .foaIntensity:
            // Along y, z, x.
            return levels + [channel(4, 6, sign: y), channel(5, 5, sign: z), channel(6, 4, sign: x)]
        case .foaCovariance:
            // WY, WZ, WX, YZ, YX, ZX; a swap of X and Y exchanges the channels of the last three, which conjugates them.
            let conjugate: Float = swaps ? -1 : 1
            let real = [
                channel(4, 6, sign: y), channel(5, 5, sign: z), channel(6, 4, sign: x), channel(7, 9, sign: y * z),
                channel(8, 8, sign: x * y), channel(9, 7, sign: x * z),
            ]
            let imaginary = [
                channel(10, 12, sign: y), channel(11, 11, sign: z), channel(12, 10, sign: x),
                channel(13, 15, sign: y * z * conjugate), channel(14, 14, sign: x * y * conjugate),
                channel(15, 13, sign: x * z * conjugate),
            ]
            return levels + real + imaginary
        case .micGCCPHAT, .micPhase, .micCoherence, .micHarmonics:
            preconditionFailure("capsules are not Ambisonics")
        }
    }
}
