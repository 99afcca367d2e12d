@testable import TrackFeed

/// A track as a daemon reports it.
func track(
    _ id: Int, azimuth: Double = 0, elevation: Double = 0, activity: Double = 0.9, level: Double? = -30
) -> FeedLine.Track {
    FeedLine.Track(id: id, azimuth: azimuth, elevation: elevation, activity: activity, age: 1.4, levelDbfs: level)
}
