"""A tensor as it would be stored in another layout, read in pieces of bounded memory."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.tensors.formats.pieces import Rows, by_rows, columns_of, rows_of
from tensorboard_cnc.writer.tensors.tensor_source import Read, TensorSource, channel_axis


def turned(source: TensorSource, axes: tuple[int, ...]) -> TensorSource:
    """The tensor with its dimensions in the order `axes`: a matrix with its columns as rows.

    Of more dimensions, (spatial…, inputs, outputs) as (outputs, inputs, spatial…), and back.
    """
    shape = tuple(source.shape[axis] for axis in axes)
    outputs_last = axes[:2] == (len(axes) - 1, len(axes) - 2)

    def open_() -> Read:
        if outputs_last:
            *spatial, inputs, outputs = source.shape
            return by_rows(
                source.size // outputs, _by_output(source, prod(spatial), inputs, outputs)
            )
        outputs, inputs, *spatial = source.shape
        return by_rows(outputs, _by_place(source, outputs, inputs, prod(spatial)))

    return replace(source, shape=shape, open=open_, axis=channel_axis(shape, source.kind))


def _by_output(source: TensorSource, spatial: int, inputs: int, outputs: int) -> Rows:
    """(outputs, inputs · spatial) of (spatial, inputs, outputs)."""
    columns = columns_of(rows_of(source, outputs), (spatial * inputs, outputs))

    def rows(first: int, last: int) -> NDArray[np.float32]:
        found: NDArray[np.float32] = columns(first, last).T.reshape(-1, spatial, inputs)
        return found.swapaxes(1, 2).reshape(last - first, -1)

    return rows


def _by_place(source: TensorSource, outputs: int, inputs: int, spatial: int) -> Rows:
    """(spatial · inputs, outputs) of (outputs, inputs, spatial)."""
    whole = rows_of(source, inputs * spatial)
    # One place at a time: what is held for each takes memory.
    held: tuple[int, Rows] | None = None

    def at_place(place: int) -> Rows:
        nonlocal held
        if held is None or held[0] != place:

            def rows(first: int, last: int) -> NDArray[np.float32]:
                found: NDArray[np.float32] = whole(first, last)
                return found.reshape(-1, inputs, spatial)[:, :, place]

            held = place, columns_of(rows, (outputs, inputs))
        return held[1]

    def rows(first: int, last: int) -> NDArray[np.float32]:
        parts = []
        while first < last:
            place, start = divmod(first, inputs)
            stop = min(start + last - first, inputs)
            parts.append(at_place(place)(start, stop).T)
            first += stop - start
        return np.concatenate(parts)

    return rows
