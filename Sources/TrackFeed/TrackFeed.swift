// TrackFeed
