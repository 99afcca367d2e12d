"""One fault, injected many times into one stream, and its effects."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faults import reference
from faults.daemon import Daemon, Line
from faults.plan import Fault

# Seconds: until a fault is reported, and until tracks resume after the device's return.
TOLD_WITHIN = 2.0
BACK_WITHIN = 1.0
# To measure what takes longer than is allowed.
PATIENCE = 15.0


@dataclass
class Result:
    fault: Fault
    times: int = 0
    reported: list = field(default_factory=list)
    back: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    blocks: int = 0
    tracks: int = 0
    stop: float = 0.0

    @property
    def good(self) -> bool:
        return not self.problems

    def fields(self) -> dict[str, Any]:
        return {
            "fault": self.fault.name, "code": self.fault.code, "times": self.times,
            "reported_ms": [round(1000 * reported) for reported in self.reported], "back_ms": [round(1000 * back) for back in self.back],
            "blocks_compared": self.blocks, "tracks_compared": self.tracks, "stop_ms": round(1000 * self.stop),
            "problems": self.problems,
        }

    def row(self) -> str:
        reported = f"{1000 * statistics.median(self.reported):.0f}" if self.reported else "-"
        back = f"{1000 * statistics.median(self.back):.0f}" if self.back else "-"
        worst = f"{1000 * max(self.back):.0f}" if self.back else "-"
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        said = "good" if self.good else f"BAD: {self.problems[0]}{more}"
        delays = f"{reported:>9}{back:>9}{worst:>7}"
        return f"{self.fault.name:36}{self.fault.code:20}{self.times:6}{delays}{self.blocks:8}{self.tracks:8}  {said}"


class Trial:
    """`kind` makes the device: microphone.Microphone or pulse.Server."""

    def __init__(
        self, kind: Callable, program: Path, fault: Fault, folder: Path, environment: dict[str, str], recording: Path
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.program, self.fault, self.folder = str(program), fault, folder
        self.device = kind(folder, recording)
        self.environment = self.device.environment(environment) if hasattr(self.device, "environment") else environment
        self.result = Result(fault)

    def run(self, times: int, settle: float) -> Result:
        daemon = Daemon(
            self.program, ["--source", self.device.source], self.folder / "socket", self.environment, self.folder / "said")
        try:
            daemon.connect()
            if not daemon.wait(lambda line: line.fields["type"] == "tracks", patience=PATIENCE):
                self.problem("no tracks at all")
            time.sleep(settle)
            while self.result.times < times and not self.result.problems:
                self.inject(daemon)
                time.sleep(settle)
                if daemon.process.poll() is not None:
                    self.problem(f"the daemon ended with {daemon.process.returncode}")
            if self.fault.finale:
                self.fault.finale(self.device)
            status, self.result.stop = daemon.stop()
            if status != 0:
                self.problem(f"asked to end, the daemon ended with {status}")
            if self.result.stop > 1:
                self.problem(f"asked to end, the daemon took {self.result.stop:.1f} s")
            self.check(daemon)
        except RuntimeError as error:
            self.problem(str(error))
        finally:
            daemon.kill()
            if hasattr(self.device, "close"):
                self.device.close()
        return self.result

    def problem(self, text: str) -> None:
        self.result.problems.append(f"after {self.result.times}: {text}" if self.result.times else text)

    def inject(self, daemon: Daemon) -> None:
        fault, before, start = self.fault, daemon.status()["events"], len(daemon.lines)
        absent = [name for name in fault.reported + fault.silent if name not in before]
        if absent:
            return self.problem(f"the status line has no {absent}")
        began = time.monotonic()
        fault.inject(self.device, daemon)
        returned = time.monotonic()
        self.result.times += 1

        def grown(some: Callable[..., bool]) -> Callable[[Line], bool]:
            return lambda line: line.fields["type"] == "status" and some(
                line.fields["events"][name] > before[name] for name in fault.reported)

        # Tracks that were under way when the device went are not its return.
        back = daemon.wait(
            lambda line: line.fields["type"] == "tracks" and line.arrival > returned, start, PATIENCE)
        if not back:
            return self.problem(f"no tracks within {PATIENCE:.0f} s of the device's return")
        self.result.back.append(back.arrival - returned)
        if self.result.back[-1] > BACK_WITHIN:
            self.problem(f"tracks resumed {1000 * self.result.back[-1]:.0f} ms after the device's return")
        if not daemon.wait(grown(all), start, max(0.1, returned + TOLD_WITHIN - time.monotonic())):
            return self.problem(f"no status line reported {fault.reported}")
        self.result.reported.append(daemon.wait(grown(any), start).arrival - began)
        if fault.loses and not daemon.wait(
            lambda line: line.fields["type"] == "status" and line.fields["state"] == "lost", start, 0.1):
            self.problem("no status line reported that the device was lost")
        if not daemon.wait(
            lambda line: line.fields["type"] == "status" and line.fields["state"] == "running" and line.arrival > returned,
            start, TOLD_WITHIN):
            self.problem("no status line reported that the capture runs again")
        # Another fault's counter: unless this machine stood still, which the device's log would show too.
        after = daemon.status()["events"]
        wrong = [name for name in fault.silent if after[name] > before[name]]
        if wrong:
            self.problem(f"{wrong} grew as well")

    def check(self, daemon: Daemon) -> None:
        """All lines: numbers, ids, and every block against the reference."""
        tracks = daemon.tracks()
        numbers = [line.fields["seq"] for line in tracks]
        for one, next_one in zip(numbers, numbers[1:]):
            if next_one != one + 1:
                return self.problem(f"seq {one} is followed by {next_one}")
        if daemon.status().get("dropped_blocks"):
            return self.problem(f"{daemon.status()['dropped_blocks']} blocks were dropped: this machine was too slow")
        times = [line.fields["time"] for line in tracks]
        if any(later <= earlier for earlier, later in zip(times, times[1:])):
            self.problem("the times of blocks do not increase")
        if self.fault.gap and self.device.lost(self.fault.gap) != self.result.times:
            self.problem(f"{self.device.lost(self.fault.gap)} gaps of {self.fault.gap} s or more, not {self.result.times}")
        comparison = reference.Comparison()
        expected = reference.localize(self.program, self.device.received(), self.folder / "reference")
        # Where audio breaks off, the last blocks of a model's look-ahead are never reported.
        unreported = round(daemon.hello["look_ahead_ms"] / 100)
        self.device.compare(comparison, tracks, expected, unreported)
        self.result.blocks, self.result.tracks = comparison.blocks, comparison.tracks
        for problem in comparison.problems:
            self.problem(problem)
        if not comparison.tracks:
            self.problem("there was nothing to compare")
