"""Which memory tensors and arrays lie in, so that what two names share is logged once."""

from __future__ import annotations

import weakref
from collections.abc import Hashable
from typing import Any

import numpy as np

from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor


class SharedMemory:
    """Knows by which name a tensor was seen first."""

    def __init__(self) -> None:
        # Memory that was given back may hold another tensor by now.
        self._first: dict[Hashable, tuple[str, weakref.ref[Any]]] = {}

    def name_for(self, held: Any, name: str) -> str:
        """The earlier name of a tensor that lives in the same memory as `held`, or ""."""
        where = _address(held)
        if where is None:
            return ""
        earlier, alive = self._first.get(where, ("", None))
        if alive is not None and alive() is not None:
            return earlier
        self._first[where] = (name, weakref.ref(held))
        return ""


def _address(held: Any) -> Hashable | None:
    """The same for two tensors of the same elements in the same memory; None where unknown."""
    if is_torch_tensor(held):
        try:
            address = held.data_ptr()
        except Exception:
            # Subclasses without memory of their own.
            address = 0
        if not address or not held.numel():
            return id(held)
        return (address, str(held.device), tuple(held.shape), tuple(held.stride()))
    if isinstance(held, np.ndarray) and held.size:
        return (held.ctypes.data, "cpu", held.shape, held.strides)
    return None
