"""Arrays, tensors and scalars of any library as plain Python values."""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> Any:
    """Numbers and (nested) lists instead of what NumPy, torch, JAX, pandas or TensorFlow made.

    Anything else comes back as it is. No library is imported; tensors on an accelerator are copied.
    """
    if isinstance(value, type):
        return value
    if callable(getattr(value, "tolist", None)):
        return value.tolist()
    if callable(getattr(value, "numpy", None)):
        return plain(value.numpy())
    return value
