"""The parts of tools/faults/soak about uptime and signals: each returns figures and deviations."""

from __future__ import annotations

import argparse
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

from faults.endurance import Stream

# Seconds that an end may take.
ENDS_WITHIN = 2
# Seconds that a block's line may be late on a machine with other work.
LATE = 2


def counters(options: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """All counters as after this many hours: a looping file, ids, blocks, latencies, times."""
    figures, problems = {}, []
    for hours in (1, 10, 87_600):
        daemon = Stream(
            str(options.program), ["--source", "demo", "--past", str(hours)], folder / f"socket-{hours}", said=folder / "said")
        try:
            daemon.connect()
            began = time.monotonic()
            first = None
            while time.monotonic() - began < options.seconds and not daemon.ended:
                time.sleep(0.05)
                first = daemon.seq if first is None else first
            offset = time.time() - daemon.last["time"] if daemon.last else float("nan")
            status, took = daemon.stop()
        finally:
            daemon.kill()
        blocks = hours * 36_000
        health = daemon.health
        highest = daemon.identities.highest
        checks = {
            "the daemon ended without an error": status == 0,
            f"the end took {took:.1f} s": took < ENDS_WITHIN,
            f"{daemon.count} lines in {options.seconds} s": daemon.count > 8 * options.seconds,
            f"{daemon.gaps} gaps in seq": daemon.gaps == 0,
            f"seq began at {first}": first is not None and blocks <= first < blocks + 600,
            f"times are {offset:.2f} s off": 0 <= offset < LATE,
            f"ids up to {highest}": not daemon.identities.births or highest > blocks,
            f"uptime {health.get('uptime')}": health.get("uptime", 0) >= 3600 * hours,
            f"frames {health.get('frames')}": health.get("frames", 0) > hours * 86_400_000,
            f"blocks {health.get('blocks')}": health.get("blocks", 0) > blocks,
            f"dropped {health.get('dropped_blocks')}": health.get("dropped_blocks") == 0,
            f"latencies {health.get('latency_ms')}": health.get("latency_ms", {}).get("total", {}).get("count", 0) > blocks
            and 0 < health["latency_ms"]["minute"]["p50"] < 1000 * LATE,
        }
        problems += [f"after {hours} hours: {what}" for what, good in checks.items() if not good]
        problems += [f"after {hours} hours: {what}" for what in daemon.identities.problems[:3]]
        figures[f"after_{hours}_hours"] = f"{daemon.count} lines, seq from {first}, ids up to {highest}, uptime {health.get('uptime')} s"
    return figures, problems


def hangups(options: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """SIGHUP at random times while a subscriber reads; then an end."""
    daemon = Stream(str(options.program), ["--source", "demo"], folder / "socket", said=folder / "said")
    chance = random.Random(options.seed)
    descriptors = []
    try:
        daemon.connect()
        time.sleep(1)
        moments = sorted(chance.uniform(0, options.seconds) for _ in range(options.times))
        began = time.monotonic()
        for number, moment in enumerate(moments):
            time.sleep(max(0.0, began + moment - time.monotonic()))
            if daemon.process.poll() is not None:
                break
            daemon.signal(signal.SIGHUP)
            if number % 100 == 0:
                descriptors.append(len(os.listdir(f"/proc/{daemon.process.pid}/fd")))
        time.sleep(1)
        alive = daemon.process.poll() is None
        took = time.monotonic() - began
        resident = daemon.resident() if alive else 0
        # The last one comes right before the end.
        if alive:
            daemon.signal(signal.SIGHUP)
        status, ended = daemon.stop()
    finally:
        daemon.kill()
    reloads = (folder / "said").read_text(errors="replace").count("] reloaded")
    problems = []
    if status != 0:
        problems.append(f"asked to end, the daemon ended with {status}")
    if ended >= ENDS_WITHIN:
        problems.append(f"the end took {ended:.2f} s")
    if daemon.gaps:
        problems.append(f"{daemon.gaps} gaps in seq")
    # A reload without changes keeps the network.
    if daemon.count < 10 * (took - LATE):
        problems.append(f"{daemon.count} lines in {took:.0f} s")
    if not reloads:
        problems.append("no reload in the log")
    if descriptors and descriptors[-1] > descriptors[0] + 3:
        problems.append(f"descriptors grew from {descriptors[0]} to {descriptors[-1]}")
    problems += daemon.identities.problems[:3]
    return {
        "hangups": options.times, "seconds": round(took, 1), "seed": options.seed, "reloads": reloads, "lines": daemon.count,
        "gaps_in_seq": daemon.gaps, "ids": len(daemon.identities.births), "resident_kib_at_the_end": resident,
        "descriptors": f"{descriptors[0]} to {descriptors[-1]}" if descriptors else "", "seconds_to_the_end": round(ended, 3),
        "exit_status": status,
    }, problems
