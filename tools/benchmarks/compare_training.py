#!/usr/bin/env python3
"""Compares the training speed with PyTorch's, alternately on the same machine: audio-seconds per second, and their ratio.

    tools/benchmarks/compare_training.py --form live --filters 64 --gru-width 192 --pairs 3

PyTorch runs in both of its memory formats and counts with its faster one. Needs a built program (tools/build).
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]


def speed(command: list[str]) -> float:
    output = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"speed\s+([0-9.]+)", output).group(1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=["live", "paper"], default="live")
    parser.add_argument("--filters", default="128")
    parser.add_argument("--gru-width", default="128")
    parser.add_argument("--batch", default="16")
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()

    show = ["swift", "build", "-c", "release", "--show-bin-path"]
    folder = subprocess.run(show, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.strip()
    shape = ["--form", options.form, "--filters", options.filters, "--gru-width", options.gru_width]
    shape += ["--batch", options.batch, "--steps", "6"]
    ours, theirs = [], []
    for _ in range(options.pairs):
        ours.append(speed([f"{folder}/bearing", "bench", "training", *shape]))
        torch = [sys.executable, str(HERE / "training_step.py"), *shape]
        theirs.append(max(speed(torch), speed([*torch, "--channels-last"])))
        print(f"ours {ours[-1]:.0f}, PyTorch {theirs[-1]:.0f} audio-seconds a second: {ours[-1] / theirs[-1]:.1f} times")
    ratio = statistics.median(a / b for a, b in zip(ours, theirs))
    print(f"median ratio {ratio:.1f}")


main()
