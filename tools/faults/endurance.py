"""The parts of tools/faults/soak: each returns figures, and the deviations from docs/faults.md."""

from __future__ import annotations

import argparse
import random
import socket
import statistics
import time
from pathlib import Path
from typing import Any

from faults import microphone
from faults.daemon import Daemon, Line

# KiB that the memory may grow after the first minute of audio.
FLAT = 1024
# Seconds between the end of a block by its line and by the device's own clock.
CLOCK_WITHIN = 0.05
# Seconds from a start to the first tracks.
SERVES_WITHIN = 30


class Identities:
    """Whether an id is ever given to a second track; a track's age gives its start."""

    def __init__(self) -> None:
        self.births = {}
        self.highest = 0
        self.problems = []

    def see(self, seq: int, tracks: list[dict]) -> None:
        for track in tracks:
            born = seq + 1 - round(10 * track["age"])
            known = self.births.setdefault(track["id"], born)
            if known != born:
                self.problems.append(f"seq {seq}: id {track['id']} was born at {known} and at {born}")
        # Ids count up: what is newly seen is higher than what was seen in blocks before.
        new = [track["id"] for track in tracks if self.births[track["id"]] == seq]
        if new and min(new) <= self.highest:
            self.problems.append(f"seq {seq}: id {min(new)} after {self.highest}")
        self.highest = max([self.highest, *(track["id"] for track in tracks)])


class Stream(Daemon):
    """Takes lines one by one and keeps none: hours of them."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.identities = Identities()
        self.count, self.seq, self.gaps, self.health, self.last = 0, None, 0, {}, None

    def take(self, line: Line) -> None:
        fields = line.fields
        if fields["type"] == "status":
            self.health = fields
        elif fields["type"] == "tracks":
            if self.seq is not None and fields["seq"] != self.seq + 1:
                self.gaps += 1
            self.seq, self.last = fields["seq"], fields
            self.count += 1
            self.identities.see(self.seq, fields["tracks"])


def hours(options: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], list[str]]:
    recording, settings = folder / "recording.wav", folder / "bearing.toml"
    microphone.write_wave(recording, *microphone.decode(options.recording))
    # Full within the first minute, and longer than this program pauses.
    settings.write_text("[socket]\nqueue_lines = 500\n")
    daemon = Stream(
        str(options.program),
        ["--config", str(settings), "--source", f"file:{recording}", "--speed", str(options.speed)], folder / "socket")
    blocks = round(options.hours * 36000)
    memory, began = {}, time.monotonic()
    try:
        daemon.connect()
        while daemon.count < blocks and not daemon.ended and daemon.process.poll() is None:
            time.sleep(0.2)
            # By the audio that has gone through, in blocks.
            memory[daemon.count] = daemon.resident()
        took = time.monotonic() - began
        status, _ = daemon.stop()
    finally:
        daemon.kill()
    after = {count: size for count, size in memory.items() if count >= 600}
    if not after:
        return {"blocks": daemon.count}, ["less than a minute of audio went through"]
    minute = next(iter(after.values()))
    growth = max(after.values()) - minute
    dropped = daemon.health.get("dropped_blocks", 0)
    problems = daemon.identities.problems[:3]
    if daemon.count < blocks:
        problems.append(f"expected {blocks} blocks, found {daemon.count}")
    if daemon.gaps:
        problems.append(f"{daemon.gaps} gaps in seq")
    if dropped:
        problems.append(f"{dropped} blocks were dropped: this machine is too slow for this speed")
    if growth > FLAT:
        problems.append(f"memory grew by {growth} KiB after the first minute")
    if status != 0:
        problems.append(f"asked to end, the daemon ended with {status}")
    return {
        "hours_of_audio": round(daemon.count / 36000, 2), "seconds": round(took, 1), "blocks": daemon.count,
        "ids": len(daemon.identities.births), "highest_id": daemon.identities.highest,
        "resident_kib_after_a_minute": minute, "resident_kib_at_the_end": list(after.values())[-1],
        "resident_kib_by_hours": {
            hour: next(size for count, size in after.items() if count >= 36000 * hour)
            for hour in (0.1, 0.25, 0.5, 1, 2, 5) if 36000 * hour <= daemon.count},
        "growth_kib_at_most": growth, "looks_at_memory": len(after), "dropped_blocks": dropped,
    }, problems


def clock(options: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], list[str]]:
    recording = folder / "recording.wav"
    microphone.write_wave(recording, *microphone.decode(options.recording))
    device = microphone.Microphone(folder, recording)
    device.set(ppm=options.ppm)
    daemon = Daemon(
        str(options.program), ["--source", device.source], folder / "socket", microphone.build(folder / "plugin"))
    try:
        daemon.connect()
        time.sleep(60 * options.minutes)
        wall = time.time() - time.monotonic()
        status = daemon.status()
        code, _ = daemon.stop()
    finally:
        daemon.kill()
    sessions = device.sessions()
    problems = [] if code == 0 else [f"asked to end, the daemon ended with {code}"]
    if len(sessions) != 1:
        problems.append(f"the device was started {len(sessions)} times, so the times of its frames are not known: repeat")
    # Frame n was in the air n / (24000 (1 + ppm / 1e6)) seconds after the device's start.
    period = 0.1 / (1 + options.ppm * 1e-6)
    tracks = daemon.tracks()
    errors = [line.fields["time"] - (wall + sessions[0].start + (line.fields["seq"] + 1) * period) for line in tracks]
    lateness = [line.arrival + wall - line.fields["time"] for line in tracks]
    worst = max(errors, key=abs)
    if abs(worst) > CLOCK_WITHIN:
        problems.append(f"a block's time is {1000 * worst:.1f} ms off")
    expected = 10 * 60 * options.minutes * (1 + options.ppm * 1e-6)
    if abs(len(tracks) - expected) > 20:
        problems.append(f"expected {expected:.0f} blocks, found {len(tracks)}")
    return {
        "minutes": options.minutes, "ppm": options.ppm, "blocks": len(tracks),
        "a_clock_that_is_not_followed_ms": round(1000 * 60 * options.minutes * options.ppm * 1e-6, 1),
        "worst_error_of_time_ms": round(1000 * worst, 2), "median_error_of_time_ms": round(1000 * statistics.median(errors), 2),
        "median_from_time_to_line_ms": round(1000 * statistics.median(lateness), 2),
        "worst_from_time_to_line_ms": round(1000 * max(lateness), 2), "reported_drift_ppm": status.get("drift_ppm"),
    }, problems


def serves(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def kill(options: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], list[str]]:
    recording = folder / "recording.wav"
    microphone.write_wave(recording, *microphone.decode(options.recording))
    device = microphone.Microphone(folder, recording)
    environment = microphone.build(folder / "plugin")
    runtime = folder / "runtime"
    runtime.mkdir()
    chance = random.Random(options.seed)
    problems, starts, starting = [], [], 0

    def start() -> Daemon:
        return Daemon(
            str(options.program), ["--source", device.source], runtime / "bearing.sock", environment, folder / "said")

    for round_number in range(options.times):
        # Somewhere in its start, before or after it serves.
        daemon = start()
        time.sleep(chance.uniform(0, 0.6))
        starting += not serves(runtime / "bearing.sock")
        daemon.kill()
        began = time.monotonic()
        daemon = start()
        try:
            daemon.connect(SERVES_WITHIN)
            if not daemon.wait(lambda line: line.fields["type"] == "tracks", patience=SERVES_WITHIN):
                problems.append(f"round {round_number}: no tracks within {SERVES_WITHIN} s")
            starts.append(time.monotonic() - began)
            time.sleep(chance.uniform(0, 0.5))
        except RuntimeError as error:
            problems.append(f"round {round_number}: {error}")
        finally:
            daemon.kill()
    left = sorted(path.name for path in runtime.iterdir())
    if left not in ([], ["bearing.sock"]):
        problems.append(f"left behind: {left}")
    return {
        "rounds": options.times, "kills": 2 * options.times, "before_it_served": starting, "seed": options.seed,
        "served_again": len(starts), "start_to_tracks_ms_median": round(1000 * statistics.median(starts or [0])),
        "start_to_tracks_ms_worst": round(1000 * max(starts or [0])),
    }, problems
