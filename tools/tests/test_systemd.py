"""The systemd files, checked by systemd's own programs; without these the tests are skipped."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools"))


SERVICES = ("bearing.service", "bearing-web.service")


class Units(unittest.TestCase):
    def setUp(self) -> None:
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze here")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # The program that a unit starts must be there to be verified.
        for name in (*SERVICES, "bearing.socket"):
            text = (PROJECT / "systemd" / name).read_text()
            (self.folder / name).write_text(text.replace("/usr/local/bin/bearing", "/bin/true"))

    def verify(self) -> subprocess.CompletedProcess[str]:
        units = [self.folder / name for name in (*SERVICES, "bearing.socket")]
        return subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False)

    def security(self, name: str = "bearing.service") -> subprocess.CompletedProcess[str]:
        return subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15",
                               self.folder / name], capture_output=True, text=True, check=False)

    def test_all_units_are_verified_without_a_word(self) -> None:
        answer = self.verify()
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))

    def test_an_unknown_key_would_be_noticed(self) -> None:
        unit = self.folder / "bearing.service"
        unit.write_text(unit.read_text().replace("[Service]", "[Service]\nProtectNothing=yes"))
        self.assertIn("ProtectNothing", self.verify().stderr)

    def test_the_exposure_is_at_most_1_5(self) -> None:
        for name in SERVICES:
            answer = self.security(name)
            self.assertEqual(answer.returncode, 0, f"{name}: {answer.stdout[-300:]}")

    def test_an_open_service_would_be_noticed(self) -> None:
        (self.folder / "bearing.service").write_text("[Service]\nExecStart=/bin/true\n")
        self.assertNotEqual(self.security().returncode, 0)

    def test_the_drop_in_for_tcp_is_verified_too(self) -> None:
        drop_in = self.folder / "bearing.service.d"
        drop_in.mkdir()
        shutil.copy(PROJECT / "systemd/tcp.conf", drop_in)
        answer = self.verify()
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))

    def test_every_point_of_exposure_is_argued(self) -> None:
        for name in SERVICES:
            points = [line.split()[1].rstrip("=") for line in self.security(name).stdout.splitlines() if line.startswith("✗")]
            unit = (PROJECT / "systemd" / name).read_text()
            argued = [line.split()[1] for line in unit.splitlines() if line.startswith("#   ")]
            self.assertTrue(points)
            for point in points:
                self.assertTrue(any(word in point for word in argued), f"{name}: {point} is not argued in the unit")

    def test_user_and_folder_can_be_made(self) -> None:
        if not shutil.which("systemd-sysusers") or os.geteuid() != 0:
            self.skipTest("no systemd-sysusers here, or not root")
        (self.folder / "etc").mkdir()
        answer = subprocess.run(["systemd-sysusers", f"--root={self.folder}", PROJECT / "systemd/sysusers.conf"],
                                capture_output=True, text=True, check=False)
        self.assertEqual((answer.returncode, answer.stderr.count("ailed")), (0, 0), answer.stderr)
        groups = (self.folder / "etc/group").read_text()
        self.assertRegex(groups, r"(?m)^bearing:")


if __name__ == "__main__":
    unittest.main()
