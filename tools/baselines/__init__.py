"""Trackers that learn nothing: direction maps of the array's covariance, and a Kalman filter for each source."""
