"""What a time depends on besides the model."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from tensorboard_cnc.efficiency.inputs import Inputs
from tensorboard_cnc.efficiency.state_tensors import parts, state_tensors

if TYPE_CHECKING:
    import torch
    from torch import nn


def conditions(model: nn.Module, inputs: Inputs, device: torch.device) -> dict[str, str]:
    """Device, threads, type of numbers, batch and versions, by name."""
    import torch

    found = {
        "device": _device_name(device),
        "threads": str(torch.get_num_threads()),
        "dtype": _dtype_name(model, inputs),
        "batch": "" if inputs.batch is None else str(inputs.batch),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda or "" if device.type == "cuda" else "",
    }
    return {name: value for name, value in found.items() if value}


def _device_name(device: torch.device) -> str:
    import torch

    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    return f"{device}, {platform.machine()}"


def _dtype_name(model: nn.Module, inputs: Inputs) -> str:
    """The type of the model's numbers; of several all, as in "float32, qint8"."""
    learned = (entry.tensor for entry in state_tensors(model) if entry.learned)
    names = {str(part.dtype) for tensor in learned for part in parts(tensor)}
    names = names or {str(tensor.dtype) for tensor in inputs.tensors()}
    return ", ".join(sorted(name.removeprefix("torch.") for name in names))
