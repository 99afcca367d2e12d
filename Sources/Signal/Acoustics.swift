/// Constants of sound in air.
public enum Acoustics {
    /// Metres a second, in air of 20 degrees Celsius.
    @inlinable
    public static var speedOfSound: Float { 343 }
}
