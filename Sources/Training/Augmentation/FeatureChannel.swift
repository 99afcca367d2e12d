/// The origin of a channel of changed features.
struct FeatureChannel {
    var source: Int
    var sign: Float = 1
    /// Whether lag n comes from lag -n; bands are then lags.
    var reversesLags = false
}
