"""Weights as forward uses them, where a module stores something else that it computes them from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.efficiency.packed_weights import LogicalWeight, nncf_weights, packed_weights

if TYPE_CHECKING:
    from torch import Tensor, nn


def logical_weights(module: nn.Module) -> Iterator[LogicalWeight]:
    """The weights of `module` itself that it computes: parametrized, normalised, packed.

    They are those that `m.weights` shows as one tensor.
    """
    for name in getattr(module, "parametrizations", None) or ():
        yield LogicalWeight(name, partial(getattr, module, name), (f"parametrizations.{name}.",))
    for hook in getattr(module, "_forward_pre_hooks", {}).values():
        name = getattr(hook, "name", None)
        if isinstance(name, str) and callable(getattr(hook, "compute_weight", None)):
            replaces = tuple(f"{name}_{end}" for end in ("g", "v", "orig", "u"))
            yield LogicalWeight(name, partial(_normalised, hook, module), replaces)
    for name, parameter in getattr(module, "_parameters", {}).items():
        if hasattr(parameter, "__tensor_flatten__"):
            # Some save their parts one by one, as quanto does.
            yield LogicalWeight(name, partial(getattr, module, name), (f"{name}.", name))
    yield from packed_weights(module)
    yield from nncf_weights(module)


def _normalised(hook: Any, module: nn.Module) -> Tensor:
    spectral = type(hook).__name__ == "SpectralNorm"
    options = {"do_power_iteration": False} if spectral else {}
    found: Tensor = hook.compute_weight(module, **options)
    return found
