"""The unit of the bridges, judged by systemd itself: without its programs these tests are left out."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]


@unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze here")
class BridgeUnit(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # The program that a unit starts must be there to be verified.
        for source, name in (("bearing-bridge@.service", "bearing-bridge@odas.service"), ("bearing.service", "bearing.service"),
                             ("bearing.socket", "bearing.socket")):
            text = (PROJECT / "systemd" / source).read_text()
            (self.folder / name).write_text(text.replace("/usr/local/bin/bearing", "/bin/true"))
        self.unit = self.folder / "bearing-bridge@odas.service"

    def security(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=14", self.unit],
                              capture_output=True, text=True, check=False)

    def test_it_is_verified_without_a_word(self) -> None:
        answer = subprocess.run(["systemd-analyze", "verify", "--man=no", self.unit], capture_output=True, text=True, check=False)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))

    def test_the_exposure_is_at_most_1_4(self) -> None:
        answer = self.security()
        self.assertEqual(answer.returncode, 0, answer.stdout[-300:])

    def test_every_point_of_exposure_is_argued(self) -> None:
        points = [line.split()[1].rstrip("=") for line in self.security().stdout.splitlines() if line.startswith("✗")]
        argued = [line.split()[1] for line in self.unit.read_text().splitlines() if line.startswith("#   ")]
        self.assertTrue(points)
        for point in points:
            self.assertTrue(any(name in point for name in argued), f"{point} is not argued in the unit")


if __name__ == "__main__":
    unittest.main()
