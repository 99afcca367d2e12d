"""A daemon of the tests: serves lines on a UNIX socket, each connection its own."""

from __future__ import annotations

import json
import pathlib
import socket
import threading

HELLO = {"type": "hello", "protocol": 1, "name": "bearing 0.1.0", "format": "foa", "max_tracks": 2, "period_ms": 100}


def tracks(seq: int, *fields: dict) -> dict:
    return {"type": "tracks", "seq": seq, "time": 1000 + seq / 10, "tracks": list(fields)}


def track(number: int, azimuth: float, **more: float) -> dict:
    return {"id": number, "azimuth": azimuth, "elevation": 4.0, "x": 1.0, "y": 0.0, "z": 0.0, "activity": 0.9, "age": 1.4, **more}


class Feed:
    """Each connection gets the next of `scripts`: texts, or dictionaries that become lines; then it is closed."""

    def __init__(self, path: pathlib.Path, scripts: list[list[dict | bytes]]) -> None:
        self.path = path
        self._scripts = scripts
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for script in self._scripts:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    for line in script:
                        connection.sendall(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")
                except OSError:
                    pass

    def close(self) -> None:
        self._listener.close()
        self._thread.join(5)
