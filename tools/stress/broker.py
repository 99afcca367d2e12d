"""mosquitto on a port of this machine, for tests and soaks. Standard library only."""

from __future__ import annotations

import os
import pathlib
import shutil
import socket
import subprocess
import time

START_SECONDS = 20


def program(name: str) -> str | None:
    """The path of a program; daemons are not on every user's path."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


class Broker:
    """Starts and restarts with the same settings; what is retained does not outlive it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.port = free_port()
        self.file = folder / "broker.conf"
        self.process: subprocess.Popen | None = None

    def start(self, *lines: str) -> None:
        """lines: settings besides the port; those of the previous start where there are none."""
        if lines or not self.file.exists():
            first = ["per_listener_settings true", f"listener {self.port} 127.0.0.1"]
            self.file.write_text("\n".join([*first, *(lines or ("allow_anonymous true",))]) + "\n")
        self.process = subprocess.Popen([program("mosquitto"), "-c", self.file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"expected mosquitto to listen within {START_SECONDS} s, found no listener at port {self.port}")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
