"""A second, independent implementation of the ALSA interface: a private PulseAudio whose monitor source is the microphone.

Its server can be killed, hung and robbed of its source. What the daemon read of it is taken down by ALSA's own `file` plugin
in between, a file for each time that the device was opened.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from faults.plan import Fault

if TYPE_CHECKING:
    from faults.daemon import Daemon, Line
    from faults.reference import Comparison

# What ALSA's plugin asks a server for; any other map would mix or silence channels.
CHANNEL_MAP = "front-left,front-right,rear-left,rear-right"
CONFIGURATION = """enable-remixing = no
resample-method = trivial
flat-volumes = no
enable-shm = no
realtime-scheduling = no
high-priority = no
"""
PLUGIN = "libasound_module_pcm_pulse.so"


def missing() -> str | None:
    """The missing software, or None."""
    for program in ("pulseaudio", "pactl", "paplay"):
        if not shutil.which(program):
            return program
    folders = Path("/usr/lib").glob("**/alsa-lib")
    return None if any((folder / PLUGIN).exists() for folder in folders) else f"{PLUGIN} (libasound2-plugins)"


class Server:
    def __init__(self, folder: Path, recording: Path) -> None:
        self.folder, self.recording = Path(folder).resolve(), Path(recording).resolve()
        with wave.open(str(recording)) as file:
            self.rate, self.channels = file.getframerate(), file.getnchannels()
        for name in ("home", "run"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        (self.folder / "daemon.conf").write_text(CONFIGURATION)
        self.address = self.folder / "run" / "native"
        self.tap = self.folder / "tap.raw"
        self.source = "alsa:bearingpulse"
        (self.folder / "asound.conf").write_text(f"""</usr/share/alsa/alsa.conf>
pcm.bearingpulse {{
    type file
    slave.pcm {{ type pulse server "unix:{self.address}" device "mic.monitor" fallback "" }}
    file "{self.tap}"
    format raw
    truncate 0
}}
""")
        self.own = dict(
            os.environ, HOME=str(self.folder / "home"), XDG_RUNTIME_DIR=str(self.folder / "run"),
            PULSE_RUNTIME_PATH=str(self.folder / "run"), PULSE_STATE_PATH=str(self.folder / "home"),
            PULSE_SERVER=f"unix:{self.address}", PULSE_CONFIG=str(self.folder / "daemon.conf"),
            ALSA_CONFIG_PATH=str(self.folder / "asound.conf"))
        self.own.pop("DBUS_SESSION_BUS_ADDRESS", None)
        self.said = open(self.folder / "pulse.log", "ab")
        self.hangs = False
        self.closing = threading.Event()
        self.player = None
        self.start()
        self.playing = threading.Thread(target=self._play, daemon=True)
        self.playing.start()

    def environment(self, _: dict[str, str]) -> dict[str, str]:
        return self.own

    def start(self) -> None:
        self.address.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=notice",
             "--log-target=stderr", "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.address}"],
            env=self.own, stdout=self.said, stderr=self.said, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while subprocess.run(["pactl", "info"], env=self.own, capture_output=True).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError(f"PulseAudio did not start: {self.folder}/pulse.log")
            time.sleep(0.02)
        self.plug()

    def plug(self) -> None:
        subprocess.run(
            ["pactl", "load-module", "module-null-sink", "sink_name=mic", "format=s16le", f"rate={self.rate}",
             f"channels={self.channels}", f"channel_map={CHANNEL_MAP}", "norewinds=1"],
            env=self.own, check=True, stdout=subprocess.DEVNULL)

    def unplug(self) -> None:
        subprocess.run(["pactl", "unload-module", "module-null-sink"], env=self.own, check=True)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _play(self) -> None:
        """The recording, over and over, to whichever server there is."""
        while not self.closing.is_set():
            self.player = subprocess.Popen(
                ["paplay", "--device=mic", f"--channel-map={CHANNEL_MAP}", str(self.recording)],
                env=self.own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.player.wait()
            self.closing.wait(0.05)

    def close(self) -> None:
        self.closing.set()
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()
        if self.player and self.player.poll() is None:
            self.player.kill()
        self.said.close()

    def _taps(self) -> list:
        """The files in the order in which they were made."""
        later = sorted(self.folder.glob("tap.raw.*"))
        return [path for path in [self.tap, *later] if path.exists() and path.stat().st_size >= 2400 * 16]

    def lost(self, seconds: float) -> int:
        """How often the device was missing that long: it was reopened each time."""
        return len(self._taps()) - 1

    def received(self) -> list:
        # 32 bits are what Bearing prefers, and this server has any format.
        return [(self.rate, self.channels, 4, path.read_bytes()) for path in self._taps()]

    def compare(self, comparison: Comparison, lines: list[Line], expected: list, unreported: int) -> None:
        first = 0
        received = {line.fields["seq"]: line.fields["tracks"] for line in lines}
        for number, (path, wanted) in enumerate(zip(self._taps(), expected)):
            blocks = max(0, path.stat().st_size // (4 * self.channels) // 2400 - unreported)
            inside = {seq - first: received[seq] for seq in range(first, first + blocks) if seq in received}
            comparison.stretch(inside, wanted, f"opening {number}")
            first += blocks
        beyond = max(received, default=-1) + 1 - first
        # Held by a server that hangs, the last file is not written to its end.
        if beyond > 0 and not self.hangs:
            comparison.problems.append(f"{beyond} blocks more than the audio that was read has")


def killed(server: Server, daemon: Daemon) -> None:
    server.kill()
    time.sleep(1)
    server.start()


def hung(server: Server, daemon: Daemon) -> None:
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    server.process.send_signal(signal.SIGCONT)


def robbed(server: Server, daemon: Daemon) -> None:
    server.unplug()
    time.sleep(1)
    server.plug()


def hang_at_the_end(server: Server) -> None:
    """The daemon is asked to end while the server holds its capture thread."""
    server.hangs = True
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(1.5)


FAULTS = [
    Fault("PulseAudio is killed", "EIO, ECONNREFUSED", ("losses", "refusals", "reopens"), killed, True, ("overruns", "suspends"), gap=1),
    Fault("PulseAudio loses its source", "EIO", ("losses", "refusals", "reopens"), robbed, True, ("overruns", "suspends"), gap=1),
    Fault("PulseAudio hangs", "no data", ("stalls", "reopens"), hung, True, ("overruns", "suspends"), finale=hang_at_the_end),
]
