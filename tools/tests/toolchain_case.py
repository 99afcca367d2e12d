"""A copy of tools/setup on a machine without Swift, and a server of small toolchains signed with a key made here."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

from file_server import Server

PROJECT = Path(__file__).resolve().parents[2]
# Programs of a bare Debian, with those that tools/setup installs itself; no swift and no apt-get.
NEEDED = ("awk", "basename", "bash", "chmod", "curl", "df", "dirname", "flock", "gpg", "gzip", "head", "mkdir", "mktemp", "mv", "rm",
          "sed", "sleep", "stat", "tail", "tar", "tr")
MISSING = [name for name in NEEDED if not shutil.which(name)]
NAME = "swift-6.3.1-RELEASE-debian12"
ADDRESS = f"swift-6.3.1-release/debian12/swift-6.3.1-RELEASE/{NAME}.tar.gz"
DEBIAN = 'PRETTY_NAME="Debian 12"\nID=debian\nVERSION_CODENAME=bookworm\n'


def toolchain(version: str = "6.3.1", padding: int = 50_000) -> bytes:
    """An archive laid out as Swift's, whose swift is a script that says its version."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        script = f'#!/bin/bash\necho "Swift version {version} (swift-{version}-RELEASE)"\n'.encode()
        for name, content, mode in (("usr/bin/swift", script, 0o755), ("usr/lib/padding", os.urandom(padding), 0o644)):
            entry = tarfile.TarInfo(f"{NAME}/{name}")
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


class Keys:
    """A key ring of its own. Times are as 20240101T000000."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(mode=0o700)

    def gpg(self, *options: str, data: bytes = b"", time: str = "") -> bytes:
        clock = ["--faked-system-time", f"{time}!"] if time else []
        command = ["gpg", "--homedir", str(self.home), "--batch", "--quiet", "--passphrase", "", *clock, *options]
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode())
        return done.stdout

    def make(self, name: str, time: str = "", expiry: str = "never") -> str:
        self.gpg("--quick-generate-key", name, "ed25519", "sign", expiry, time=time)
        listing = self.gpg("--with-colons", "--list-keys", name).decode()
        return next(line for line in listing.splitlines() if line.startswith("fpr:")).split(":")[9]

    def sign(self, key: str, data: bytes, time: str = "") -> bytes:
        return self.gpg("--detach-sign", "--local-user", key, data=data, time=time)

    def public(self, key: str) -> bytes:
        return self.gpg("--armor", "--export", key)

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False, capture_output=True)


@unittest.skipIf(MISSING, f"no {' '.join(MISSING)} here")
class ToolchainCase(unittest.TestCase):
    keys: Keys
    key: str

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.keys = Keys(Path(folder.name) / "keys")
        cls.addClassCleanup(cls.keys.close)
        cls.key = cls.keys.make("Releases")
        cls.archive = toolchain()
        cls.signature = cls.keys.sign(cls.key, cls.archive)

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.project = Path(folder.name) / "project"
        self.programs = Path(folder.name) / "programs"
        self.programs.mkdir()
        for name in NEEDED:
            (self.programs / name).symlink_to(shutil.which(name))
        for name in ("c++", "git", "pkg-config"):
            self.stand_in(name, "exit 0")
        self.stand_in("uname", "echo x86_64")
        self.stand_in("ldconfig", "printf '\t%s (libc6) => x\n' libcurl.so.4 libncurses.so.6 libsqlite3.so.0 libxml2.so.2")
        self.release = Path(folder.name) / "os-release"
        self.release.write_text(DEBIAN)
        self.server = Server()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.serve(self.archive, self.signature)
        self.server.files["key.asc"] = self.keys.public(self.key)
        shutil.copytree(PROJECT / "tools/shared", self.project / "tools/shared")
        shutil.copy(PROJECT / "tools/setup", self.project / "tools/setup")
        self.pin(self.key)

    def stand_in(self, name: str, line: str) -> None:
        script = self.programs / name
        script.unlink(missing_ok=True)
        script.write_text(f"#!/bin/bash\n{line}\n")
        script.chmod(0o755)

    def serve(self, archive: bytes, signature: bytes | None) -> None:
        self.server.files[ADDRESS] = archive
        self.server.files.pop(f"{ADDRESS}.sig", None)
        if signature is not None:
            self.server.files[f"{ADDRESS}.sig"] = signature

    def pin(self, key: str) -> None:
        """The copy with this machine's server, this key and another os-release."""
        text = (PROJECT / "tools/shared/toolchain.sh").read_text()
        here = f"http://127.0.0.1:{self.server.server_port}"
        for old, new in ((r"(?<=swift_server=)\S+", here), (r"(?<=swift_key=)\S+", f"{here}/key.asc"),
                         (r"/etc/os-release", str(self.release)), (r"(?<=swift_key_fingerprint=)\S+", key),
                         (r"(?<=download_pause=)\d+", "0")):
            text, count = re.subn(old, new, text)
            self.assertEqual(count, 1, old)
        (self.project / "tools/shared/toolchain.sh").write_text(text)

    def run_setup(self, *options: str, status: int = 0, before: str = "") -> str:
        environment = {"PATH": str(self.programs), "HOME": str(self.project), "TMPDIR": tempfile.gettempdir()}
        done = subprocess.run(["bash", "-c", f'{before}exec tools/setup "$@"', "bash", *options], cwd=self.project, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def left(self) -> list[str]:
        """What lies in .toolchain besides what is always there."""
        folder = self.project / ".toolchain"
        return sorted(path.name for path in folder.iterdir() if path.name not in ("lock", "key.asc")) if folder.exists() else []

    def refused(self, expected: str) -> None:
        output = self.run_setup(status=1)
        self.assertIn(expected, output)
        self.assertIn("nothing was unpacked", output)
        self.assertEqual(self.left(), [])
