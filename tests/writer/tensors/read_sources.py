"""Sources read whole, for comparison with what is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.model_sources import model_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource


def sources(model: Any) -> dict[str, TensorSource]:
    """The tensors of `model` by name; none may be refused."""
    found = list(model_sources(model))
    assert not [each for each in found if isinstance(each, Refused)]
    return {each.name: each for each in found if isinstance(each, TensorSource)}


def refusals(model: Any) -> dict[str, str]:
    """What is refused of `model`, and why."""
    return {each.name: each.reason for each in model_sources(model) if isinstance(each, Refused)}


def values(source: TensorSource) -> NDArray[Any]:
    """All values in their shape, read in pieces of odd sizes that must agree with the whole."""
    read = source.open()
    whole = read(0, source.size)
    step = max(1, source.size // 3)
    starts = range(0, source.size, step)
    pieces = [read(start, min(start + step, source.size)) for start in starts]
    np.testing.assert_array_equal(np.concatenate(pieces) if pieces else whole, whole)
    return whole.reshape(source.shape)


def all_values(model: Any) -> dict[str, NDArray[Any]]:
    return {name: values(source) for name, source in sources(model).items()}
