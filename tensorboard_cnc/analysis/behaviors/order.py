"""In which order rows are shown."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.evaluation import Bools, Ints


def ordered(chosen: Bools, by: NDArray[Any] | None, *, descending: bool) -> Ints:
    """The rows `chosen` (N,) sorted `by` a column (N,); unknown (NaN) last, ties in row order.

    Without a column in row order.
    """
    rows = np.flatnonzero(chosen)
    if by is None:
        return rows[::-1] if descending else rows
    values = by[rows]
    if values.dtype.kind in "USO":
        _, values = np.unique(values, return_inverse=True)
    if values.dtype.kind == "b":
        values = values.astype(np.int8)
    # Negated rather than reversed: ties keep their order, and NaN stays last.
    return rows[np.argsort(-values if descending else values, kind="stable")]
