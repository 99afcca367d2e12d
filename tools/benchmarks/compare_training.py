#!/usr/bin/env python3
"""Compares the speed of a training step with PyTorch's, alternately on the same machine.

    tools/benchmarks/compare_training.py --form live --filters 64 --gru-width 384 --channels 16
    tools/benchmarks/compare_training.py --form paper --filters 128 --gru-width 128 --threads 1

PyTorch counts in its fastest form: in both memory formats, and with torch.compile if this machine has a C++ compiler. All forms are
measured first, then the fastest one in turn with ours. Prints audio-seconds per second, processor time for each step, and the medians of
both ratios. Where other programs use the processors, one thread and processor time give the steadier ratio.

With --avx2 both sides use AVX2 only; ours must be built so: swift build -c release -Xcc -march=haswell --scratch-path .build-avx2.

Needs a built program (tools/build) and the packages of ../oracles/requirements.txt.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
from evaluation.program import find  # noqa: E402

FORMS = [[], ["--channels-last"], ["--compile"], ["--compile", "--channels-last"]]
AVX2 = {"OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}


@dataclass
class Result:
    """Audio-seconds per second, and processor milliseconds for each step."""

    speed: float
    processor: float


def measured(command: list[str], environment: dict[str, str]) -> Result:
    run = subprocess.run(command, cwd=PROJECT, env=os.environ | environment, check=True, capture_output=True, text=True)

    def number(name: str) -> float:
        return float(re.search(rf"^{name}\s+([0-9.]+)", run.stdout, re.MULTILINE).group(1))

    return Result(number("speed"), number("processor"))


def fastest(torch: list[str], environment: dict[str, str]) -> list[str]:
    """Of PyTorch's forms, the one that takes the least processor time."""
    costs: list[tuple[float, list[str]]] = []
    for form in FORMS:
        try:
            result = measured([*torch, *form], environment)
        except subprocess.CalledProcessError:
            print(f"PyTorch {' '.join(form)}: does not run here")
            continue
        costs.append((result.processor, form))
        name = " ".join(form) or "(default)"
        print(f"PyTorch {name}: {result.speed:.0f} audio-s/s, {result.processor:.0f} ms of processor a step", flush=True)
    return min(costs)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=["live", "paper"], default="live")
    parser.add_argument("--channels", default="7", help="feature channels of a band")
    parser.add_argument("--filters", default="128")
    parser.add_argument("--gru-width", default="128")
    parser.add_argument("--batch", default="16")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--steps", default="6")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--avx2", action="store_true", help="no AVX-512 on either side")
    parser.add_argument("--program", help="a built bearing (default: this checkout's release build)")
    options = parser.parse_args()

    program = str(find(options.program))
    environment = AVX2 if options.avx2 else {}
    shape = ["--form", options.form, "--channels", options.channels, "--filters", options.filters, "--gru-width", options.gru_width]
    shape += ["--batch", options.batch, "--threads", options.threads, "--steps", options.steps]
    torch = [sys.executable, str(HERE / "training_step.py"), *shape]
    torch += fastest(torch, environment)
    speeds, costs = [], []
    for _ in range(options.pairs):
        ours, theirs = measured([program, "bench", "training", *shape], environment), measured(torch, environment)
        speeds.append(ours.speed / theirs.speed)
        costs.append(theirs.processor / ours.processor)
        print(
            f"ours {ours.speed:.0f} audio-s/s, {ours.processor:.0f} ms; PyTorch {theirs.speed:.0f} audio-s/s, {theirs.processor:.0f} ms: "
            f"{speeds[-1]:.2f} by time, {costs[-1]:.2f} by processor", flush=True)
    median = statistics.median
    print(f"median of {options.pairs}: {median(speeds):.2f} times PyTorch by time, {median(costs):.2f} by processor time")


main()
