"""Numbers as JSON holds them: six significant digits, null where there is none."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


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
