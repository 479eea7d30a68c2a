"""Arrays of NumPy, or of any library that gives them to NumPy, and trees of them.

Variables of Keras and trees of Flax are known by their classes, and neither is imported.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.efficiency.keras_models import is_of
from tensorboard_cnc.wording import text_of, type_name
from tensorboard_cnc.writer.tensors.number_formats import as_floats
from tensorboard_cnc.writer.tensors.tensor_names import TensorName, buffer_or_parameter
from tensorboard_cnc.writer.tensors.tensor_source import (
    Read,
    Refused,
    TensorSource,
    channel_axis,
)
from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor

# A collection of Flax (linen).
_STATISTICS = "batch_stats."


def array_source(name: str, given: Any) -> TensorSource | Refused:
    """An array, or anything with ``__array__``, as a tensor."""
    learned = True
    if is_of(given, "flax", "Variable"):
        learned = is_of(given, "flax", "Param")
        given = given.get_value()
    try:
        array = np.asarray(given)
    except Exception as error:
        return Refused(name, f"a {type_name(given)} that gave no array: {text_of(error)}")
    if reason := _unfit(array, given):
        return Refused(name, reason, array.size if array.dtype.kind in "biufc" else 0)
    place = TensorName.of(name)
    learned = learned and not name.startswith(_STATISTICS)
    return TensorSource(
        name=name,
        shape=array.shape,
        dtype=array.dtype.name,
        open=lambda: _reader(array),
        module=place.module,
        role=buffer_or_parameter(place.last) if learned else "buffer",
        storage=array.dtype.name,
        stored_bytes=array.nbytes,
        axis=channel_axis(array.shape),
    )


def _reader(array: NDArray[Any]) -> Read:
    flat = array.reshape(-1)
    return lambda start, stop: as_floats(flat[start:stop])


def _unfit(array: NDArray[Any], given: Any) -> str:
    """Why `array` cannot be sketched, "" if it can."""
    if np.ma.is_masked(given):
        return "some of its values are masked: log given.filled(0), or what else they stand for"
    if array.dtype.kind == "c":
        return "complex numbers have no order: log its real and imaginary parts"
    if array.dtype.kind in "biuf" or _is_small_float(array.dtype):
        return ""
    if array.dtype.kind == "O" or array.ndim == 0:
        return f"a {type_name(given)} is not an array of numbers"
    return f"its type {array.dtype} holds no numbers"


def _is_small_float(dtype: np.dtype[Any]) -> bool:
    """Whether it is one of those that ml_dtypes (of JAX and TensorFlow) adds to NumPy."""
    return dtype.type.__module__.partition(".")[0] == "ml_dtypes" and "float" in dtype.name


def tree_of(model: Any) -> Any:
    """The variables of a model of Keras or Flax (nnx), as a mapping; else `model` itself."""
    if is_of(model, "keras", "Layer"):
        found, seen = {}, Counter[str]()
        for variable in model.variables:
            again = seen[variable.path]
            seen[variable.path] += 1
            found[f"{variable.path}:{again}" if again else variable.path] = variable.numpy()
        return found
    if is_of(model, "flax", "Module") and "flax.nnx" in sys.modules:
        return sys.modules["flax.nnx"].state(model)
    return model


def flattened(model: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """{"dense": {"kernel": array}} as {"dense.kernel": array}.

    A mapping that holds anything but arrays and such mappings (a training checkpoint with the state
    of its optimizer, say) comes back unchanged, and so does one that is no dict or tree of Flax: it
    may make its arrays lazily. States of random numbers are left out.
    """
    flax = type(model).__module__.startswith("flax.")
    if not flax and not _is_nested(model):
        return model
    leaves = dict(_leaves(model, "", numbered=flax))
    return leaves if all(map(_is_array, leaves.values())) else model


def _is_nested(model: Mapping[Any, Any]) -> bool:
    return isinstance(model, dict) and any(isinstance(each, dict) for each in model.values())


def _leaves(
    tree: Mapping[Any, Any], prefix: str, *, numbered: bool = False
) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if not isinstance(key, str) and not (numbered and isinstance(key, int)):
            # No name: not a tree of parameters.
            yield prefix, None
        elif isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.", numbered=numbered)
        elif not is_of(value, "flax", "RngState"):
            yield f"{prefix}{key}", value


def _is_array(value: Any) -> bool:
    return is_torch_tensor(value) or hasattr(value, "__array__") or is_of(value, "flax", "Variable")
