"""Models of Keras, which are modules where it runs on torch, and hold each variable many times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

# What is beside weights: statistics, states of random numbers, and how codes are scaled.
_ASIDE = re.compile(
    r"moving_(?:mean|variance)|seed_generator_state|g_idx|awq_scales|.*_(?:scale|zero|amax_history)"
)
_CODES = ("kernel", "embeddings")


def is_of(value: Any, package: str, kind: str) -> bool:
    """Whether it is of a class of this name in a package, without importing it."""
    return any(
        each.__name__ == kind and each.__module__.partition(".")[0] == package
        for each in type(value).__mro__
    )


def keras_tensors(model: Any) -> Iterator[tuple[str, Tensor, bool, Tensor]]:
    """The path of each variable once, what it stands for, if it was learned, and what is stored.

    Codes that are packed come one by one.
    """
    codes = dict(_codes(model))
    for variable in model.variables:
        stored: Tensor = variable.value
        last = variable.path.rpartition("/")[2]
        values = codes.get(id(variable), stored)
        yield variable.path, values, _ASIDE.fullmatch(last) is None, stored


def _codes(model: Any) -> Iterator[tuple[int, Tensor]]:
    for layer in model._flatten_layers():
        for name in _CODES if getattr(layer, "quantization_mode", None) == "int4" else ():
            packed = getattr(layer, f"_{name}", None)
            if packed is not None:
                yield id(packed), getattr(layer, name)
