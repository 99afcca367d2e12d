"""The project's virtual microphone with its faults, and its log of the audio read."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import re
import subprocess
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faults.daemon import Line
    from faults.reference import Comparison

HERE = Path(__file__).resolve().parent
# A gap in the audio after which the daemon's network and tracks start again.
LONGEST_GAP = 0.5


def build(folder: str | Path) -> dict[str, str]:
    """Builds the plugin; returns the environment in which ALSA finds it."""
    tool = HERE / "virtual-microphone" / "virtual-microphone"
    said = subprocess.run([tool, folder], check=True, capture_output=True, text=True).stdout
    path = re.search(r"ALSA_CONFIG_PATH='(.*)'", said).group(1)
    return dict(os.environ, ALSA_CONFIG_PATH=path)


class _Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64)] + [
        (name, ctypes.c_int) for name in ("samplerate", "channels", "format", "sections", "seekable")
    ]


def decode(path: str | Path) -> tuple[int, int, bytes]:
    """A 16-bit recording of any format that libsndfile reads, which Bearing needs anyway: rate, channels, raw frames."""
    library = ctypes.CDLL(ctypes.util.find_library("sndfile"))
    library.sf_open.restype = ctypes.c_void_p
    library.sf_readf_short.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    library.sf_readf_short.restype = ctypes.c_int64
    info = _Info()
    handle = library.sf_open(os.fsencode(path), 0x10, ctypes.byref(info))
    if not handle:
        raise SystemExit(f"{path}: expected a recording, found none that libsndfile reads: name a WAV or FLAC file")
    samples = (ctypes.c_int16 * (info.frames * info.channels))()
    library.sf_readf_short(handle, samples, info.frames)
    library.sf_close(ctypes.c_void_p(handle))
    return info.samplerate, info.channels, bytes(samples)


def write_wave(path: str | Path, rate: int, channels: int, frames: bytes, width: int = 2) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)


@dataclass
class Session:
    """From one start of the device to its end: when it began, and which frames of the looped recording were read."""

    start: float
    pieces: list = field(default_factory=list)

    @property
    def frames(self) -> int:
        return sum(count for _, count in self.pieces)


class Microphone:
    """A recording on the virtual microphone, over and over."""

    def __init__(self, folder: str | Path, recording: str | Path) -> None:
        self.recording = Path(recording)
        self.control = Path(folder) / "control"
        self.log = Path(folder) / "log"
        self.settings = {}
        self.control.write_text("")
        self.log.write_text("")
        with wave.open(str(recording)) as file:
            self.rate, self.channels, self.width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            self.frames = file.readframes(file.getnframes())

    @property
    def source(self) -> str:
        return f"alsa:bearingmic:FILE='{self.recording}',LOOP=1,CONTROL='{self.control}',LOG='{self.log}'"

    def set(self, **settings: float | None) -> None:
        """Faults begin (a number) or end (None), all in one moment."""
        self.settings.update(settings)
        lines = "".join(f"{key}={value}\n" for key, value in self.settings.items() if value is not None)
        new = self.control.with_suffix(".new")
        new.write_text(lines)
        new.rename(self.control)

    def again(self, key: str) -> dict[str, float]:
        """The next value of a fault that happens once each time its number grows."""
        return {key: (self.settings.get(key) or 0) + 1}

    def sessions(self) -> list[Session]:
        """The audio read, after the daemon has closed the device."""
        found = []
        for line in self.log.read_text().splitlines():
            words = line.split()
            if words[0] == "start":
                found.append(Session(int(words[1]) * 1e-9))
            elif words[0] == "frames":
                found[-1].pieces.append((int(words[1]), int(words[2])))
        return [session for session in found if session.frames]

    def audio(self, first: int, count: int) -> bytes:
        """Bytes of `count` frames of the endless loop."""
        size = self.channels * self.width
        whole = len(self.frames) // size
        parts = []
        while count > 0:
            at = first % whole
            take = min(count, whole - at)
            parts.append(self.frames[at * size : (at + take) * size])
            first, count = first + take, count - take
        return b"".join(parts)

    def stretches(self) -> tuple[list[list[tuple[int, int]]], list[float]]:
        """The audio read, as lists of pieces between gaps that restart tracks; and the gaps in seconds."""
        found, gaps, end = [], [], None
        for session in self.sessions():
            gap = 0 if end is None else session.start - end
            gaps.append(gap)
            if end is None or gap > LONGEST_GAP:
                found.append([])
            found[-1] += session.pieces
            last = session.pieces[-1]
            # Sound that a jump of the clock has lost counts as received: the device's time has gone on.
            end = session.start + (last[0] + last[1] - session.pieces[0][0]) / self.rate
        return found, gaps[1:]

    def lost(self, seconds: float) -> int:
        """How many gaps are so long or longer."""
        return sum(gap >= seconds for gap in self.stretches()[1])

    def received(self) -> list[tuple[int, int, int, bytes]]:
        """For `reference.localize`: the audio of each stretch."""
        return [
            (self.rate, self.channels, self.width, b"".join(self.audio(*piece) for piece in pieces))
            for pieces in self.stretches()[0]
        ]

    def compare(self, comparison: Comparison, lines: list[Line], expected: list, unreported: int) -> None:
        """Numbers of blocks follow from the frames read, which assigns every line.

        `unreported`: blocks at the end of each stretch of which no line comes.
        """
        stretches, gaps = self.stretches()
        first = 0
        received = {line.fields["seq"]: line.fields["tracks"] for line in lines}
        for number, (pieces, wanted) in enumerate(zip(stretches, expected)):
            blocks = max(0, sum(count for _, count in pieces) // 2400 - unreported)
            inside = {seq - first: received[seq] for seq in range(first, first + blocks) if seq in received}
            comparison.stretch(inside, wanted, f"stretch {number}")
            first += blocks
        beyond = max(received, default=-1) + 1 - first
        if beyond > 0:
            comparison.problems.append(f"{beyond} blocks more than the audio that was read has")
        unclear = [gap for gap in gaps if abs(gap - LONGEST_GAP) < 0.03]
        if comparison.problems and unclear:
            comparison.problems.append(f"gaps of {unclear} s may count either way: repeat")
