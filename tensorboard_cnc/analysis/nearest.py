"""The model or data set that a name means, seen from a run: first near, then far."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple, TypeAlias

from tensorboard_cnc.analysis.behaviors.instances import rows_of
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk

# TensorBoard on Windows names runs with backslashes.
_SEPARATOR = re.compile(r"[/\\]")


class Candidate(NamedTuple):
    """A model that a name may mean; ordered by age."""

    created_us: int
    key: str


@dataclass(frozen=True, slots=True)
class Match:
    """The model a name means; `assumed` where it was chosen among several."""

    key: str
    assumed: bool


_ByPlace: TypeAlias = dict[tuple[str, str], list[Candidate]]


class ModelIndex:
    """Models by id, or the name they are shown under, and by every directory above their run."""

    def __init__(
        self, models: Iterable[tuple[str, str, int]], names: Mapping[str, str] | None = None
    ) -> None:
        """Indexes models given as (run, id, created_us); `names`: other names than ids, by key."""
        self._by_id: _ByPlace = defaultdict(list)
        self._by_name: _ByPlace = defaultdict(list)
        for run, model_id, created_us in models:
            candidate = Candidate(created_us, model_key(run, model_id))
            name = names.get(candidate.key) if names else None
            for place in places(run):
                self._by_id[model_id, place].append(candidate)
                if name is not None:
                    self._by_name[name, place].append(candidate)
        for candidates in (*self._by_id.values(), *self._by_name.values()):
            candidates.sort()

    def find(self, model_id: str, *, run: str, at_us: int, exclude: str = "") -> Match | None:
        """The model that `model_id` means to somebody in `run` at the time `at_us`.

        Looks in the run itself, then under each directory above it, the nearest first. Of
        several at one level it takes the newest that is not newer than `at_us`, else the oldest.
        Only an id that no model has may be the name that one is shown under. `exclude` is the key
        of a model of that time that is not meant.
        """
        return _nearest(self._by_id, model_id, run, Candidate(at_us, exclude)) or _nearest(
            self._by_name, model_id, run, Candidate(at_us, exclude)
        )

    def found_then(self, model_id: str, *, run: str, at_us: int, exclude: str = "") -> str | None:
        """The key of the model that the id meant at the time `at_us`, before later ones came."""
        for place in places(run):
            candidates = self._by_id.get((model_id, place), [])
            older = bisect.bisect_right(candidates, at_us, key=lambda c: c.created_us)
            # At most one of two is not meant.
            for candidate in candidates[max(older - 2, 0) : older][::-1]:
                if candidate.key != exclude:
                    return candidate.key
        return None


def _nearest(by_place: _ByPlace, name: str, run: str, own: Candidate) -> Match | None:
    for place in places(run):
        candidates = by_place.get((name, place), [])
        at = bisect.bisect_left(candidates, own)
        excluded = candidates[at : at + 1] == [own]
        others = len(candidates) - excluded
        if others:
            newest = bisect.bisect_right(candidates, own.created_us, key=lambda c: c.created_us) - 1
            # The newest before the one that is not meant, else the oldest after it.
            newest -= excluded and newest == at
            oldest = int(excluded and at == 0)
            return Match(candidates[max(newest, oldest)].key, assumed=others > 1)
    return None


def places(run: str) -> Iterator[str]:
    """The run itself ("/" and its name), then each directory it is in, up to the log's ("")."""
    yield "/" + run
    parts = _SEPARATOR.split(run)
    for depth in range(len(parts), -1, -1):
        yield "".join(part + "/" for part in parts[:depth])


@dataclass(frozen=True, slots=True)
class Resolution:
    """The data set of some predictions, if any run has logged it.

    `fingerprint` tells data sets of one name apart, also one that nobody logged; "" where not even
    that is known. `assumed`: it was chosen among several of its name that would do. `lacking`: how
    many of the ids the nearest of its name does not have, which therefore is not theirs.
    """

    fingerprint: str
    bulk: Bulk | None = None
    assumed: bool = False
    lacking: int = 0


def resolve_dataset(
    predictions: Predictions,
    run: str,
    datasets: Iterable[Bulk],
    read: Callable[[Bulk], Dataset | None],
) -> Resolution:
    """The data set of `predictions`, which were logged in `run`.

    Looks in the run itself, then under each directory above it, the nearest first, and takes the
    newest there that has all of the ids and, where the predictions know it, their fingerprint. It
    is read only as far as needed.

    Args:
      predictions: of one model.
      run: as a reader shows it.
      datasets: those of the log directory.
      read: what one of them holds, None where it cannot be read.
    """
    wanted = predictions.dataset_fingerprint
    lacking = 0
    for level in _levels(predictions.dataset, run, datasets):
        fitting: dict[str, Bulk] = {}
        for bulk in level:
            dataset = read(bulk)
            if dataset is None or (wanted and dataset.fingerprint != wanted):
                continue
            missing = int((rows_of(predictions.ids, dataset.ids) < 0).sum())
            lacking = lacking or missing
            if not missing:
                fitting.setdefault(dataset.fingerprint, bulk)
                if wanted:
                    break
        if fitting:
            fingerprint, bulk = next(iter(fitting.items()))
            return Resolution(fingerprint, bulk, assumed=len(fitting) > 1)
    return Resolution(wanted, lacking=lacking)


def _levels(name: str, run: str, datasets: Iterable[Bulk]) -> Iterator[list[Bulk]]:
    """Data sets of this name, the nearest first, those at one level together, the newest first."""
    order = {place: distance for distance, place in enumerate(places(run))}

    def distance(bulk: Bulk) -> int:
        return min(order[place] for place in places(bulk.run) if place in order)

    named = [bulk for bulk in datasets if bulk.dataset == name]
    named.sort(key=lambda bulk: bulk.order, reverse=True)
    named.sort(key=distance)
    for _, level in groupby(named, key=distance):
        yield list(level)
