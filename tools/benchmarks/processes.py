"""What /proc says of a running process. Linux; standard library only."""

from __future__ import annotations

import os
import re
from pathlib import Path


def cpu(process: int) -> tuple[float, float]:
    """User and system seconds so far, of all threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    tick = os.sysconf("SC_CLK_TCK")
    return int(fields[11]) / tick, int(fields[12]) / tick


def nanoseconds(process: int) -> dict[str, int]:
    """What each thread has run for, by its name."""
    found: dict[str, int] = {}
    for task in Path(f"/proc/{process}/task").iterdir():
        name = (task / "comm").read_text().strip()
        found[name] = found.get(name, 0) + int((task / "schedstat").read_text().split()[0])
    return found


def switches(process: int) -> dict[str, int]:
    """Voluntary context switches so far, by the name of the thread: it slept, and something woke it."""
    found: dict[str, int] = {}
    for task in Path(f"/proc/{process}/task").iterdir():
        text = (task / "status").read_text()
        name = (task / "comm").read_text().strip()
        match = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.MULTILINE)
        found[name] = found.get(name, 0) + int(match.group(1) if match else 0)
    return found


def memory(process: int) -> dict[str, float]:
    """Megabytes (2^20 bytes)."""
    text = Path(f"/proc/{process}/status").read_text()
    kibibytes = {name: int(value) for name, value in re.findall(r"^(VmRSS|RssAnon|RssFile):\s+(\d+) kB", text, re.MULTILINE)}
    return {name: value / 1024 for name, value in kibibytes.items()}


class Sampler:
    """Wake-ups of a process whose threads come and go: `look` at least every few seconds."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.total = 0
        self._last: dict[str, int] = {}
        self.look()
        self.total = 0

    def look(self) -> None:
        counts: dict[str, int] = {}
        for task in Path(f"/proc/{self.process}/task").iterdir():
            try:
                text = (task / "status").read_text()
            except OSError:
                continue
            match = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.MULTILINE)
            counts[task.name] = int(match.group(1) if match else 0)
        self.total += sum(count - self._last.get(name, 0) for name, count in counts.items())
        self._last = counts
