/// Where a channel of changed features comes from.
struct FeatureChannel {
    var source: Int
    var sign: Float = 1
    /// Whether lag n comes from lag -n; bands are lags then.
    var reversesLags = false
}
