"""A daemon under test, and all lines of its socket."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Line:
    """One line of the socket and when it came, seconds of the monotonic clock."""

    arrival: float
    fields: dict


class Daemon:
    def __init__(
        self, program: str | Path, arguments: list[str], path: str | Path, environment: dict[str, str] | None = None,
        said: str | Path | None = None
    ) -> None:
        self.path = str(path)
        self.said = open(said, "ab") if said else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [program, "run", *arguments, "--socket", self.path], env=environment, stdout=self.said, stderr=self.said
        )
        self.lines = []
        self.hello = None
        self.ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def connect(self, patience: float = 60) -> float:
        """Subscribes as soon as it serves; returns the seconds that it took."""
        began = time.monotonic()
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.socket.connect(self.path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if self.process.poll() is not None:
                    raise RuntimeError(f"the daemon ended with {self.process.returncode} before it accepted a connection") from None
                if time.monotonic() - began > patience:
                    raise RuntimeError(f"the daemon accepts no connection after {patience} s") from None
                time.sleep(0.01)
        self._thread.start()
        return time.monotonic() - began

    def _listen(self) -> None:
        with self.socket.makefile("rb") as file:
            for raw in file:
                line = Line(time.monotonic(), json.loads(raw))
                with self._changed:
                    if line.fields["type"] == "hello":
                        self.hello = line.fields
                    self.take(line)
                    self._changed.notify_all()
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def take(self, line: Line) -> None:
        self.lines.append(line)

    def wait(self, wanted: Callable[[Line], bool], start: int = 0, patience: float = 5) -> Line | None:
        """The first matching line from number `start` on; None if there is none within the time."""
        deadline = time.monotonic() + patience
        at = start
        with self._changed:
            while True:
                while at < len(self.lines):
                    if wanted(self.lines[at]):
                        return self.lines[at]
                    at += 1
                left = deadline - time.monotonic()
                if left <= 0 or self.ended:
                    return None
                self._changed.wait(left)

    def tracks(self) -> list[Line]:
        with self._changed:
            return [line for line in self.lines if line.fields["type"] == "tracks"]

    def status(self) -> dict:
        """The latest status line's fields; empty before the first."""
        with self._changed:
            return next((line.fields for line in reversed(self.lines) if line.fields["type"] == "status"), {})

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def resident(self) -> int:
        """KiB of memory."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))

    def stop(self, patience: float = 10) -> tuple[int | None, float]:
        """Asks it to end; returns its exit status (None when it had to be killed) and the seconds that it took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        took = time.monotonic() - began
        if self._thread.is_alive():
            self._thread.join(5)
        return status, took

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
