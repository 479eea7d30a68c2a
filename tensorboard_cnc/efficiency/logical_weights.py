"""Weights as forward uses them, where a module stores something else that it computes them from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor, nn


class LogicalWeight(NamedTuple):
    """A weight by the name of its attribute.

    Attributes:
      compute: gives its values.
      replaces: the names of what is stored for it in the module's state; with a dot at the end,
        all names that begin so.
      stored: the tensors that it is kept in; None where its values alone count, such as of masks.
    """

    name: str
    compute: Callable[[], Tensor]
    replaces: tuple[str, ...]
    stored: tuple[Tensor, ...] | None = None


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
        elif getattr(parameter, "quant_state", None) is not None:
            yield _of_bitsandbytes(name, parameter)
    if isinstance(meta := getattr(module, "meta", None), dict) and "nbits" in meta:
        yield from _of_hqq(module, meta)


def _normalised(hook: Any, module: nn.Module) -> Tensor:
    spectral = type(hook).__name__ == "SpectralNorm"
    options = {"do_power_iteration": False} if spectral else {}
    found: Tensor = hook.compute_weight(module, **options)
    return found


def _of_bitsandbytes(name: str, parameter: Any) -> LogicalWeight:
    state = parameter.quant_state
    functional: Any = sys.modules["bitsandbytes"].functional
    parts = [parameter.data, state.absmax, getattr(state.state2, "absmax", None)]
    stored = tuple(each for each in parts if each is not None)
    compute = partial(functional.dequantize_4bit, parameter.data, state)
    return LogicalWeight(name, compute, (f"{name}.", name), stored)


def _of_hqq(module: Any, meta: dict[str, Any]) -> Iterator[LogicalWeight]:
    if module.W_q is None:
        return
    scales = (meta.get("scale"), meta.get("zero"))
    stored = (module.W_q.data, *(each for each in scales if each is not None))
    # What its state holds besides, such as the shape, is no tensor of the network.
    others = tuple(sorted(set(module.state_dict()) - {"bias"}))
    yield LogicalWeight("weight", module.dequantize, others, stored)
