"""Whole allocations that are measured, to see whether the damages of layers add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.allocation.hull import choices_of, front_of
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sensitivity import KEPT, Floats, Trials
from tensorboard_cnc.writer.sensitivity.candidates_given import UnfitError
from tensorboard_cnc.writer.sensitivity.cells import Cells
from tensorboard_cnc.writer.sensitivity.output_damage import NotFiniteError
from tensorboard_cnc.writer.sensitivity.probed_network import Probed

_RANDOM, _ON_FRONT = 8, 8


def trials_of(probed: Probed, cells: Cells) -> NDArray[np.int64]:
    """What to measure (trials, layers): each candidate throughout, random ones, some of the front.

    A layer that has no damage by a candidate is left as it is.
    """
    usable = np.isfinite(cells.mean)
    layers, columns = usable.shape
    everywhere = [np.where(usable[:, column], column, KEPT) for column in range(columns)]
    draw = np.random.default_rng(layers)
    mixed = []
    for _ in range(_RANDOM):
        drawn = draw.integers(KEPT, columns, layers)
        mixed.append(np.where(usable[np.arange(layers), drawn] & (drawn >= 0), drawn, KEPT))
    dense = np.array([weight.layer.dense_bytes for weight in probed.weights])
    front = front_of(choices_of(dense, cells.bytes, cells.mean))
    places = np.linspace(1, len(front.steps), min(_ON_FRONT, len(front.steps)))
    along = [front.after(int(place)) for place in places.tolist()]
    found = [each for each in [*everywhere, *mixed, *along] if (each != KEPT).any()]
    return np.unique(found, axis=0) if found else np.zeros((0, layers), np.int64)


class Trial(NamedTuple):
    """An allocation (layers,), its damage, ∞ where outputs broke, and that of each group."""

    chosen: NDArray[np.int64]
    mean: float
    groups: Floats


def measure_trials(
    probed: Probed, chosen: NDArray[np.int64], found: list[Trial], advance: Callable[[], None]
) -> None:
    """Adds to `found` each of the allocations (trials, layers) that can be measured."""
    groups = probed.groups
    for allocation in chosen:
        try:
            sums = _damage(probed, allocation, advance)
            found.append(Trial(allocation, *groups.means(sums)))
        except NotFiniteError:
            found.append(Trial(allocation, np.inf, np.full(len(groups.sizes), np.nan)))
        except (UnfitError, ArgumentError):
            continue


def _damage(
    probed: Probed, allocation: NDArray[np.int64], advance: Callable[[], None]
) -> NDArray[np.float64]:
    values = {
        row: probed.compressed(row, column)[0]
        for row, column in enumerate(allocation.tolist())
        if column != KEPT
    }
    sums = []
    for place in range(len(probed.runs.batches)):
        before = probed.runs.own(place)
        with ExitStack() as stack:
            for row, value in values.items():
                given = probed.candidates[int(allocation[row])]
                stack.enter_context(probed.with_weight(row, value, given))
            after = probed.runs.run(place)
        sums.append(probed.damages.sums(place, before, after))
        advance()
    return np.concatenate(sums)


def as_record(found: Sequence[Trial]) -> Trials | None:
    """The trials of a record; None where there are none."""
    if not found:
        return None
    chosen, means, groups = zip(*found, strict=True)
    return Trials(np.stack(chosen), np.array(means), np.stack(groups))
