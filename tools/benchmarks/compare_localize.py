#!/usr/bin/env python3
"""Compares `bearing localize` with PyTorch's forward pass of the same network, alternately on the same machine: audio-seconds per second.

    tools/benchmarks/compare_localize.py
    tools/benchmarks/compare_localize.py --model models/mic-paper.safetensors --threads 1

Ours reads recordings and computes features, network, gate and files of tracks. PyTorch computes the network alone, from features in memory,
and counts in its fastest form: both memory formats, with and without torch.compile, one recording or four at once.

Needs a built program (tools/build) and the packages of ../oracles/requirements.txt.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from safetensors import safe_open

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent / "oracles"), str(HERE.parent)]
from benchmarks.recordings import noise  # noqa: E402
from doanet import DOAnet  # noqa: E402
from evaluation.program import find  # noqa: E402

SECONDS = 60


def processor(who: int) -> float:
    """User and system seconds so far."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def localize(program: str, model: str, recordings: list[Path], threads: int) -> tuple[float, float]:
    """Seconds, and processor seconds."""
    with tempfile.TemporaryDirectory() as out:
        command = [program, "localize", *map(str, recordings), "--model", model, "--threads", str(threads), "--out", out]
        began, used = time.perf_counter(), processor(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
        return time.perf_counter() - began, processor(resource.RUSAGE_CHILDREN) - used


def network(path: str) -> DOAnet:
    with safe_open(path, "pt") as file:
        facts, tensors = file.metadata(), {name: file.get_tensor(name).float() for name in file.keys()}
    channels = tensors["convolution.0.weight"].shape[2]
    net = DOAnet(
        facts["form"], channels, filters=int(facts["filters"]), gru=int(facts["gru_width"]), head=int(facts["head_width"]),
        tracks=int(facts["maximum_tracks"]))
    return net.load_named(tensors).eval()


class Forward:
    """PyTorch's forward pass in one form."""

    def __init__(self, model: str, channels_last: bool, compiled: bool, batch: int) -> None:
        self.name = f"{'channels-last' if channels_last else 'default'}{', compiled' if compiled else ''}, {batch} at once"
        memory = torch.channels_last if channels_last else torch.contiguous_format
        net = network(model).to(memory_format=memory)
        channels = net.convolutions[0].weight.shape[1]
        self.input = (torch.rand(batch, channels, 50 * SECONDS, 64) - 0.5).contiguous(memory_format=memory)
        self.run, self.batch = torch.compile(net) if compiled else net, batch
        self()

    def __call__(self, count: int = 1) -> tuple[float, float]:
        """Seconds and processor seconds of at least `count` recordings, for each recording."""
        runs = -(-count // self.batch)
        began, used = time.perf_counter(), processor(resource.RUSAGE_SELF)
        with torch.inference_mode():
            for _ in range(runs):
                self.run(self.input)
        return (time.perf_counter() - began) / runs / self.batch, (processor(resource.RUSAGE_SELF) - used) / runs / self.batch


def fastest(model: str) -> Forward:
    best: tuple[float, Forward] | None = None
    for compiled in [False, True]:
        for channels_last in [False, True]:
            for batch in [1, 4]:
                try:
                    forward = Forward(model, channels_last, compiled, batch)
                    seconds = min(forward(4)[0] for _ in range(2))
                except Exception as error:  # torch.compile raises many kinds where there is no compiler
                    print(f"PyTorch, {'compiled' if compiled else 'default'}: does not run here ({type(error).__name__})")
                    continue
                print(f"PyTorch, {forward.name}: {SECONDS / seconds:.0f} audio-s/s", flush=True)
                if best is None or seconds < best[0]:
                    best = seconds, forward
    if best is None:
        sys.exit("compare_localize: expected a form of PyTorch that runs, found none")
    return best[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(PROJECT / "models" / "foa-paper.safetensors"))
    parser.add_argument("--recordings", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--program", help="a built bearing (default: this checkout's release build)")
    options = parser.parse_args()

    program = str(find(options.program))
    torch.set_num_threads(options.threads)
    forward = fastest(options.model)
    ratios, costs = [], []
    with tempfile.TemporaryDirectory() as folder:
        recordings = [Path(folder) / f"noise{index}.wav" for index in range(options.recordings)]
        for index, path in enumerate(recordings):
            noise(path, SECONDS, seed=index)
        localize(program, options.model, recordings[:1], 1)
        for _ in range(options.pairs):
            ours, used = localize(program, options.model, recordings, options.threads)
            theirs, theirs_used = forward(options.recordings)
            ratios.append(theirs * len(recordings) / ours)
            costs.append(theirs_used * len(recordings) / used)
            print(
                f"ours {SECONDS * len(recordings) / ours:.0f} audio-s/s, {used / len(recordings) * 1e3:.0f} ms of processor a minute; "
                f"PyTorch {SECONDS / theirs:.0f} audio-s/s, {theirs_used * 1e3:.0f} ms: "
                f"{ratios[-1]:.2f} by time, {costs[-1]:.2f} by processor", flush=True)
    median = statistics.median
    print(f"median of {options.pairs}: {median(ratios):.2f} times PyTorch by time, {median(costs):.2f} by processor time")


main()
