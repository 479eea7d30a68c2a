"""Runs a model and leaves it, and the random states, as they were."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn


@contextmanager
def preserving_state(model: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients within the block, and then the state from before it.

    Restored, also on error: the training flag of every module, buffers (an observer counts its
    calls in them), tensors kept as plain attributes, and the random states of Python, NumPy and
    torch. Hooks of the user stay in place: pruning and parametrizations work by them.
    """
    import torch

    modules = list(model.modules())
    modes = [(module, module.training) for module in modules]
    attributes = [_tensor_attributes(module) for module in modules]
    contents = [(tensor, tensor.clone()) for tensor in _buffers(model)]
    with torch.no_grad(), preserving_random_states():
        try:
            for module in modules:
                module.training = False
            yield
        finally:
            for module, mode in modes:
                module.training = mode
            for namespace, kept in chain.from_iterable(attributes):
                _put_back(namespace, kept)
            for tensor, content in contents:
                _refill(tensor, content)


def _buffers(model: nn.Module) -> list[Tensor]:
    return [buffer for buffer in model.buffers() if not buffer.is_meta]


def _tensor_attributes(module: nn.Module) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The namespaces of `module` that hold tensors, each with the tensors in it."""
    import torch

    # A scripted module keeps its tensors out of Python's reach.
    if isinstance(module, torch.jit.ScriptModule):
        return []
    own = {name: value for name, value in vars(module).items() if isinstance(value, torch.Tensor)}
    return [(vars(module), own), (module._buffers, dict(module._buffers))]


def _put_back(namespace: dict[str, Any], kept: dict[str, Any]) -> None:
    for name, tensor in kept.items():
        if namespace.get(name) is not tensor:
            namespace[name] = tensor


def _refill(tensor: Tensor, content: Tensor) -> None:
    if tensor.shape != content.shape:
        tensor.resize_(content.shape)
    tensor.copy_(content)


@contextmanager
def preserving_random_states() -> Iterator[None]:
    """Puts the random states of torch, NumPy and Python back at the end of the block."""
    import torch

    python = random.getstate()
    # Only who has imported NumPy can have drawn from its generator.
    numpy = sys.modules.get("numpy")
    drawn = numpy.random.get_state() if numpy else None
    try:
        with torch.random.fork_rng():
            yield
    finally:
        random.setstate(python)
        if numpy:
            numpy.random.set_state(drawn)
