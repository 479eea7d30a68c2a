"""Numbers as JSON holds them: six significant digits, null for none; no digit of integers lost."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LARGEST_EXACT = 2**53 - 1


def exact(value: Any) -> Any:
    """`value`, as text where it is an integer whose last digits a browser would lose."""
    return str(value) if isinstance(value, int) and abs(value) > _LARGEST_EXACT else value


def significant(value: float) -> float:
    """`value`, which is finite, with six significant digits."""
    return float(f"{value:.6g}")


def number(value: float | None) -> float | None:
    """`value` with six significant digits; None where it is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return significant(value)


def numbers(values: NDArray[Any] | Iterable[float]) -> list[float | None]:
    """Each of the values as `number` gives it."""
    plain = values.tolist() if isinstance(values, np.ndarray) else values
    return [number(value) for value in plain]
