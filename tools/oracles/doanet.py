"""DOAnet in PyTorch, after the paper's figure 1: the oracle of Sources/Networks, and the reference for training speed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

WINDOWS = [(5, 2), (1, 2), (1, 2)]


def branch(width: int, head: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, head), nn.ReLU(), nn.Linear(head, head), nn.ReLU(), nn.Linear(head, outputs))


class DOAnet(nn.Module):
    """Input [batch, channels, 5 T, bands]; output directions [batch, T, 3 tracks] and activity logits [batch, T, tracks]."""

    def __init__(
        self, form: str, channels: int = 7, bands: int = 64, filters: int = 128, gru: int = 128, head: int = 128,
        tracks: int = 2
    ) -> None:
        super().__init__()
        self.live = form == "live"
        self.convolutions = nn.ModuleList(
            nn.Conv2d(channels if i == 0 else filters, filters, 3, bias=False) for i in range(3))
        self.normalizations = nn.ModuleList(nn.BatchNorm2d(filters) for _ in range(3))
        self.recurrent = nn.GRU(
            bands // 8 * filters, gru, num_layers=2, batch_first=True, bidirectional=not self.live)
        self.direction = branch(gru, head, 3 * tracks)
        self.activity = branch(gru, head, tracks)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        for convolution, normalization, window in zip(self.convolutions, self.normalizations, WINDOWS):
            x = convolution(F.pad(x, (1, 1, 2, 0) if self.live else (1, 1, 1, 1)))
            x = F.max_pool2d(F.relu(normalization(x)), window)
        x = x.permute(0, 2, 3, 1).flatten(2)
        x, _ = self.recurrent(x)
        if not self.live:
            ahead, back = torch.tanh(x).chunk(2, dim=-1)
            x = ahead * back
        return torch.tanh(self.direction(x)), self.activity(x)

    def named(self, pick: Callable[[torch.Tensor], torch.Tensor]) -> dict[str, torch.Tensor]:
        """Our name -> tensor in our layout, of every parameter; `pick` selects its values or its gradient."""
        return {name: value.detach().clone().contiguous() for name, value in self.named_views(pick).items()}

    def named_views(self, pick: Callable[[torch.Tensor], torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same as views of what `pick` gives, through which it can be written."""
        result = {}
        for i, (convolution, normalization) in enumerate(zip(self.convolutions, self.normalizations)):
            result[f"convolution.{i}.weight"] = pick(convolution.weight).permute(2, 3, 1, 0)
            result[f"normalization.{i}.weight"] = pick(normalization.weight)
            result[f"normalization.{i}.bias"] = pick(normalization.bias)
        for layer in range(2):
            for suffix, direction in [("", "forward")] + ([] if self.live else [("_reverse", "backward")]):
                for theirs, ours in [("ih", "input"), ("hh", "hidden")]:
                    for kind in ["weight", "bias"]:
                        value = getattr(self.recurrent, f"{kind}_{theirs}_l{layer}{suffix}")
                        result[f"recurrent.{layer}.{direction}.{ours}.{kind}"] = pick(value)
        for name in ["direction", "activity"]:
            for i in range(3):
                layer = getattr(self, name)[2 * i]
                result[f"{name}.{i}.weight"] = pick(layer.weight)
                result[f"{name}.{i}.bias"] = pick(layer.bias)
        return result

    def load_named(self, tensors: dict[str, torch.Tensor]) -> DOAnet:
        """Copies parameters by our names and in our layouts, as returned by `named`."""
        with torch.no_grad():
            for name, view in self.named_views(lambda p: p.data).items():
                view.copy_(tensors[name])
        return self

    def statistics(self) -> dict[str, torch.Tensor]:
        """Our name -> running mean or variance."""
        result = {}
        for i, normalization in enumerate(self.normalizations):
            result[f"normalization.{i}.mean"] = normalization.running_mean.clone()
            result[f"normalization.{i}.variance"] = normalization.running_var.clone()
        return result
