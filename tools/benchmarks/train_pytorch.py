#!/usr/bin/env python3
"""The training of `bearing train` in PyTorch, for two comparisons.

Step by step: `bearing bench replay` records the first steps of a training of its own, this takes them again from the same
parameters on the same batches, and fails where a loss is off by more than 1 part in 1000:

    tools/benchmarks/train_pytorch.py --replay replay.safetensors

As a whole: trains on a data set's features (the cache that bearing made) with random numbers of its own, and writes a
model that `bearing evaluate` scores beside bearing's:

    tools/benchmarks/train_pytorch.py --dataset scenes --cache runs/foa/features --out runs/pytorch.safetensors \\
        --hnet models/hnet-2.safetensors --weights 0,1,1,1 --steps 5000

Packages: ../oracles/requirements.txt.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).parents[1] / "oracles"))
import bearing_data as data
from doanet import DOAnet
from tracking_losses import HungarianNet, Weights, tracking_loss

TOLERANCE = 1e-3  # relative difference of two losses of one step


class Trainer:
    """A network, its loss and Adam, as bearing's TrainingRun has them."""

    def __init__(
        self, net: DOAnet, weights: Weights, hnet: HungarianNet | None, clip: float, channels_last: bool = False
    ) -> None:
        self.memory = torch.channels_last if channels_last else torch.contiguous_format
        self.net = net.to(memory_format=self.memory).train()
        self.weights, self.hnet, self.clip = weights, hnet, clip
        self.adam = torch.optim.Adam(net.parameters(), betas=(0.9, 0.999), eps=1e-8)

    def step(
        self, rate: float, features: torch.Tensor, references: torch.Tensor, active: torch.Tensor, onset: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """One step on input [B, 5 T, 64, C], references [B, T, N, 3], active and onset [B, T, N]; the terms of its loss."""
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.adam.zero_grad()
        directions, logits = self.net(features.permute(0, 3, 1, 2).contiguous(memory_format=self.memory))
        loss = tracking_loss(
            directions.reshape(references.shape), logits, references, active, onset, self.weights, self.hnet)
        loss["total"].backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.clip)
        self.adam.step()
        return {name: loss[name].item() for name in ["mse", "motp", "mota", "activity", "total"] if name in loss}


def opened(path: str | Path) -> safe_open:
    if not Path(path).exists():
        raise data.DataError(f"{path}: expected a safetensors file, found none")
    return safe_open(path, "pt")


def below(file: safe_open, prefix: str) -> dict[str, torch.Tensor]:
    """The tensors whose names begin with a prefix, under the rest of their names."""
    return {name[len(prefix):]: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}


def hungarian(tensors: dict[str, torch.Tensor], tracks: int) -> HungarianNet | None:
    """A frozen Hungarian network, or None without tensors."""
    if not tensors:
        return None
    found, width = tensors["association.weight"].shape
    if found != tracks:
        raise data.DataError(f"Hungarian network: expected one of {tracks} tracks, found one of {found}")
    return HungarianNet(tracks, width).load_named(tensors).requires_grad_(False)


def replay(options: argparse.Namespace) -> int:
    """The steps that bearing recorded, taken again; the exit status."""
    file = opened(options.replay)
    facts = file.metadata()

    def number(key: str) -> int:
        return int(facts[key])

    batch, blocks, tracks = number("batch"), number("blocks"), number("maximum_tracks")
    net = DOAnet(
        facts["form"], number("channels"), filters=number("filters"), gru=number("gru_width"),
        head=number("head_width"), tracks=tracks).load_named(below(file, "parameters."))
    weights = Weights(*(float(weight) for weight in facts["weights"].split(",")),
                      association_gradient=float(facts["association_gradient"]))
    hnet = hungarian(below(file, "hnet."), tracks)
    trainer = Trainer(net, weights, hnet, float(facts["clip"]), options.channels_last)
    rates, ours = file.get_tensor("rates").double(), file.get_tensor("losses").double()
    worst = 0.0
    print("step       bearing     PyTorch    relative difference")
    for step in range(number("steps")):
        shapes = {
            "input": (blocks * data.FRAMES, data.BANDS, number("channels")), "references": (blocks, tracks, 3),
            "active": (blocks, tracks), "onset": (blocks, tracks),
        }
        parts = [file.get_tensor(f"step{step}.{name}").reshape(batch, *shape) for name, shape in shapes.items()]
        loss = trainer.step(rates[step].item(), *parts)["total"]
        difference = abs(loss - ours[step].item()) / max(abs(ours[step].item()), 1e-12)
        worst = max(worst, difference if math.isfinite(difference) else math.inf)
        print(f"{step + 1:4d} {ours[step].item():13.7f} {loss:11.7f}    {difference:.1e}")
    print(f"largest relative difference {worst:.1e}, {'within' if worst <= TOLERANCE else 'beyond'} {TOLERANCE:.0e}")
    return 0 if worst <= TOLERANCE else 1


def rate(step: int, options: argparse.Namespace) -> float:
    """Up to the highest over the warm-up, then down half a cosine to 1 % at the last step."""
    if step < options.warmup:
        return options.learning_rate * (step + 1) / options.warmup
    progress = min((step - options.warmup) / max(1, options.steps - options.warmup), 1)
    return options.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))


def state(net: DOAnet) -> dict[str, torch.Tensor]:
    """Parameters and running statistics by our names."""
    return net.named(lambda p: p.data) | net.statistics()


def train(options: argparse.Namespace) -> int:
    torch.manual_seed(options.seed)
    recordings = data.training_recordings(options.dataset, options.cache, options.features, options.max_tracks)
    if options.scaler_from:
        file = opened(options.scaler_from)
        scaling = tuple(file.get_tensor(f"scaler.{name}").numpy() for name in ["mean", "deviation"])
    else:
        scaling = data.scaler(recordings, options.features)
    weights = Weights(*options.weights, association_gradient=options.association_gradient)
    hnet = None
    if weights.needs_association():
        if not options.hnet:
            raise data.DataError("--weights: expected --hnet beside every term but the first, found none")
        hnet = hungarian(below(opened(options.hnet), ""), options.max_tracks)
    net = DOAnet(
        options.form, data.KINDS[options.features], filters=options.filters, gru=options.gru_width, tracks=options.max_tracks)
    trainer = Trainer(net, weights, hnet, clip=5, channels_last=options.channels_last)
    batches = data.Batches(
        recordings, options.features, options.batch, options.blocks, scaling, options.seed, options.augment)
    averaged = state(net)
    print(f"{len(recordings)} recordings, {sum(p.numel() for p in net.parameters())} parameters, PyTorch {torch.__version__}")

    untimed = min(2, options.steps - 1)  # PyTorch's first steps set things up
    report, sums, seconds = max(1, options.steps // 20), {}, 0.0
    for step in range(options.steps):
        began = time.perf_counter()
        terms = trainer.step(rate(step, options), *(torch.from_numpy(part) for part in batches.draw()))
        if not math.isfinite(terms["total"]):
            raise data.DataError(f"step {step + 1}: expected a finite loss, found {terms['total']}: lower --learning-rate")
        keep = min(options.averaging, (step + 1) / (step + 10))
        for name, value in state(net).items():
            averaged[name].lerp_(value, 1 - keep)
        seconds += time.perf_counter() - began if step >= untimed else 0
        sums = {name: sums.get(name, 0) + value for name, value in terms.items()}
        if (step + 1) % report == 0:
            print(f"step {step + 1}: " + ", ".join(f"{name} {value / report:.4f}" for name, value in sums.items()), flush=True)
            sums = {}
    audio = (options.steps - untimed) * options.batch * options.blocks * 0.1
    print(f"speed     {audio / seconds:.1f} audio-seconds a second ({options.threads} threads, all that a step takes)")
    save(options, averaged, scaling, weights)
    return 0


def save(options: argparse.Namespace, tensors: dict[str, torch.Tensor], scaling: tuple[Any, Any], weights: Weights) -> None:
    """A model file as Sources/Formats/ModelFile.swift reads it, with the gate's defaults."""
    facts = {
        "format": "bearing-doanet-1", "form": options.form, "bands": data.BANDS, "filters": options.filters,
        "gru_width": options.gru_width, "head_width": 128, "maximum_tracks": options.max_tracks, "look_ahead": 0,
        "features": options.features, "sample_rate": 24000,
        "array": "foa" if options.features == "foa-intensity" else "tetrahedral",
        "gate.open_threshold": 0.6, "gate.open_blocks": 2, "gate.stay_threshold": 0.4, "gate.coast_blocks": 4,
        "gate.jump_degrees": 20.0, "gate.duplicate_degrees": 5.0,
        "fact.training.data": Path(options.dataset).resolve().name, "fact.training.seed": options.seed,
        "fact.training.settings": f"PyTorch {torch.__version__}, {weights}, {options.steps} steps of {options.batch} sequences "
        f"of {options.blocks} blocks, rate {options.learning_rate}",
    }
    tensors = tensors | {f"scaler.{name}": torch.from_numpy(part) for name, part in zip(["mean", "deviation"], scaling)}
    save_file({name: value.contiguous() for name, value in tensors.items()}, options.out, {k: str(v) for k, v in facts.items()})


def numbers(text: str) -> list[float]:
    values = [float(part) for part in text.split(",")]
    if len(values) not in (4, 5):
        raise argparse.ArgumentTypeError(f"expected mse,motp,mota,activity and perhaps the weight of a switch, found {text}")
    return values


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replay", metavar="FILE", help="steps that bearing recorded, with all that they depend on")
    parser.add_argument("--dataset", metavar="DIR")
    parser.add_argument("--cache", metavar="DIR", help="features of the data set's training recordings, as bearing left them")
    parser.add_argument("--out", metavar="FILE")
    parser.add_argument("--features", choices=list(data.KINDS), default="foa-intensity")
    parser.add_argument("--form", choices=["live", "paper"], default="live")
    parser.add_argument("--filters", type=int, default=128)
    parser.add_argument("--gru-width", type=int, default=128)
    parser.add_argument("--max-tracks", type=int, default=2)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--blocks", type=int, default=50)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--warmup", type=int, default=200, help="steps")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--averaging", type=float, default=0.998, help="weight of the past in the written average")
    parser.add_argument("--weights", type=numbers, default=[0, 1, 1, 1], help="mse,motp,mota,activity[,switch]")
    parser.add_argument("--association-gradient", type=float, default=0.05, help="share of the gradient that passes through Hnet")
    parser.add_argument("--hnet", metavar="FILE", help="a trained Hungarian network (bearing-hnet-1)")
    parser.add_argument("--scaler-from", metavar="MODEL", help="a model file's scaler; default: of the data set")
    parser.add_argument("--augment", action="store_true", help="random level, and rotations for FOA, as bearing's default")
    parser.add_argument("--channels-last", action="store_true", help="PyTorch's other memory format for the convolutions")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not options.replay and not (options.dataset and options.cache and options.out):
        parser.error("expected --replay, or --dataset, --cache and --out")
    if options.steps < 1 or options.batch < 1 or options.blocks < 2:
        parser.error("expected at least one step, one sequence and two blocks")
    return options


def main() -> int:
    options = arguments()
    torch.set_num_threads(options.threads)
    try:
        return replay(options) if options.replay else train(options)
    except data.DataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
