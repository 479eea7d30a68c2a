"""Arrays, tensors and scalars of any library as plain Python values."""

from __future__ import annotations

from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import text_of, type_name


def plain(value: Any) -> Any:
    """Numbers and (nested) lists instead of what NumPy, torch, JAX, pandas or TensorFlow made.

    Anything else comes back as it is. No library is imported; tensors on an accelerator are copied.

    Raises:
      ArgumentError: its library cannot copy it, as with a meta tensor or a failed device.
    """
    if isinstance(value, type):
        return value
    try:
        if callable(getattr(value, "tolist", None)):
            return value.tolist()
        if callable(getattr(value, "numpy", None)):
            return plain(value.numpy())
    except Exception as error:
        raise ArgumentError(
            f"A {type_name(value)} could not be read: {text_of(error)}",
            "Values are copied to the CPU as plain numbers",
            "Pass what float(...) or a list of numbers gives",
        ) from error
    return value
