"""The network of a model file in PyTorch, after figure 1 of Adavanne, Politis and Virtanen, WASPAA 2021."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from .model import Model

#: Frames of 20 ms in a block of 100 ms.
FRAMES_PER_BLOCK = 5
#: Pooling over time and bands behind each convolution.
POOLING = ((FRAMES_PER_BLOCK, 2), (1, 2), (1, 2))
_EPSILON = 1e-5


class DOAnet(nn.Module):
    """Features [batch, frames, bands, channels], not scaled, frames a multiple of 5.

    Returns directions [batch, blocks, tracks, 3] (x front, y left, z up; not of unit length) and logits of activities
    [batch, blocks, tracks]. A network with look-ahead reports block k - `look_ahead` in row k.
    """

    def __init__(self, *, causal: bool, channels: int, bands: int, filters: int, gru: int, head: int, tracks: int) -> None:
        super().__init__()
        self.causal = causal
        self.tracks = tracks
        self.look_ahead = 0
        self.convolutions = nn.ModuleList(nn.Conv2d(channels if i == 0 else filters, filters, 3, bias=False) for i in range(3))
        self.normalizations = nn.ModuleList(nn.BatchNorm2d(filters, eps=_EPSILON) for _ in range(3))
        self.recurrent = nn.GRU(bands // 8 * filters, gru, num_layers=2, batch_first=True, bidirectional=not causal)
        self.heads = nn.ModuleDict({
            name: nn.ModuleList([nn.Linear(gru, head), nn.Linear(head, head), nn.Linear(head, outputs)])
            for name, outputs in (("direction", 3 * tracks), ("activity", tracks))})
        self.register_buffer("mean", torch.zeros(bands, channels))
        self.register_buffer("deviation", torch.ones(bands, channels))

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # [batch, channels, frames, bands]
        x = ((features - self.mean) / self.deviation).permute(0, 3, 1, 2)
        before, after = (2, 0) if self.causal else (1, 1)
        for convolution, normalization, window in zip(self.convolutions, self.normalizations, POOLING):
            x = convolution(functional.pad(x, (1, 1, before, after)))
            x = functional.max_pool2d(functional.relu(normalization(x)), window)
        x, _ = self.recurrent(x.permute(0, 2, 3, 1).flatten(2))
        if not self.causal:
            forward, backward = torch.tanh(x).chunk(2, dim=-1)
            x = forward * backward
        directions = torch.tanh(self._head("direction", x))
        return directions.unflatten(2, (self.tracks, 3)), self._head("activity", x)

    def _head(self, name: str, x: torch.Tensor) -> torch.Tensor:
        first, second, last = self.heads[name]
        return last(functional.relu(second(functional.relu(first(x)))))

    @classmethod
    def load(cls, model: Model, prefix: str, form: str) -> DOAnet:
        """The network whose parameters are tensors of a file."""
        def tensor(name: str) -> torch.Tensor:
            return torch.tensor(model.values(prefix + name)).reshape(model.shape(prefix + name))

        _, _, channels, filters = model.shape(f"{prefix}convolution.0.weight")
        width, inputs = model.shape(f"{prefix}recurrent.0.forward.input.weight")
        head, _ = model.shape(f"{prefix}direction.0.weight")
        tracks, _ = model.shape(f"{prefix}activity.2.weight")
        network = cls(causal=form == "live", channels=channels, bands=8 * inputs // filters, filters=filters, gru=width // 3, head=head,
                      tracks=tracks)
        values: dict[str, torch.Tensor] = {}
        for i in range(3):
            values[f"convolutions.{i}.weight"] = tensor(f"convolution.{i}.weight").permute(3, 2, 0, 1)
            for theirs, ours in (("weight", "weight"), ("bias", "bias"), ("running_mean", "mean"), ("running_var", "variance")):
                values[f"normalizations.{i}.{theirs}"] = tensor(f"normalization.{i}.{ours}")
        for layer in range(2):
            for suffix, direction in (("", "forward"),) if form == "live" else (("", "forward"), ("_reverse", "backward")):
                for kind in ("weight", "bias"):
                    for theirs, ours in (("ih", "input"), ("hh", "hidden")):
                        values[f"recurrent.{kind}_{theirs}_l{layer}{suffix}"] = tensor(f"recurrent.{layer}.{direction}.{ours}.{kind}")
        for name in ("direction", "activity"):
            for i in range(3):
                for kind in ("weight", "bias"):
                    values[f"heads.{name}.{i}.{kind}"] = tensor(f"{name}.{i}.{kind}")
        for name in ("mean", "deviation"):
            if f"{prefix}scaler.{name}" in model.names:
                values[name] = tensor(f"scaler.{name}")
        network.to(values["convolutions.0.weight"].dtype)
        missing, surplus = network.load_state_dict(values, strict=False)
        unknown = [name for name in missing if not name.endswith("num_batches_tracked") and name not in ("mean", "deviation")]
        if unknown or surplus:
            raise ValueError(f"{model.path}: expected all parameters of the network, found none of {', '.join(unknown + surplus)}")
        network.look_ahead = int(model.metadata.get("look_ahead", 0))
        return network.eval()
