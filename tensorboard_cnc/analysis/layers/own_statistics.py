"""What is known exactly of one model's tensors, and of sets of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import Floats, apart, over
from tensorboard_cnc.records.sketches import TensorSketch

_LARGEST = ("distinct", "peak")


@dataclass(frozen=True, slots=True, eq=False)
class OwnStatistics:
    """Of t tensors, or of t sets of tensors, all float64 (t,) and 0 where nothing is logged.

    `n` values, of which `zeros` are 0 and `non_finite` not finite; sums `sum_abs` and `squares`;
    `peak` the largest |x|. `stored` and `effective` bytes. Counts out of what they are counted
    in: `dead` and `stuck` of `channels`; `saturated` of `coded` values of quantized tensors that
    were looked at; `two_four` of `fours` and `four_eight` of `eights` groups; `distinct` values,
    the largest number of any tensor, of `counted` tensors in which they are known.
    """

    n: Floats
    zeros: Floats
    non_finite: Floats
    sum_abs: Floats
    squares: Floats
    peak: Floats
    stored: Floats
    effective: Floats
    dead: Floats
    stuck: Floats
    channels: Floats
    saturated: Floats
    coded: Floats
    two_four: Floats
    fours: Floats
    four_eight: Floats
    eights: Floats
    distinct: Floats
    counted: Floats

    def combined(
        self, spans: NDArray[np.int64], aside: NDArray[np.bool_] | None = None
    ) -> OwnStatistics:
        """Of sets of tensors: those from `spans[row, 0]` up to, not including, `spans[row, 1]`.

        What is set `aside` (t,) counts in sets that hold nothing else.
        """
        if aside is not None and aside.any():
            doubled, spans = apart(spans, aside)
            return self.combined(doubled).combined(spans)
        columns = {}
        for field in fields(self):
            operation = np.maximum if field.name in _LARGEST else np.add
            columns[field.name] = over(operation, spans, getattr(self, field.name))
        return OwnStatistics(**columns)


def own_statistics(tensors: Sequence[TensorSketch | None]) -> OwnStatistics:
    """What the sketches say exactly of each tensor; one tied to another counts there alone."""
    rows = np.array([_row(tensor) for tensor in tensors], np.float64)
    columns = rows.reshape(len(tensors), len(fields(OwnStatistics))).T
    return OwnStatistics(*columns)


def _row(tensor: TensorSketch | None) -> tuple[float, ...]:
    if tensor is None or tensor.tied:
        return (0.0,) * len(fields(OwnStatistics))
    totals, channels, scheme = tensor.totals, tensor.channels, tensor.scheme
    saturated = None if scheme is None else scheme.saturated
    pairs = [tensor.conforming.get(pattern, (0, 0)) for pattern in ((2, 4), (4, 8))]
    return (
        totals.n,
        totals.zeros,
        totals.nan + totals.positive_infinite + totals.negative_infinite,
        totals.sum_abs,
        totals.sum_squares,
        max(abs(totals.low or 0.0), abs(totals.high or 0.0)),
        tensor.stored_bytes,
        tensor.effective_bytes,
        channels.dead if channels else 0,
        channels.saturated or 0 if channels else 0,
        channels.channels if channels else 0,
        saturated or 0,
        totals.n if saturated is not None else 0,
        *pairs[0],
        *pairs[1],
        tensor.distinct or 0,
        0 if tensor.distinct is None else 1,
    )
