"""Arrays of NumPy, or of any library that gives them to NumPy, as tensors to be sketched."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.tensor_names import TensorName, buffer_or_parameter
from tensorboard_cnc.writer.tensors.tensor_source import (
    Read,
    Refused,
    TensorSource,
    channel_axis,
)
from tensorboard_cnc.writer.wording import text_of, type_name


def as_floats(values: NDArray[Any]) -> NDArray[Any]:
    """`values` in the narrowest of float32 and float64 that holds them exactly.

    64-bit integers beyond 2⁵³ and long doubles are rounded to float64.
    """
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind == "f" and size in (4, 8):
        return values if values.dtype.isnative else values.astype(f"f{size}")
    if (kind == "f" and size < 4) or (kind in "biu" and size <= 2) or kind == "V":
        return values.astype(np.float32)
    return values.astype(np.float64)


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
        return f"a {type_name(given)} is no array of numbers"
    return f"its type {array.dtype} holds no numbers"


def _is_small_float(dtype: np.dtype[Any]) -> bool:
    """Whether it is one of those that ml_dtypes (of JAX and TensorFlow) adds to NumPy."""
    return dtype.type.__module__.partition(".")[0] == "ml_dtypes" and "float" in dtype.name
