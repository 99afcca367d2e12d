"""The examples of docs/clusters.md: job arrays of Slurm, with its variables set by hand, and GNU parallel where it is installed."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from bridge_peers import PROGRAM

PROJECT = pathlib.Path(__file__).resolve().parents[2]
ARRAY = PROJECT / "tools/examples/slurm-shards"
SCENES = ["synth", "--background-only", "--duration", "2", "--recordings", "5", "--fold", "1"]


def files(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@unittest.skipUnless(os.access(PROGRAM, os.X_OK), f"{PROGRAM} is not built")
class Shards(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_program(self, *arguments: str) -> str:
        done = subprocess.run([str(PROGRAM), *arguments], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def task(self, number: int, first: int, count: int, *arguments: str, **more: str) -> subprocess.Popen:
        """One task of a job array, as Slurm starts it."""
        variables = {
            "SLURM_ARRAY_TASK_ID": str(number), "SLURM_ARRAY_TASK_MIN": str(first), "SLURM_ARRAY_TASK_COUNT": str(count),
            "SLURM_CPUS_PER_TASK": "1", "BEARING": str(PROGRAM), **more}
        return subprocess.Popen(
            [str(ARRAY), *arguments], cwd=self.folder, env={**os.environ, **variables}, stdout=subprocess.DEVNULL)

    def evaluation(self) -> list[str]:
        return ["evaluate", "--model", str(PROJECT / "models/foa-live.safetensors"), "--dataset", "whole", "--folds", "1"]

    def test_a_job_array_makes_what_one_process_makes(self) -> None:
        self.run_program(*SCENES, "--out", "whole")
        # Arrays from 1, and from 0.
        for first, out in ((1, "from-one"), (0, "from-zero")):
            tasks = [self.task(first + index, first, 2, *SCENES, "--out", out) for index in range(2)]
            self.assertEqual([task.wait() for task in tasks], [0, 0])
            self.assertEqual(files(self.folder / out), files(self.folder / "whole"))
        for task in [self.task(1 + index, 1, 3, *self.evaluation(), "--parts", "parts") for index in range(2)]:
            self.assertEqual(task.wait(), 0)
        # The third task is submitted again, alone.
        self.assertEqual(self.task(3, 3, 1, *self.evaluation(), "--parts", "parts", SHARDS="3").wait(), 0)
        whole = self.run_program(*self.evaluation(), "--json")
        self.assertEqual(self.run_program("evaluate", "--parts", "parts", "--json"), whole)

    def test_without_the_variables_of_an_array_the_script_says_so(self) -> None:
        variables = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")}
        done = subprocess.run([str(ARRAY), "synth"], env=variables, capture_output=True, text=True)
        self.assertEqual(done.returncode, 64)
        self.assertIn("expected a command and the variables of a job array", done.stderr)

    @unittest.skipUnless(shutil.which("parallel"), "GNU parallel is not installed")
    def test_gnu_parallel_makes_what_one_process_makes(self) -> None:
        self.run_program(*SCENES, "--out", "whole")
        for arguments in ([*SCENES, "--out", "parts-of-scenes"], [*self.evaluation(), "--parts", "parts"]):
            subprocess.run(
                ["parallel", "--halt", "soon,fail=1", str(PROGRAM), *arguments, "--threads", "1", "--shard", "{}/3", ":::", "1", "2", "3"],
                cwd=self.folder, check=True, stdin=subprocess.DEVNULL, capture_output=True)
        self.assertEqual(files(self.folder / "parts-of-scenes"), files(self.folder / "whole"))
        whole = self.run_program(*self.evaluation(), "--json")
        self.assertEqual(self.run_program("evaluate", "--parts", "parts", "--json"), whole)


if __name__ == "__main__":
    unittest.main()
