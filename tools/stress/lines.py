"""What a subscriber must receive: hello, then every block in order. Standard library only."""

from __future__ import annotations

HELLO = b'{"type":"hello",'
TRACKS = b'{"type":"tracks","seq":'
STATUS = b'{"type":"status",'


class LineCheck:
    """The lines of one connection, as they come in pieces of any size."""

    def __init__(self) -> None:
        self.rest = b""
        self.greeted = False
        self.first = self.last = None
        self.missed = 0
        self.fault = None

    def take(self, piece: bytes) -> list[bytes]:
        """Checks received bytes; returns the complete lines in them."""
        *lines, self.rest = (self.rest + piece).split(b"\n")
        for line in lines:
            self.look(line)
        return lines

    def look(self, line: bytes) -> None:
        if not line.endswith(b"}"):
            self.blame(f"a line that is cut: {line[:60]!r}")
        elif not self.greeted:
            self.greeted = True
            if not line.startswith(HELLO):
                self.blame(f"expected hello first, found {line[:60]!r}")
        elif line.startswith(TRACKS):
            number = int(line[len(TRACKS):line.index(b",", len(TRACKS))])
            if self.last is None:
                self.first = number
            elif number != self.last + 1:
                self.missed += max(0, number - self.last - 1)
                self.blame(f"after seq {self.last} came {number}")
            self.last = number
        elif not line.startswith(STATUS):
            self.blame(f"a line of no known type: {line[:60]!r}")

    def blame(self, fault: str) -> None:
        """Keeps the first thing that was wrong."""
        self.fault = self.fault or fault


def flat(samples: list[tuple[float, int]], warm_up: float, allowance: float) -> tuple[int, int, bool]:
    """Whether memory stays within `allowance` of what it was after `warm_up` seconds.

    samples: (seconds, KiB), in order; the level at either end is the median of a tenth of the time, so that one
    sample decides nothing. Returns (KiB then, KiB at the end, whether it is flat).
    """
    later = [value for second, value in samples if second >= warm_up]
    piece = max(1, len(later) // 10)
    before, after = sorted(later[:piece])[piece // 2], sorted(later[-piece:])[piece // 2]
    return before, after, after - before <= allowance


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
