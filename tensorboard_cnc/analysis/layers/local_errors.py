"""What is known exactly of layers alone, given the inputs of the base's layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import Floats, over
from tensorboard_cnc.records.sketches import TensorSketch


@dataclass(frozen=True, slots=True, eq=False)
class LocalErrors:
    """Of t outputs, or of t sets of outputs, all float64 (t,); Δ = after − before.

    `n` values that are compared; `before` the base's sum of squares and `squares` ΣΔ² over these;
    `missing` how many outputs there are of which nothing is known.
    """

    n: Floats
    before: Floats
    squares: Floats
    missing: Floats

    def combined(self, spans: NDArray[np.int64]) -> LocalErrors:
        """Of sets of outputs: from `spans[row, 0]` up to, not including, `spans[row, 1]`."""
        return LocalErrors(
            over(np.add, spans, self.n),
            over(np.add, spans, self.before),
            over(np.add, spans, self.squares),
            over(np.add, spans, self.missing),
        )


def local_errors(tensors: Sequence[TensorSketch | None], base_id: str) -> LocalErrors:
    """What a model's record says of each of its outputs against the model `base_id`."""
    rows = np.array([_row(tensor, base_id) for tensor in tensors], np.float64)
    return LocalErrors(*rows.reshape(len(tensors), 4).T)


def _row(tensor: TensorSketch | None, base_id: str) -> tuple[float, float, float, float]:
    if tensor is None:
        return 0, 0, 0, 0
    error = tensor.local.get(base_id)
    known = error is not None and not error.missing
    return (error.n, error.before, error.squares, 0) if error and known else (0, 0, 0, 1)
