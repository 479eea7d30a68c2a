"""A record of sensitivity made into answers: intervals, allocations, and whether damages add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.allocation.hull import Front, choices_of, front_of
from tensorboard_cnc.allocation.intervals import Mean, mean_of
from tensorboard_cnc.analysis.sensitivity.ranks import Ranks, ranks_of
from tensorboard_cnc.records.sensitivity import KEPT, Floats, Sensitivity

# Sums are as wrong as they were for allocations whose damage was within this factor.
_NEAR = 10.0
_LEAST_NEAR = 3


class Additivity(NamedTuple):
    """How many times its sum an allocation's measured damage was, over `trials` that were tried."""

    trials: int
    low: float
    median: float
    high: float


class Trial(NamedTuple):
    """A whole allocation: what it takes, the sum of its layers' damages, and what was measured.

    `bytes` is None where those of a candidate are unknown.
    """

    chosen: NDArray[np.int64]
    bytes: int | None
    predicted: float
    measured: float
    low: float
    high: float


@dataclass(frozen=True)
class Profile:
    """What a record says, computed when it is asked for."""

    record: Sensitivity

    @property
    def nbytes(self) -> int:
        """About the memory that it takes beside the record."""
        return 40 * self.record.mean.size + 200 * len(self.front.steps)

    @property
    def least(self) -> float:
        """What no damage is below."""
        return -np.inf if self.record.damage == "score" else 0.0

    @cached_property
    def cells(self) -> Mean:
        """(layers, candidates) damages with their intervals."""
        record = self.record
        return mean_of(record.groups, record.sizes, record.mean, self.least)

    @cached_property
    def ranks(self) -> Ranks:
        return ranks_of(self.record)

    @cached_property
    def front(self) -> Front:
        """Bytes are those of the layers alone."""
        return front_of(choices_of(self._dense, self.record.bytes, self.record.mean))

    @property
    def dense_bytes(self) -> int:
        """Of the whole network as it is."""
        return int(self._dense.sum()) + self.record.other_bytes

    @cached_property
    def _dense(self) -> NDArray[np.int64]:
        return np.array([layer.dense_bytes for layer in self.record.layers], np.int64)

    def bytes_of(self, chosen: NDArray[np.int64]) -> int | None:
        """Of the whole network with the candidate of each layer (layers,); None where unknown."""
        rows = np.arange(len(chosen))
        sizes = np.where(chosen == KEPT, self._dense, self.record.bytes[rows, chosen])
        return None if (sizes < 0).any() else int(sizes.sum()) + self.record.other_bytes

    def predicted(self, chosen: NDArray[np.int64]) -> Mean:
        """The sum of the damages of an allocation (layers,), with the interval of sampling."""
        rows = np.flatnonzero(chosen != KEPT)
        groups = self.record.groups[rows, chosen[rows]].sum(0)
        mean = self.record.mean[rows, chosen[rows]].sum()
        return mean_of(groups, self.record.sizes, mean, self.least)

    @cached_property
    def expected_steps(self) -> Mean:
        """`expected` after each number of steps of the front, from none on (steps + 1,)."""
        record, chosen = self.record, self.front.start.copy()
        groups = np.zeros((len(self.front.steps) + 1, len(record.sizes)))
        kept = np.flatnonzero(chosen != KEPT)
        groups[0] = record.groups[kept, chosen[kept]].sum(0)
        for at, step in enumerate(self.front.steps, start=1):
            before = chosen[step.layer]
            change = record.groups[step.layer, step.candidate]
            if before != KEPT:
                change = change - record.groups[step.layer, before]
            groups[at] = groups[at - 1] + change
            chosen[step.layer] = step.candidate
        means = np.array([self.front.damage_after(at) for at in range(len(groups))])
        found = mean_of(groups, record.sizes, means, self.least)
        return self._allowing(found)

    @cached_property
    def trials(self) -> Sequence[Trial]:
        """Allocations of known damages that were measured whole; ∞ where outputs broke."""
        trials = self.record.trials
        if trials is None:
            return ()
        measured = mean_of(trials.groups, self.record.sizes, trials.mean, self.least)
        found = []
        for at, chosen in enumerate(trials.chosen):
            total = float(self.predicted(chosen).value)
            if np.isfinite(total):
                ends = (float(each[at]) for each in measured)
                found.append(Trial(chosen, self.bytes_of(chosen), total, *ends))
        return tuple(found)

    @cached_property
    def _sums_and_ratios(self) -> tuple[Floats, Floats]:
        """(trials,) sums of allocations of two layers or more, and how many times it each was."""
        found = [
            (trial.predicted, trial.measured / trial.predicted)
            for trial in self.trials
            if (trial.chosen != KEPT).sum() > 1
            and trial.predicted > 0
            and np.isfinite(trial.measured)
        ]
        sums, ratios = np.array(found, float).reshape(-1, 2).T
        return sums, ratios

    def additivity(self, damage: float | None = None) -> Additivity | None:
        """Of allocations of two layers or more, those of about this damage if there are a few."""
        sums, ratios = self._sums_and_ratios
        if damage is not None and damage > 0:
            near = (damage / _NEAR <= sums) & (sums <= damage * _NEAR)
            ratios = ratios[near] if near.sum() >= _LEAST_NEAR else ratios
        if not len(ratios):
            return None
        return Additivity(
            len(ratios), float(ratios.min()), float(np.median(ratios)), float(ratios.max())
        )

    def expected(self, chosen: NDArray[np.int64]) -> Mean:
        """`predicted`, with an interval that allows for how far sums were off as well."""
        return self._allowing(self.predicted(chosen))

    def _allowing(self, found: Mean) -> Mean:
        """Intervals (…) of sums, wide enough for what additivity says of about their damages."""
        offs = [self.additivity(value) for value in np.ravel(found.value).tolist()]
        shape = np.shape(found.value)
        low = np.array([1.0 if off is None else min(off.low, 1.0) for off in offs]).reshape(shape)
        high = np.array([1.0 if off is None else max(off.high, 1.0) for off in offs]).reshape(shape)
        return Mean(found.value, found.low * low, found.high * high)

    def steps_within(self, most_bytes: float) -> int | None:
        """The fewest steps after which the network takes no more; None where it always does."""
        rest = self.record.other_bytes
        for count in range(len(self.front.steps) + 1):
            if self.front.bytes_after(count) + rest <= most_bytes:
                return count
        return None

    def steps_of_damage(self, most: float) -> int | None:
        """The most steps whose predicted damage is no more; None where none is."""
        counts = [
            count
            for count in range(len(self.front.steps) + 1)
            if self.front.damage_after(count) <= most
        ]
        return counts[-1] if counts else None

    def uniform(self, candidate: int) -> NDArray[np.int64]:
        """The allocation (layers,) of one candidate to each layer that has a damage by it."""
        usable = np.isfinite(self.record.mean[:, candidate]) & (
            self.record.bytes[:, candidate] >= 0
        )
        return np.where(usable, candidate, KEPT)


def measured_of(profile: Profile, chosen: NDArray[np.int64]) -> Trial | None:
    """The trial of just this allocation, if it was one."""
    return next((each for each in profile.trials if (each.chosen == chosen).all()), None)
