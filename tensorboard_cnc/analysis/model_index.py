"""Finds the model that a name means, seen from a run: first near, then far."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tensorboard_cnc.records.identity import model_key

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


class ModelIndex:
    """Models by id and by every directory above their run."""

    def __init__(self, models: Iterable[tuple[str, str, int]]) -> None:
        """Indexes models given as (run, id, created_us)."""
        self._by_place: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
        for run, model_id, created_us in models:
            candidate = Candidate(created_us, model_key(run, model_id))
            for place in places(run):
                self._by_place[model_id, place].append(candidate)
        for candidates in self._by_place.values():
            candidates.sort()

    def find(self, model_id: str, *, run: str, at_us: int, exclude: str = "") -> Match | None:
        """The model that `model_id` means to somebody in `run` at the time `at_us`.

        Looks in the run itself, then under each directory above it, the nearest first. Of
        several at one level it takes the newest that is not newer than `at_us`, else the oldest.
        `exclude` is the key of a model that is not meant.
        """
        for place in places(run):
            candidates = self._by_place.get((model_id, place), [])
            if exclude:
                candidates = [c for c in candidates if c.key != exclude]
            if candidates:
                older = bisect.bisect_right(candidates, at_us, key=lambda c: c.created_us)
                return Match(candidates[max(older - 1, 0)].key, assumed=len(candidates) > 1)
        return None


def places(run: str) -> Iterator[str]:
    """The run itself ("/" and its name), then each directory it is in, up to the log's ("")."""
    yield "/" + run
    parts = _SEPARATOR.split(run)
    for depth in range(len(parts), -1, -1):
        yield "".join(part + "/" for part in parts[:depth])
