"""What the tests of bridges run them against: a daemon that reports what a test says, a bridge, peers."""

from __future__ import annotations

import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from collections.abc import Callable

PROJECT = pathlib.Path(__file__).resolve().parents[2]
#: Another build is named in the environment.
PROGRAM = pathlib.Path(os.environ.get("BEARING_PROGRAM", PROJECT / ".build/release/bearing"))
HELLO = {"type": "hello", "protocol": 1, "name": "bearing 9.9.9", "format": "foa", "max_tracks": 2, "period_ms": 100}
STATUS = {"type": "status", "state": "running"}


def track(number: int, azimuth: float, elevation: float = 0.0, level: float = -30.0) -> dict:
    return {"id": number, "azimuth": azimuth, "elevation": elevation, "x": 1.0, "y": 0.0, "z": 0.0, "activity": 0.9, "age": 1.0,
            "level_dbfs": level}


class Daemon:
    """Reports `tracks` ten times a second to whoever connects, as long as it lives."""

    def __init__(self, path: pathlib.Path) -> None:
        self.tracks: list[dict] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._path = path
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        clients: list[socket.socket] = []
        seq, due = 0, time.monotonic()
        while not self._ended.is_set():
            if select.select([self._listener], [], [], max(0.0, due - time.monotonic()))[0]:
                client, _ = self._listener.accept()
                client.sendall(b"".join(json.dumps(line).encode() + b"\n" for line in (HELLO, STATUS)))
                clients.append(client)
            if time.monotonic() >= due:
                due += 0.1
                seq += 1
                line = {"type": "tracks", "seq": seq, "time": time.time(), "tracks": self.tracks}
                for client in list(clients):
                    try:
                        client.sendall(json.dumps(line).encode() + b"\n")
                    except OSError:
                        clients.remove(client)
        for client in clients:
            client.close()

    def end(self) -> None:
        if self._ended.is_set():
            return
        self._ended.set()
        self._thread.join(5)
        self._listener.close()
        self._path.unlink(missing_ok=True)


class Server:
    """A TCP peer on a port of its own: keeps what it reads, and does what a test wants with each connection."""

    def __init__(self, port: int = 0, handle: Callable[[socket.socket], None] | None = None) -> None:
        self.data = bytearray()
        self.connections = 0
        self._handle = handle or self._read
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        self._clients: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._clients.append(client)
            threading.Thread(target=self._run, args=(client,), daemon=True).start()

    def _run(self, client: socket.socket) -> None:
        try:
            self._handle(client)
        except OSError:
            pass

    def _read(self, client: socket.socket) -> None:
        while piece := client.recv(65536):
            self.data += piece

    def end(self) -> None:
        """As a process that dies: the port is free, the connections are closed."""
        try:
            # A thread that waits in accept would keep the port.
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        for client in self._clients:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            client.close()


class BridgeCase(unittest.TestCase):
    """A folder, a daemon's socket in it, and bridges that end with the test."""

    @classmethod
    def setUpClass(cls) -> None:
        if not PROGRAM.exists():
            raise unittest.SkipTest(f"no program at {PROGRAM}: tools/build builds it")
        if subprocess.run([PROGRAM, "bridge", "odas", "--help"], capture_output=True, check=False).returncode != 0:
            raise unittest.SkipTest(f"the program at {PROGRAM} is older than bridges: tools/build builds it anew")

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.socket = self.folder / "bearing.sock"

    def daemon(self, *tracks: dict) -> Daemon:
        daemon = Daemon(self.socket)
        self.addCleanup(daemon.end)
        daemon.tracks = list(tracks)
        return daemon

    def server(self, *arguments: object) -> Server:
        server = Server(*arguments)
        self.addCleanup(server.end)
        return server

    def bridge(self, *arguments: object) -> subprocess.Popen:
        self.log = self.folder / f"log-{time.monotonic_ns()}"
        with open(self.log, "w") as log:
            process = subprocess.Popen([PROGRAM, "bridge", *map(str, arguments), "--socket", self.socket], stderr=log)
        self.addCleanup(self.end, process)
        return process

    def end(self, process: subprocess.Popen) -> int:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.fail("expected the bridge to end within 10 s of SIGTERM")

    def wait(self, what: str, condition: Callable[[], object], seconds: float = 30) -> None:
        """Until a condition holds."""
        limit = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > limit:
                self.fail(f"expected {what} within {seconds:g} s, found none; the log:\n{self.log.read_text()}")
            time.sleep(0.02)

    def lines(self, word: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if word in line]


def certificates(folder: pathlib.Path) -> None:
    """An authority of our own, ca.pem, and a certificate for 127.0.0.1, broker.pem with broker.key. Needs openssl."""
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *key, "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority")
    openssl("req", *key, "-keyout", "broker.key", "-out", "broker.csr", "-subj", "/CN=127.0.0.1")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "broker.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out", "broker.pem",
            "-extfile", "names")
    # mosquitto gives up its rights as root.
    folder.chmod(0o755)
    (folder / "broker.key").chmod(0o644)


def resident(process: subprocess.Popen) -> int:
    """KiB of memory."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0
