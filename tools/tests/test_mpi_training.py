"""`mpirun bearing train`: the same losses as one process, the end of a rank, and the run after it.

Needs mpirun and a program built by `tools/build --mpi` (or BEARING_MPI_PROGRAM); skipped without them.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import wave

from test_training_resume import scene

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("BEARING_MPI_PROGRAM", PROJECT / ".build-mpi/release/bearing"))
# A test may run as root in a container, on fewer processors than ranks, which should not spin while they wait.
ENVIRONMENT = {
    **os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_mpi_yield_when_idle": "1"}


@unittest.skipUnless(shutil.which("mpirun") and os.access(PROGRAM, os.X_OK), f"no mpirun, or {PROGRAM} is not built")
class MPITraining(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for part in ("foa_dev", "metadata_dev"):
            (self.folder / "scenes" / part).mkdir(parents=True)
        for seed, fold in enumerate((3, 4, 2, 2)):
            samples, rows = scene(seed, seconds=4)
            name = f"fold{fold}_room{seed + 1}_mix001_ov1"
            with wave.open(str(self.folder / f"scenes/foa_dev/{name}.wav"), "wb") as file:
                file.setparams((4, 2, 24000, 0, "NONE", ""))
                file.writeframes(samples.tobytes())
            (self.folder / f"scenes/metadata_dev/{name}.csv").write_text("".join(rows))

    def command(self, ranks: int, threads: int, out: str, epochs: int = 2) -> list[str]:
        train = [
            str(PROGRAM), "train", "--dataset", "scenes", "--cache", "cache", "--out", out, "--filters", "8", "--gru-width", "8",
            "--batch", "4", "--blocks", "10", "--epochs", str(epochs), "--steps-per-epoch", "4", "--patience", "0",
            "--threads", str(threads)]
        if ranks == 1:
            return train
        return ["mpirun", "--quiet", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), *train]

    def start(self, *arguments: int | str) -> subprocess.Popen:
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def train(self, *arguments: int | str) -> str:
        process = self.start(*arguments)
        out, error = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0, out + error)
        return out

    def losses(self, out: str) -> list[float]:
        return [json.loads(line)["loss"] for line in (self.folder / out / "log.jsonl").read_text().splitlines()]

    def test_ranks_train_as_threads_do(self) -> None:
        whole = self.train(1, 2, "threads")
        ranks = self.train(2, 1, "ranks")
        # One of them speaks.
        self.assertEqual(ranks.count("epoch 1:"), 1)
        self.assertEqual(len(whole.splitlines()), len(ranks.splitlines()))
        for one, other in zip(self.losses("threads"), self.losses("ranks")):
            self.assertAlmostEqual(one, other, delta=1e-6 * abs(one))
        self.train(4, 1, "four")
        for one, other in zip(self.losses("threads"), self.losses("four")):
            self.assertAlmostEqual(one, other, delta=1e-4 * abs(one))

    def start_and_wait(self, epochs: int) -> subprocess.Popen:
        """A run of two ranks, when it has trained a number of epochs."""
        process = self.start(2, 1, "run", 1000)
        log = self.folder / "run/log.jsonl"
        end = time.monotonic() + 200
        while not log.exists() or log.read_text().count("\n") < epochs:
            self.assertLess(time.monotonic(), end)
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        return process

    def test_a_rank_that_ends_ends_all_and_the_run_continues(self) -> None:
        process = self.start_and_wait(2)
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
        ranks = [int(child) for child in children if "bearing" in pathlib.Path(f"/proc/{child}/comm").read_text()]
        self.assertEqual(len(ranks), 2)
        killed = time.monotonic()
        os.kill(max(ranks), signal.SIGKILL)
        _, error = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - killed, 20)
        self.assertNotEqual(process.returncode, 0)
        lines = [line for line in error.splitlines() if "training and" not in line]
        self.assertEqual(len(lines), 1, error)
        self.assertIn("the same command continues", lines[0])
        process = self.start_and_wait(len(self.losses("run")) + 1)
        process.terminate()
        self.assertIn("resumed after epoch", process.communicate(timeout=60)[1])

    def test_an_error_of_all_ranks_is_one_line(self) -> None:
        command = self.command(2, 1, "none")
        command[command.index("scenes")] = "nowhere"
        done = subprocess.run(command, cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 66, done.stderr)
        lines = [line for line in done.stderr.splitlines() if "continues after" not in line]
        self.assertEqual(len(lines), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
