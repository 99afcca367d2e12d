#!/usr/bin/env python3
"""One training step of DOAnet in PyTorch (forward, backward, clipping, Adam) on noise, in audio-seconds a second: what
`bearing bench training` is held against. The same options, the same batch, the same number of threads.

    tools/benchmarks/training_step.py --filters 128 --gru-width 128 --batch 16 --blocks 50 --threads 2
"""

import argparse
import resource
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "oracles"))
from doanet import DOAnet


def processor() -> float:
    """User and system seconds of this process so far, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=["live", "paper"], default="live")
    parser.add_argument("--channels", type=int, default=7, help="feature channels of a band")
    parser.add_argument("--filters", type=int, default=128)
    parser.add_argument("--gru-width", type=int, default=128)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--blocks", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=10, help="steps to measure, after two that are not")
    parser.add_argument("--channels-last", action="store_true", help="PyTorch's other memory format for the convolutions")
    parser.add_argument("--compile", action="store_true", help="torch.compile; needs a C++ compiler and Python's headers")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    net = DOAnet(options.form, options.channels, filters=options.filters, gru=options.gru_width)
    x = torch.rand(options.batch, options.channels, 5 * options.blocks, 64) - 0.5
    if options.channels_last:
        net = net.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    adam = torch.optim.Adam(net.parameters(), lr=1e-4)
    run = torch.compile(net) if options.compile else net
    direction_gradient = torch.rand(options.batch, options.blocks, 6) - 0.5
    activity_gradient = torch.rand(options.batch, options.blocks, 2) - 0.5

    times, costs = [], []
    for _ in range(options.steps + 2):
        began, used = time.perf_counter(), processor()
        adam.zero_grad()
        torch.autograd.backward(run(x), (direction_gradient, activity_gradient))
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5)
        adam.step()
        times.append(time.perf_counter() - began)
        costs.append(processor() - used)
    median, cost = statistics.median(times[2:]), statistics.median(costs[2:])
    print(f"step      {median * 1e3:.0f} ms (median of {options.steps}, {options.threads} threads, PyTorch {torch.__version__})")
    print(f"processor {cost * 1e3:.0f} ms a step")
    print(f"speed     {options.batch * options.blocks * 0.1 / median:.1f} audio-seconds a second")


if __name__ == "__main__":
    main()
