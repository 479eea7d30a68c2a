"""Arrays of NumPy, or of any library that gives them to NumPy, and trees of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def array_source(name: str, given: Any) -> TensorSource | Refused:
    """An array, or anything with ``__array__``, as a tensor."""
    try:
        array = np.asarray(given)
    except Exception as error:
        return Refused(name, f"a {type_name(given)} that gave no array: {text_of(error)}")
    if reason := _unfit(array, given):
        return Refused(name, reason, array.size if array.dtype.kind in "biufc" else 0)
    place = TensorName.of(name)
    return TensorSource(
        name=name,
        shape=array.shape,
        dtype=array.dtype.name,
        open=lambda: _reader(array),
        module=place.module,
        role=buffer_or_parameter(place.last),
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


def flattened(model: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """{"dense": {"kernel": array}} as {"dense.kernel": array}.

    A mapping that holds anything but arrays and such mappings (a training checkpoint with the state
    of its optimizer, say) comes back unchanged, and so does one that is not a dict: it may make its
    arrays lazily.
    """
    if not isinstance(model, dict) or not any(isinstance(each, dict) for each in model.values()):
        return model
    leaves = list(_leaves(model, ""))
    return dict(leaves) if all(map(_is_array, dict(leaves).values())) else model


def _leaves(tree: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if not isinstance(key, str):
            # No name: not a tree of parameters.
            yield prefix, None
        elif isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _is_array(value: Any) -> bool:
    return is_torch_tensor(value) or hasattr(value, "__array__")
