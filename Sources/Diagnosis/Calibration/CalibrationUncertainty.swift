/// What the scatter of the sounds leaves uncertain: largest standard deviations.
public struct CalibrationUncertainty: Sendable, Hashable {
    /// Of the gains, in dB.
    public var gain: Double
    /// Of the delays in seconds, and of the turn in degrees: about the vertical, and its tilt. nil without known directions, tilt also of
    /// capsules in a horizontal plane.
    public var delay, yaw, tilt: Double?
}
