"""The losses of Adavanne, Politis and Virtanen (WASPAA 2021, sections II and III) in PyTorch, from their formulas: the
oracle of the losses in Sources/Training, and what tools/benchmarks/train_pytorch.py trains with.

Index i is a regressor (a row), j a reference slot (a column), of block t and sequence b; sums run over the whole batch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

OUT_OF_RANGE = 4.0  # what is farther is equally far for Hnet; unit vectors are 2 apart at most
ABSENT = 10.0  # the distance of everything from a reference that is not there
SHARPNESS, DELTA = 10.0, 0.5  # of dMOTa's soft choice, after Xu et al. (DeepMOT, CVPR 2020)


class HungarianNet(nn.Module):
    """Figure 2: distances [..., N rows, N columns] to logits of "row i is column j", of the same shape."""

    def __init__(self, tracks: int, width: int = 128) -> None:
        super().__init__()
        self.recurrent = nn.GRU(tracks, width, batch_first=True)
        self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.association = nn.Linear(width, tracks)

    def forward(self, distances: torch.Tensor) -> torch.Tensor:
        shape = distances.shape
        rows, _ = self.recurrent(distances.clamp(max=OUT_OF_RANGE).reshape(-1, *shape[-2:]))
        weights = torch.softmax(self.query(rows) @ self.key(rows).transpose(1, 2), dim=-1)
        return self.association(torch.tanh(weights @ self.value(rows))).reshape(shape)

    def named(self) -> dict[str, torch.Tensor]:
        """Our name -> parameter, of the same layout in PyTorch and here."""
        recurrent = self.recurrent
        return {
            "recurrent.input.weight": recurrent.weight_ih_l0, "recurrent.input.bias": recurrent.bias_ih_l0,
            "recurrent.hidden.weight": recurrent.weight_hh_l0, "recurrent.hidden.bias": recurrent.bias_hh_l0,
            "attention.query.weight": self.query.weight, "attention.key.weight": self.key.weight,
            "attention.value.weight": self.value.weight,
            "association.weight": self.association.weight, "association.bias": self.association.bias,
        }

    def load_named(self, tensors: dict[str, torch.Tensor]) -> HungarianNet:
        with torch.no_grad():
            for name, parameter in self.named().items():
                parameter.copy_(tensors[name])
        return self


@dataclass
class Weights:
    """What each term counts for in the total, an identity switch within dMOTa, and how much gradient passes the association."""

    mse: float = 0
    motp: float = 0
    mota: float = 0
    activity: float = 0
    switch: float = 1
    association_gradient: float = 1

    def needs_association(self) -> bool:
        return bool(self.motp or self.mota or self.activity)


def distances(directions: torch.Tensor, references: torch.Tensor, active: torch.Tensor) -> torch.Tensor:
    """[..., N, N]: |u_i - x_j| of unit predictions u = v / |v|, or a constant where j is absent."""
    u = directions / (directions.square().sum(-1, keepdim=True) + 1e-12).sqrt()
    difference = u.unsqueeze(-2) - references.unsqueeze(-3)
    distance = (difference.square().sum(-1) + 1e-12).sqrt()
    return torch.where(active.bool().unsqueeze(-2), distance, torch.full_like(distance, ABSENT))


def last_matches(association: torch.Tensor, active: torch.Tensor, onset: torch.Tensor) -> torch.Tensor:
    """[B, T, N]: the row that each reference was last matched to, -1 where it has none.

    A match is the largest of the rows above 0.5; the latest block of the same event that has one counts, before block t.
    """
    best, row = association.detach().max(dim=2)
    last = torch.full_like(row[:, 0], -1)
    result = []
    for t in range(association.shape[1]):
        present = active[:, t].bool()
        last = torch.where(present & ~onset[:, t].bool(), last, torch.full_like(last, -1))
        result.append(last)
        last = torch.where(present & (best[:, t] > 0.5), row[:, t], last)
    return torch.stack(result, dim=1)


def tracking_loss(
    directions: torch.Tensor, logits: torch.Tensor, references: torch.Tensor, active: torch.Tensor, onset: torch.Tensor,
    weights: Weights, hnet: HungarianNet | None = None
) -> dict[str, torch.Tensor]:
    """The terms and their weighted sum, as a dictionary of scalars: mse, motp, mota, activity, total (and A, D, last).

    directions [B, T, N, 3] are raw outputs, logits [B, T, N] of activity, references [B, T, N, 3] unit vectors, active and
    onset [B, T, N] 0 or 1; onset is 1 in the first block of an event. Without `hnet` there is only the first term.
    """
    present = active.unsqueeze(-1)
    absent = torch.tensor([0, 0, 1], dtype=directions.dtype)
    mse = (directions - torch.where(present.bool(), references, absent)).square().mean()
    if hnet is None:
        return {"mse": mse, "total": weights.mse * mse}

    d = distances(directions, references, active)
    a = torch.sigmoid(hnet(d))  # [B, T, N rows, N columns]
    a = a.detach() + weights.association_gradient * (a - a.detach())
    column = active.unsqueeze(-2)
    matched = column * a
    motp = (matched * d).sum() / matched.sum().clamp(min=1e-6)

    # An appended row (column) of 0.5 takes what no regressor (reference) claims.
    unclaimed = math.exp(SHARPNESS * DELTA)
    claims = torch.exp(SHARPNESS * a)
    misses = active * unclaimed / (unclaimed + claims.sum(2))
    false_alarms = torch.sigmoid(logits) * unclaimed / (unclaimed + (column * claims).sum(3))
    last = last_matches(a, active, onset)
    held = a.gather(2, last.clamp(min=0).unsqueeze(2)).squeeze(2)
    switches = (last >= 0) * (a.sum(2) - held)
    mota = (false_alarms.sum() + misses.sum() + weights.switch * switches.sum()) / active.sum().clamp(min=1)

    target = (matched.detach().amax(3) > 0.5).to(logits.dtype)
    activity = F.binary_cross_entropy_with_logits(logits, target)
    total = weights.mse * mse + weights.motp * motp + weights.mota * mota + weights.activity * activity
    return {
        "mse": mse, "motp": motp, "mota": mota, "activity": activity, "total": total,
        "A": a, "D": d, "last": last, "switches": switches.sum(), "target": target,
    }
