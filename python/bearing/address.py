"""Addresses of the daemon's socket: a path, @NAME (abstract) or tcp:[HOST:]PORT, as in docs/socket.md."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Address:
    """Where a daemon is reached: `path` for a UNIX socket (abstract with a leading zero), else `host` and `port`."""

    path: str | None = None
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Address:
        if not text:
            raise ValueError("expected a path, @NAME or tcp:HOST:PORT, found nothing")
        if not text.startswith("tcp:"):
            return cls(path="\0" + text[1:] if text.startswith("@") else text)
        host, _, port = text[4:].rpartition(":")
        host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        if not port.isascii() or not port.isdecimal() or not 1 <= int(port) <= 65535:
            raise ValueError(f"expected tcp:HOST:PORT with a port from 1 to 65535, found {text!r}")
        return cls(host=host or "127.0.0.1", port=int(port))

    def connect(self, timeout: float | None = None) -> socket.socket:
        """A connected socket; OSError where no process serves the address."""
        if self.path is None:
            return socket.create_connection((self.host, self.port), timeout)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(timeout)
            connection.connect(self.path)
        except BaseException:
            connection.close()
            raise
        return connection

    def __str__(self) -> str:
        if self.path is None:
            return f"tcp:[{self.host}]:{self.port}" if ":" in self.host else f"tcp:{self.host}:{self.port}"
        return "@" + self.path[1:] if self.path.startswith("\0") else self.path


Place = Union[Address, str, "os.PathLike[str]", None]


def standard_addresses() -> list[Address]:
    """Where a daemon of this user is, then where the service is."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    own = f"{runtime}/bearing.sock" if runtime.startswith("/") else f"/tmp/bearing-{os.getuid()}.sock"
    return [Address(path=own), Address(path="/run/bearing/bearing.sock")]


def addresses(place: Place) -> list[Address]:
    """The addresses to try, in this order."""
    if place is None:
        return standard_addresses()
    return [place if isinstance(place, Address) else Address.parse(os.fspath(place))]
