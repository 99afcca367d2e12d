"""Settings of the maps and of the Kalman tracker."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MapSettings:
    low: float = 200.0  # Hz
    high: float = 5000.0
    width: int = 4  # bins of 23.4 Hz in a band
    memory: float = 0.3  # share of a covariance that stays for the next block
    floor_seconds: float = 2.0  # the noise floor is the least of so long
    floor_db: float = 3.0  # a band counts from so far above it
    ramp_db: float = 6.0  # and fully so much above that
    dominance: float = 3.0  # a band counts fully when the first eigenvalue is so many times (less one) the second
    sharpness: float = 0.05  # MUSIC: share of a vector outside the signal space at which a band counts half
    separation: float = 25.0  # degrees between peaks
    grid: int = 1500


@dataclass(frozen=True)
class TrackSettings:
    birth: float = 0.08  # height of a peak that begins a track
    stay: float = 0.04  # and of one that keeps it
    second: float = 0.3  # of the highest peak, to begin another track
    gate: float = 20.0  # degrees between a track and its peak
    noise: float = 5.0  # degrees, of a peak
    acceleration: float = 30.0  # degrees per s^1.5
    start_speed: float = 15.0  # degrees a second, one standard deviation at birth
    fastest: float = 60.0  # degrees a second
    confirm: int = 3  # peaks until a track is reported
    tentative_missed: int = 1  # blocks without a peak before that
    coast: int = 10  # blocks without a peak until a track ends
    report_missed: int = 4  # blocks without a peak that a track is still reported for
    apart: float = 15.0  # degrees: nearer to a track nothing is born
    merge: float = 10.0
    strength_memory: float = 0.7
    most: int = 2  # tracks reported at once


# Chosen by `tools/baselines/tune-kalman independent-validation FORM METHOD --passes 2`, started from the first pass of another method's, on
# the 16 recordings that models/README.md says how to make; a value is MOTA + IDF1 there.
TUNED = {
    ("foa", "music"): (  # 164.7
        MapSettings(low=100.0, high=9000.0, width=4, memory=0.0, floor_seconds=12.0, floor_db=0.0, ramp_db=1.0,
            dominance=4.5, sharpness=0.15, separation=32.0),
        TrackSettings(birth=0.0563, stay=0.0228, second=0.3, gate=25.0, noise=14.0, acceleration=20.0, start_speed=15.0,
            confirm=2, tentative_missed=1, coast=10, report_missed=4, apart=25.0, merge=5.0, strength_memory=0.5)),
    ("foa", "srp"): (  # 161.7
        MapSettings(low=100.0, high=7000.0, width=4, memory=0.0, floor_seconds=8.0, floor_db=0.0, ramp_db=3.0,
            dominance=3.0, separation=20.0),
        TrackSettings(birth=0.087, stay=0.03, second=0.3, gate=25.0, noise=20.0, acceleration=20.0, start_speed=15.0,
            confirm=2, tentative_missed=0, coast=15, report_missed=4, apart=25.0, merge=5.0, strength_memory=0.7)),
    ("mic", "music"): (  # 163.1
        MapSettings(low=200.0, high=7000.0, width=4, memory=0.0, floor_seconds=20.0, floor_db=0.0, ramp_db=2.0,
            dominance=3.0, sharpness=0.05, separation=15.0),
        TrackSettings(birth=0.0971, stay=0.0428, second=0.7, gate=25.0, noise=9.0, acceleration=20.0, start_speed=0.1,
            confirm=2, tentative_missed=1, coast=10, report_missed=3, apart=10.0, merge=5.0, strength_memory=0.7)),
    ("mic", "srp"): (  # 129.0
        MapSettings(low=100.0, high=7000.0, width=4, memory=0.0, floor_seconds=8.0, floor_db=0.0, ramp_db=3.0,
            dominance=3.0, separation=20.0),
        TrackSettings(birth=0.102, stay=0.051, second=0.3, gate=20.0, noise=9.0, acceleration=20.0, start_speed=15.0,
            confirm=4, tentative_missed=2, coast=10, report_missed=3, apart=10.0, merge=5.0, strength_memory=0.7)),
}
