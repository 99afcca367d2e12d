"""Writes Tests/Fixtures/Losses/losses.safetensors: the losses of tracking_losses.py and their gradients, in double precision,
for small batches that meet every branch, and a Hungarian network on its own, forward and backward."""

from __future__ import annotations

from dataclasses import astuple

import torch
from torch.nn import functional as F

from networks import write
from tracking_losses import HungarianNet, Weights, tracking_loss

WIDTH = 6
# Of each sequence and slot: o = first block of an event, a = active, . = absent. Sequence 1 begins within one, 2 is silent.
EVENTS = [
    ["oaaaaoaaa.oa", "..oaaaaa....", ".oaa..oaaoaa"],
    ["...oaa..oaaa", "aaaaaaaaaaaa", ".....oaaaa.."],
    ["............", "............", "............"],
]
SETTINGS = {
    "mse": Weights(mse=1), "motp": Weights(motp=1), "mota": Weights(mota=1), "activity": Weights(activity=1),
    "all": Weights(motp=1, mota=0.5, activity=0.7, switch=1.3),
}
double = dict(dtype=torch.double)


def single(x: torch.Tensor) -> torch.Tensor:
    """The numbers that a float holds, so that an implementation may keep its inputs in single precision."""
    return x.float().double()


def hungarian(tracks: int) -> HungarianNet:
    """Weights large enough for associations on both sides of 0.5."""
    hnet = HungarianNet(tracks, WIDTH).double()
    with torch.no_grad():
        for parameter in hnet.parameters():
            parameter.copy_(single(torch.empty_like(parameter).uniform_(-1.2, 1.2)))
    return hnet.requires_grad_(False)


def batch(events: list[list[str]]) -> dict[str, torch.Tensor]:
    """Sources that wander, regressors near them in an order of their own that sometimes changes."""
    letters = torch.tensor([[[ord(c) for c in slot] for slot in sequence] for sequence in events]).transpose(1, 2)
    active, onset = (letters != ord(".")).double(), (letters == ord("o")).double()
    size = active.shape
    x = torch.randn(*size, 3, **double)
    for t in range(1, size[1]):
        new = onset[:, t].bool().unsqueeze(-1)
        x[:, t] = torch.where(new, x[:, t], x[:, t - 1] + 0.15 * x[:, t])
    x = single(F.normalize(x, dim=-1)) * active.unsqueeze(-1)
    v = x + 0.3 * torch.randn(*size, 3, **double)
    flipped = torch.rand(size[:2]) < 0.25
    v = single(torch.where(flipped[..., None, None], v.flip(2), v) * torch.empty(*size, 1, **double).uniform_(0.4, 1.4))
    v[0, 1, 0] = single(0.5 * x[0, 1, 0])  # nearly no distance
    v[0, 2] = single(v[0, 2] * 0.01)  # nearly no length
    logits = 2 * torch.randn(size, **double)
    logits[0, 3], logits[1, 4], logits[2, 5] = 40, -40, 60
    return dict(v=v, l=single(logits), x=x, active=active, onset=onset)


def check(parts: dict[str, torch.Tensor], active: torch.Tensor, onset: torch.Tensor) -> list[str]:
    """A fixture is worth nothing where a branch is missed, or where single precision could take another one."""
    a, last, target = parts["A"], parts["last"], parts["target"]
    best, row = a.max(dim=2)
    present = active.bool()
    ordered = a.sort(dim=2, descending=True).values
    matched = present & (best > 0.5)
    previous = torch.cat([torch.full_like(row[:, :1], -1), row[:, :-1]], 1)
    before = torch.cat([torch.zeros_like(matched[:, :1]), matched[:, :-1]], 1)
    wanted = {
        "associations clear of 0.5": (a - 0.5).abs().min() > 1e-3,
        "largest rows clear of the next": ((ordered[:, :, 0] - ordered[:, :, 1])[matched] > 1e-3).all(),
        "switch mass": parts["switches"] > 0.1,
        "matched and unmatched references": matched.any() and (present & ~matched).any(),
        "a match from more than a block ago": (present & ~onset.bool() & ~before & (last >= 0)).any(),
        "a match that moves to another row": (matched & before & ~onset.bool() & (row != previous)).any(),
        "a match forgotten at an onset": (onset.bool() & before & (last < 0)).any(),
        "no match yet": (present & ~onset.bool() & (last < 0)).any(),
        "both activity targets": target.min() == 0 and target.max() == 1,
        "a row matched to an absent reference only": ((a * ~present.unsqueeze(2)).amax(3) > 0.5)[target == 0].any(),
        "silent blocks": (active.sum(2) == 0).any(),
    }
    return [name for name, holds in wanted.items() if not holds]


def losses(name: str, events: list[list[str]], seed: int, demanding: bool = True) -> tuple[dict[str, torch.Tensor], list[str]]:
    torch.manual_seed(seed)
    inputs, hnet = batch(events), hungarian(len(events[0]))
    tensors = {f"{name}.{key}": value for key, value in inputs.items()}
    tensors |= {f"{name}.hnet.{key}": value for key, value in hnet.named().items()}
    for setting, weights in SETTINGS.items():
        v, logits = inputs["v"].clone().requires_grad_(), inputs["l"].clone().requires_grad_()
        parts = tracking_loss(v, logits, inputs["x"], inputs["active"], inputs["onset"], weights, hnet)
        slopes = torch.autograd.grad(parts["total"], [v, logits], allow_unused=True, materialize_grads=True)
        tensors |= {f"{name}.{setting}.{term}": parts[term] for term in ["mse", "motp", "mota", "activity", "total"]}
        tensors[f"{name}.{setting}.weights"] = torch.tensor(astuple(weights), **double)
        tensors |= {f"{name}.{setting}.gradient.{of}": slope for of, slope in zip("vl", slopes)}
    missed = check(parts, inputs["active"], inputs["onset"]) if demanding else []
    return tensors | {f"{name}.A": parts["A"], f"{name}.D": parts["D"]}, missed


def first_complete(name: str, events: list[list[str]]) -> dict[str, torch.Tensor]:
    """The batch of the first seed that meets every branch."""
    for seed in range(1000):
        tensors, missed = losses(name, events, seed)
        if not missed:
            print(f"{name}: seed {seed}")
            return tensors
    raise SystemExit(f"{name}: no seed below 1000 meets every branch; the last missed {missed}")


def network(tracks: int, matrices: int = 7) -> dict[str, torch.Tensor]:
    """A Hungarian network alone: the slopes of a random sum of its logits, row maxima and column maxima."""
    torch.manual_seed(20 + tracks)
    name = f"hnet{tracks}"
    hnet = hungarian(tracks).requires_grad_(True)
    d = 2 * torch.rand(matrices, tracks, tracks, **double)
    d[torch.rand(d.shape) < 0.2] = 10
    d[0, 0] = 4.5  # a row out of range, and below a column
    d[1, :, -1] = 80
    d = single(d).requires_grad_()
    logits = hnet(d)
    rows, columns = logits.amax(2), logits.amax(1)
    slopes = [single(torch.randn_like(y)) for y in (logits, rows, columns)]
    sum((y * slope).sum() for y, slope in zip((logits, rows, columns), slopes)).backward()
    assert (d.grad[d > 4] == 0).all() and (d.grad[d < 4] != 0).all()
    tensors = {f"{name}.D": d, f"{name}.logits": logits, f"{name}.gradient.D": d.grad}
    tensors |= {f"{name}.slope.{of}": slope for of, slope in zip(["logits", "rows", "columns"], slopes)}
    for key, parameter in hnet.named().items():
        tensors |= {f"{name}.{key}": parameter, f"{name}.gradient.{key}": parameter.grad}
    return tensors


if __name__ == "__main__":
    torch.set_num_threads(1)
    tensors = {}
    for tracks in [2, 3]:
        tensors |= first_complete(f"n{tracks}", [sequence[:tracks] for sequence in EVENTS])
        tensors |= network(tracks)
    # No source in the whole batch: every denominator at its floor, every gradient finite.
    tensors |= losses("silent", 3 * [["......", "......"]], seed=1, demanding=False)[0]
    assert all(value.isfinite().all() for value in tensors.values())
    write("Losses/losses.safetensors", tensors)
