"""`bearing train`, killed repeatedly, compared with an undisturbed run. Standard library only; needs a built program."""

from __future__ import annotations

import array
import json
import math
import os
import random
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest
import wave
from collections.abc import Callable
from typing import Any

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EPOCHS = 4
PATIENCE = 180  # seconds; a machine that is busy with other work is slow, not wrong


def find_program() -> str:
    """The program that tools/build makes, with the options that it is built with."""
    show = 'source tools/shared/common.sh && swift build "${build_options[@]}" --show-bin-path'
    done = subprocess.run(["bash", "-c", show], cwd=PROJECT, capture_output=True, text=True)
    program = os.path.join(done.stdout.strip(), "bearing")
    if done.returncode != 0 or not os.access(program, os.X_OK):
        raise AssertionError(f"{program}: expected the built program, found none: run tools/build first. {done.stderr}")
    return program


def scene(seed: int, seconds: int = 8) -> tuple[array.array, list]:
    """Noise from one direction, another one every 2 s: interleaved W, Y, Z, X samples of 16 bits, and the rows of its csv."""
    draw = random.Random(seed)
    samples, rows = array.array("h"), []
    for block in range(seconds * 10):
        if block % 20 == 0:
            azimuth, elevation = draw.randrange(-180, 180), draw.randrange(-45, 46)
            a, e = math.radians(azimuth), math.radians(elevation)
            gains = (1, math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e))
        rows.append(f"{block},1,{block // 20},{azimuth},{elevation}\n")
        for _ in range(2400):
            value = draw.randrange(-6000, 6001)
            samples.extend([int(value * gain) for gain in gains])
    return samples, rows


class Run:
    """A training in the background; its output goes to files, so that it never waits for a reader."""

    def __init__(self, command: list[str], folder: str) -> None:
        self.out, self.err = (os.path.join(folder, name) for name in ("stdout", "stderr"))
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err)

    @staticmethod
    def said(path: str) -> str:
        with open(path) as file:
            return file.read()

    @property
    def epochs(self) -> list[int]:
        """The epochs that have ended in this start, by their lines."""
        return [int(line.split()[1].rstrip(":")) for line in self.said(self.out).splitlines() if line.startswith("epoch")]

    @property
    def is_training(self) -> bool:
        return "training and" in self.said(self.err)

    @property
    def cpu(self) -> float:
        """Seconds of processor that it has had: the same whatever else the machine does, unlike the clock."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_until(self, holds: Callable[[], Any]) -> None:
        """Waits for something to hold while it runs."""
        end = time.monotonic() + PATIENCE
        while not holds():
            if self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode}: {self.said(self.out)}{self.said(self.err)}")
            if time.monotonic() > end:
                self.kill()
                raise AssertionError(f"nothing for {PATIENCE} s: {self.said(self.out)}{self.said(self.err)}")
            time.sleep(0.004)

    def kill(self) -> int:
        self.process.send_signal(signal.SIGKILL)
        return self.process.wait()

    def finish(self) -> int:
        return self.process.wait(timeout=PATIENCE)


class TrainingResume(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.program = find_program()

    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.dataset = self.path("scenes")
        for part in ("foa_dev", "metadata_dev"):
            os.makedirs(os.path.join(self.dataset, part))
        for seed, fold in enumerate((3, 4, 2)):
            samples, rows = scene(seed)
            with wave.open(self.audio(fold), "wb") as file:
                file.setparams((4, 2, 24000, 0, "NONE", ""))
                file.writeframes(samples.tobytes())
            with open(os.path.join(self.dataset, "metadata_dev", f"fold{fold}_room1_mix001_ov1.csv"), "w") as file:
                file.writelines(rows)

    def path(self, *parts: str) -> str:
        return os.path.join(self.folder, *parts)

    def audio(self, fold: int) -> str:
        return os.path.join(self.dataset, "foa_dev", f"fold{fold}_room1_mix001_ov1.wav")

    def read(self, *parts: str) -> bytes:
        with open(self.path(*parts), "rb") as file:
            return file.read()

    def start(self, out: str, *options: str) -> Run:
        return Run([self.program, "train", "--out", self.path(out), *options], self.folder)

    def settings(self, epochs: int = EPOCHS, steps: int = 90) -> list[str]:
        numbers = {"filters": 8, "gru-width": 8, "batch": 8, "blocks": 20, "epochs": epochs, "steps-per-epoch": steps}
        return ["--dataset", self.dataset] + [text for key, value in numbers.items() for text in (f"--{key}", str(value))]

    def log(self, out: str) -> list[dict]:
        """The lines of a log, without the one figure that is a matter of time."""
        lines = [json.loads(line) for line in self.read(out, "log.jsonl").decode().splitlines()]
        for line in lines:
            self.assertGreater(line.pop("audio_seconds_per_second"), 0)
        return lines

    def test_killed_within_epochs_and_resumed_equals_undisturbed(self) -> None:
        whole = self.start("whole", *self.settings())
        whole.wait_until(lambda: whole.is_training)
        began = whole.cpu
        whole.wait_until(lambda: whole.epochs)
        epoch_cpu = whole.cpu - began
        self.assertEqual(whole.finish(), 0)
        self.assertEqual(whole.epochs, list(range(1, EPOCHS + 1)))

        # The second run is told everything by the configuration that the first one left.
        command = ("killed", "--config", self.path("whole", "config.toml"))
        run = self.start(*command)
        features = self.path("killed", "features")
        run.wait_until(lambda: os.path.isdir(features) and os.listdir(features))
        self.assertEqual(run.kill(), -signal.SIGKILL)

        ended, within = [], 0
        # How many epochs a start may end, and how far into the next one it gets.
        for epochs, share in ((0, 0.6), (1, 0.3), (0, 0.8), (1, 0.5)):
            run = self.start(*command)
            run.wait_until(lambda run=run, epochs=epochs: run.is_training and len(run.epochs) == epochs)
            began, before = run.cpu, self.state("killed")
            run.wait_until(lambda run=run, began=began, share=share: run.cpu >= began + share * epoch_cpu)
            self.assertEqual(run.kill(), -signal.SIGKILL)
            ended += run.epochs
            within += self.state("killed") == before
        self.assertGreaterEqual(within, 3, "too few kills fell within an epoch")
        run = self.start(*command)
        self.assertEqual(run.finish(), 0, run.said(run.err))
        self.assertIn("resumed after epoch", run.said(run.err))
        self.assertEqual(ended + run.epochs, list(range(1, EPOCHS + 1)))

        for name in ("model.safetensors", "checkpoint.safetensors", "config.toml"):
            self.assertEqual(self.read("killed", name), self.read("whole", name), name)
        self.assertEqual([line["epoch"] for line in self.log("killed")], list(range(1, EPOCHS + 1)))
        self.assertEqual(self.log("killed"), self.log("whole"))

        before = self.state("killed")
        run = self.start(*command)
        self.assertEqual(run.finish(), 0)
        self.assertIn("this run is finished", run.said(run.err))
        self.assertRegex(run.said(run.out), r"\Abest: epoch \d, .*; all 4 epochs are done\n\Z")
        self.assertEqual(self.state("killed"), before)

    def state(self, out: str) -> list[bytes]:
        """The saved state of a run; empty without a checkpoint."""
        names = ("checkpoint.safetensors", "model.safetensors", "log.jsonl")
        return [self.read(out, name) if os.path.exists(self.path(out, name)) else b"" for name in names]

    def test_samples_that_are_no_sound_are_replaced_and_named(self) -> None:
        with wave.open(self.audio(4)) as file:
            samples = [value / 32768 for value in array.array("h", file.readframes(file.getnframes()))]
        samples[1234] = 1e30  # its power is no float
        data = struct.pack(f"<{len(samples)}f", *samples)
        layout = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 4, 24000,
                             24000 * 16, 16, 32, b"data", len(data))
        with open(self.audio(4), "wb") as file:
            file.write(layout + data)
        run = self.start("run", *self.settings(epochs=1, steps=1))
        self.assertEqual(run.finish(), 0, run.said(run.err))
        first = run.said(run.err).splitlines()[0]
        self.assertTrue(first.startswith(f"bearing: {self.audio(4)}: expected finite samples"), first)
        self.assertIn("found 1 others, replaced by 0", first)
        self.assertTrue(os.path.exists(self.path("run", "checkpoint.safetensors")))


if __name__ == "__main__":
    unittest.main()
