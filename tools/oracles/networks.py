"""Writes Tests/Fixtures/Networks/<form>.safetensors and Tests/Fixtures/Kernels/kernels.safetensors: what PyTorch makes of a
small DOAnet, forward and backward, and of single operations, in double precision."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from doanet import DOAnet

FIXTURES = Path(__file__).parents[2] / "Tests/Fixtures"


def network(form: str) -> None:
    torch.manual_seed(2021)
    net = DOAnet(form, channels=3, bands=16, filters=4, gru=5, head=6, tracks=2).double()
    for normalization in net.normalizations:  # gains of both signs, statistics that are not the identity
        nn.init.uniform_(normalization.weight, -1, 1.5)
        nn.init.uniform_(normalization.bias, -0.5, 0.5)
        nn.init.uniform_(normalization.running_mean, -0.5, 0.5)
        nn.init.uniform_(normalization.running_var, 0.5, 2)
    x = torch.randn(2, 20, 16, 3, dtype=torch.double)
    tensors = {"input": x}
    tensors |= {f"parameters.{name}": value for name, value in net.named(lambda p: p).items()}
    tensors |= {f"before.{name}": value for name, value in net.statistics().items()}
    channels_first = x.permute(0, 3, 1, 2)
    net.eval()
    with torch.no_grad():
        directions, activity = net(channels_first)
    tensors |= {"inference.directions": directions, "inference.activity": activity}
    net.train()
    directions, activity = net(channels_first)
    direction_gradient, activity_gradient = torch.randn_like(directions), torch.randn_like(activity)
    ((directions * direction_gradient).sum() + (activity * activity_gradient).sum()).backward()
    tensors |= {
        "training.directions": directions, "training.activity": activity,
        "gradient.directions": direction_gradient, "gradient.activity": activity_gradient,
    }
    tensors |= {f"gradients.{name}": value for name, value in net.named(lambda p: p.grad).items()}
    tensors |= {f"after.{name}": value for name, value in net.statistics().items()}
    write(f"Networks/{form}.safetensors", tensors)


def kernels() -> None:
    torch.manual_seed(7)
    double = dict(dtype=torch.double)
    tensors = {}
    for form, padding in [("causal", (1, 1, 2, 0)), ("symmetric", (1, 1, 1, 1))]:
        x = torch.randn(6, 4, 3, requires_grad=True, **double)  # time, band, channel
        weight = torch.randn(3, 3, 3, 5, requires_grad=True, **double)
        y = F.conv2d(F.pad(x.permute(2, 0, 1)[None], padding), weight.permute(3, 2, 0, 1))[0].permute(1, 2, 0)
        slope = torch.randn_like(y)
        (y * slope).sum().backward()
        tensors |= {
            f"{form}.input": x, f"{form}.weight": weight, f"{form}.output": y, f"{form}.gradient": slope,
            f"{form}.input_gradient": x.grad, f"{form}.weight_gradient": weight.grad,
        }
    gru = nn.GRU(4, 3, batch_first=True, bidirectional=True).double()
    x = torch.randn(2, 5, 4, requires_grad=True, **double)
    y, _ = gru(x)
    slope = torch.randn_like(y)
    (y * slope).sum().backward()
    tensors |= {"gru.input": x, "gru.output": y, "gru.gradient": slope, "gru.input_gradient": x.grad}
    for suffix, direction in [("", "forward"), ("_reverse", "backward")]:
        for theirs, ours in [("ih", "input"), ("hh", "hidden")]:
            for kind in ["weight", "bias"]:
                value = getattr(gru, f"{kind}_{theirs}_l0{suffix}")
                tensors[f"gru.{direction}.{ours}.{kind}"] = value
                tensors[f"gru.{direction}.{ours}.{kind}_gradient"] = value.grad
    write("Kernels/kernels.safetensors", tensors)


def write(name: str, tensors: dict[str, torch.Tensor]) -> None:
    target = FIXTURES / name
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.detach().clone().contiguous() for key, value in tensors.items()}, target)


if __name__ == "__main__":
    network("paper")
    network("live")
    kernels()
