"""How fast two ranks of MPI train beside one process with two threads, on this machine. Standard library only."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.recordings import noise

# Ranks may run as root in a container, and should not spin on a processor that another one needs.
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_mpi_yield_when_idle": "1"}
# Steps whose times are subtracted from those of as many more, so that the start is left out.
STEPS = 10


def dataset(folder: Path) -> Path:
    """Eight minutes of noise with labels, in the layout of TAU-NIGENS."""
    scenes = folder / "scenes"
    for part in ("foa_dev", "metadata_dev"):
        (scenes / part).mkdir(parents=True, exist_ok=True)
    for index, fold in enumerate((3, 4, 5, 6, 3, 4, 1, 2)):
        name = f"fold{fold}_room{index + 1}_mix001_ov1"
        noise(scenes / f"foa_dev/{name}.wav", seconds=60, seed=index)
        rows = [f"{frame},0,0,{(frame // 10 * 7) % 360 - 180},0" for frame in range(600)]
        (scenes / f"metadata_dev/{name}.csv").write_text("\n".join(rows) + "\n")
    return scenes


def seconds(program: Path, folder: Path, ranks: int, steps: int) -> float:
    out = folder / f"run-{ranks}-{steps}-{time.monotonic_ns()}"
    train = [
        str(program), "train", "--dataset", str(dataset(folder)), "--cache", str(folder / "cache"), "--out", str(out), "--batch", "32",
        "--filters", "64", "--gru-width", "384", "--epochs", "1", "--steps-per-epoch", str(steps), "--threads", str(3 - ranks)]
    if ranks > 1:
        train = ["mpirun", "--quiet", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), *train]
    began = time.perf_counter()
    subprocess.run(train, env=os.environ | ENVIRONMENT, check=True, capture_output=True)
    return time.perf_counter() - began


def ratio_of_ranks(program: Path, folder: Path, pairs: int = 3) -> float:
    """The speed of two ranks of one thread, as a share of that of one process of two threads: the median of runs in turn."""
    seconds(program, folder, 1, 1)  # features into the cache
    ratios = []
    for _ in range(pairs):
        times = [seconds(program, folder, ranks, 2 * STEPS) - seconds(program, folder, ranks, STEPS) for ranks in (1, 2)]
        ratios.append(times[0] / times[1])
    return statistics.median(ratios)
