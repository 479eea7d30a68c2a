"""Histograms on the fixed edges of sketches, redrawn on an axis for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import Floats, apart, over
from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.value_histogram import edges_of

# Beyond its axis lies one value of a thousand; it counts in the outer bins.
_WITHIN = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class RowHistograms:
    """`scales` (rows,), 1 where a row has nothing but zeros; `counts`: (rows, bins) per model."""

    scales: Floats
    counts: list[Floats]


def row_histograms(
    models: Sequence[Sequence[TensorSketch | None]],
    spans: NDArray[np.int64],
    edges: Floats,
    aside: NDArray[np.bool_],
) -> RowHistograms:
    """Histograms of what each row holds, on an axis that all models share.

    The axis of a row goes from −scale to scale, with `edges` −1 … 1 in units of it. What is set
    `aside` (tensors,) counts in rows that hold nothing else.
    """
    scales = np.zeros(len(spans))
    doubled, spans = apart(spans, aside) if aside.any() else (None, spans)
    known = []
    for tensors in models:
        bins, counts = stacked(tensors)
        zeros = [tensor.totals.zeros if tensor else 0 for tensor in tensors]
        # A further bin, of zeros alone, which no other bin holds.
        lows, highs = (np.append(ends, 0.0) for ends in edges_of(bins))
        order = np.argsort(lows, kind="stable")
        held = np.column_stack([counts, zeros])[:, order]
        if doubled is not None:
            held = over(np.add, doubled, held)
        rows = over(np.add, spans, held)
        known.append((lows[order], highs[order], rows))
        scales = np.maximum(scales, magnitude_quantiles(*known[-1], _WITHIN))
    scales = np.where(scales > 0, scales, 1.0)
    return RowHistograms(
        scales, [rebinned(lows, highs, rows, scales, edges) for lows, highs, rows in known]
    )


def stacked(
    tensors: Sequence[TensorSketch | None],
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The bins that any of the tensors has, int32 (b,) ascending, and counts (tensors, b)."""
    known = [
        (row, tensor.bins, tensor.counts)
        for row, tensor in enumerate(tensors)
        if tensor is not None and tensor.bins is not None and tensor.counts is not None
    ]
    if not known:
        return np.zeros(0, np.int32), np.zeros((len(tensors), 0), np.int64)
    bins, at = np.unique(np.concatenate([bins for _, bins, _ in known]), return_inverse=True)
    rows = np.repeat([row for row, _, _ in known], [len(bins) for _, bins, _ in known])
    counts = np.zeros((len(tensors), len(bins)), np.int64)
    counts[rows, at] = np.concatenate([counts for _, _, counts in known])
    return bins, counts


def rebinned(
    lows: Floats, highs: Floats, counts: NDArray[np.int64], scales: Floats, edges: Floats
) -> Floats:
    """Counts float64 (rows, e − 1) between edges (e,) × the row's scale (rows,).

    `counts` (rows, b) are those of ascending bins [lows, highs]. What a bin holds is spread
    evenly over it; a bin without width is one value. The first and the last of the new bins
    hold everything beyond the edges, so that nothing is lost.
    """
    rows = len(counts)
    total = counts.sum(axis=1, dtype=np.float64)[:, None]
    if not len(lows):
        return np.zeros((rows, len(edges) - 1))
    inner = scales[:, None] * edges[1:-1]
    at = np.searchsorted(lows, inner, side="right") - 1
    place = np.maximum(at, 0)
    width = highs - lows
    into = np.where(
        width[place] > 0,
        np.clip((inner - lows[place]) / np.where(width > 0, width, 1)[place], 0, 1),
        1.0,
    )
    before = np.concatenate([np.zeros((rows, 1)), np.cumsum(counts, axis=1)], axis=1)
    each = np.arange(rows)[:, None]
    below = np.where(at < 0, 0.0, before[each, place] + counts[each, place] * into)
    return np.diff(np.concatenate([np.zeros((rows, 1)), below, total], axis=1), axis=1)


def magnitude_quantiles(
    lows: Floats, highs: Floats, counts: NDArray[np.int64], share: float
) -> Floats:
    """Of each row the end of the bin within which `share` of its values lie, by magnitude.

    0 where a row has no values.
    """
    if not len(lows):
        return np.zeros(len(counts))
    ends = np.maximum(np.abs(lows), np.abs(highs))
    order = np.argsort(ends, kind="stable")
    held = np.cumsum(counts[:, order], axis=1)
    enough = held >= share * held[:, -1:]
    found: Floats = np.where(held[:, -1] > 0, ends[order][np.argmax(enough, axis=1)], 0.0)
    return found
