"""Small networks, and what was logged of their sensitivity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.sensitivity import Sensitivity
from tensorboard_cnc.writer.sensitivity.resuming import logged_before


def layered(seed: int = 0) -> Any:
    """Three layers of one size and a head."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(),
        nn.Linear(16, 5),
    )  # fmt: skip


def probe(n: int = 64, width: int = 16, seed: int = 1) -> Tensor:
    return torch.randn(n, width, generator=torch.Generator().manual_seed(seed))


def logged(directory: Path, net: nn.Module, inputs: Any, **asked: Any) -> Sensitivity:
    """What `m.sensitivity` logged."""
    with cnc_summary.model(directory, "m") as m:
        m.sensitivity(net, inputs, progress=False, **asked)
    return stored(directory)


def stored(directory: Path) -> Sensitivity:
    """What a directory holds."""
    found = logged_before(str(directory), "m")
    assert found is not None
    return found


def state(net: nn.Module) -> dict[str, Any]:
    """All that must be as it was: values, where they lie, and what torch notes of them."""
    return {
        name: (each.detach().clone(), each.data_ptr(), each.requires_grad, each.grad)
        for name, each in (*net.named_parameters(), *net.named_buffers())
    }


def same_state(net: nn.Module, before: dict[str, Any]) -> bool:
    after = state(net)
    hooks = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.modules())
    forwards = [m for m in net.modules() if "forward" in vars(m)]
    return (
        after.keys() == before.keys()
        and all(
            torch.equal(after[name][0], before[name][0]) and after[name][1:] == before[name][1:]
            for name in before
        )
        and not hooks
        and not forwards
    )
