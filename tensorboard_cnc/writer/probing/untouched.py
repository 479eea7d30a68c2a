"""Runs a network in evaluation mode and leaves everything about it as it was, also on error."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np


@contextmanager
def untouched(net: Any) -> Iterator[None]:
    """Evaluation mode without gradients; afterwards modes, buffers and random states are back."""
    import torch

    with kept_random_states(net), torch.no_grad(), _kept_modes(net), _kept_buffers(net):
        net.eval()
        yield


@contextmanager
def kept_random_states(net: Any) -> Iterator[None]:
    """Whatever is drawn inside, from torch, NumPy or Python, can be drawn again afterwards."""
    import torch

    devices = {tensor.device for tensor in net.parameters() if tensor.device.type == "cuda"}
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(devices=sorted(devices, key=str)))
        stack.callback(random.setstate, random.getstate())
        stack.callback(np.random.set_state, np.random.get_state())
        yield


@contextmanager
def _kept_modes(net: Any) -> Iterator[None]:
    modes = [(module, module.training) for module in net.modules()]
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


@contextmanager
def _kept_buffers(net: Any) -> Iterator[None]:
    """Observers count and caches grow in evaluation mode too."""
    import torch

    kept = [
        (module._buffers, name, buffer, None if buffer is None else buffer.detach().clone())
        for module in net.modules()
        for name, buffer in module._buffers.items()
    ]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffers, name, buffer, value in kept:
                buffers[name] = buffer
                if buffer is not None and value is not None:
                    _restore(buffer, value)


def _restore(buffer: Any, value: Any) -> None:
    if buffer.shape != value.shape:
        buffer.resize_(value.shape)
    buffer.copy_(value)
