"""The daemon under stress: started on a private socket, watched through /proc. Standard library only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

START_SECONDS = 60
STOP_SECONDS = 5


class Daemon:
    """`bearing run`, from entering the context to leaving it."""

    def __init__(self, program: str, source: str, over: str, stall_seconds: float, extra: Sequence[str] = ()) -> None:
        self.command = [str(program), "run", "--source", source, *extra]
        self.over = over
        self.stall_seconds = stall_seconds

    def __enter__(self) -> Daemon:
        self.folder = tempfile.TemporaryDirectory(prefix="bearing-stress-")
        folder = Path(self.folder.name)
        self.address = {"path": f"{folder}/socket", "abstract": f"@{folder.name}", "tcp": f"tcp:{free_port()}"}[self.over]
        (folder / "bearing.toml").write_text(f"[socket]\nstall_seconds = {self.stall_seconds}\n")
        self.log = folder / "log"
        command = [*self.command, "--config", str(folder / "bearing.toml"), "--socket", self.address]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.connect().close()
                return self
            except OSError:
                time.sleep(0.1)
        said = self.log.read_text().strip().splitlines()[-1:] or ["nothing"]
        self.__exit__()
        raise RuntimeError(f"expected a daemon at {self.address} within {START_SECONDS} s, it said: {said[0]}")

    def __exit__(self, *_: Any) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def connect(self, room: int | None = None) -> socket.socket:
        """A connected, blocking socket. room: bytes that a reader's own kernel takes in over TCP; it would else take megabytes."""
        connection = socket.socket(socket.AF_INET if self.over == "tcp" else socket.AF_UNIX)
        connection.settimeout(10)
        try:
            if self.over == "tcp":
                if room:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
                connection.connect(("127.0.0.1", int(self.address.rsplit(":", 1)[1])))
            else:
                connection.connect(self.address.replace("@", "\0", 1) if self.over == "abstract" else self.address)
        except OSError:
            connection.close()
            raise
        return connection

    def lives(self) -> bool:
        return self.process.poll() is None

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def settled_descriptors(self) -> int:
        """The count after the start, when two readings agree."""
        before = None
        while (now := self.descriptors()) != before:
            before = now
            time.sleep(0.5)
        return now

    def memory(self) -> int:
        """Resident KiB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> tuple[int | None, float]:
        """Asks it to end; returns its exit status, None where it had to be killed, and the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
        return status, time.monotonic() - began


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
