"""tools/benchmarks/measure-training-memory with a program in bearing's place. Standard library only."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[1] / "benchmarks/measure-training-memory"

# Writes four scenes as `synth` does; as `train` it looks at the data set and holds 80 MB of its own and maps 50 MB.
PROGRAM = """#!{python}
import mmap, pathlib, sys, time
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
if sys.argv[1] == "synth":
    out = pathlib.Path(options["--out"])
    for folder, ending in (("foa_dev", ".wav"), ("metadata_dev", ".csv")):
        (out / folder).mkdir(parents=True)
        for room in (1, 2):
            for ov in (1, 2):
                (out / folder / f"fold3_room{{room}}_mix001_ov{{ov}}{{ending}}").write_text(f"{{room}} {{ov}}")
    sys.exit(0 if list(pathlib.Path(options["--sounds"]).glob("*.wav")) else 66)
scenes = pathlib.Path(options["--dataset"])
names = sorted(path.stem for path in (scenes / "foa_dev").iterdir())
assert names == sorted(path.stem for path in (scenes / "metadata_dev").iterdir())
assert len(names) == 24 and len([name for name in names if name.startswith("fold2_")]) == 4, names
for path in (scenes / "foa_dev").iterdir():
    assert path.read_text().split()[1] == path.stem[-1]
assert options["--form"] == "paper" and options["--filters"] == "8", options
if options["--seed"] == "9": sys.exit(65)
mine = bytearray(80_000_000)
mine[::4096] = b"1" * len(mine[::4096])
(scenes / "big").write_bytes(bytes(50_000_000))
with open(scenes / "big", "rb") as file:
    mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    sum(mapped[::4096])
    time.sleep(0.5)
"""


class MeasureTrainingMemory(unittest.TestCase):
    def run_tool(self, *options: str) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "bearing"
            program.write_text(PROGRAM.format(python=sys.executable))
            os.chmod(program, 0o755)
            scratch = Path(folder) / "scratch"
            command = [sys.executable, TOOL, scratch, "--recordings", "24", "--program", program, *options]
            result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
            self.assertFalse(scratch.exists(), "the scratch folder is removed")
            return result

    def test_what_the_process_allocates_is_told_from_what_it_maps(self) -> None:
        result = self.run_tool("--", "--filters", "8", "--seed", "1")
        self.assertEqual(result.returncode, 0, result.stderr)
        anonymous, mapped = map(float, re.findall(r"(\d\.\d\d) GB", result.stdout))
        self.assertTrue(0.08 <= anonymous < 0.2, result.stdout)
        self.assertTrue(0.05 <= mapped < 0.2, result.stdout)

    def test_the_limit_is_the_exit_status(self) -> None:
        self.assertEqual(self.run_tool("--limit", "0.07", "--", "--filters", "8", "--seed", "1").returncode, 1)

    def test_a_training_that_fails_is_said(self) -> None:
        result = self.run_tool("--", "--filters", "8", "--seed", "9")
        self.assertEqual(result.returncode, 1)
        self.assertIn("found exit status 65", result.stderr)

    def test_a_folder_that_is_there_is_left_alone(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run(
                [sys.executable, TOOL, folder, "--program", sys.executable], capture_output=True, text=True)
            self.assertEqual(result.returncode, 1)
            self.assertIn("expected a folder that is not there yet", result.stderr)
            self.assertTrue(Path(folder).exists())


if __name__ == "__main__":
    unittest.main()
