"""Runs of a log directory by the ordinary scalars that they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_cnc.event_files.event_file import EventFile, FileProblem
from tensorboard_cnc.event_files.index import values_of
from tensorboard_cnc.event_files.raw_provider import scalar_value

# Until the year 2286; a damaged event may hold any time.
_LAST_SECOND = 1e10


@dataclass(slots=True)
class ScalarRun:
    """What a run holds of the scalars that were asked for: how many points, from when to when."""

    points: Counter[str] = field(default_factory=Counter)
    first: float = _LAST_SECOND
    last: float = 0.0

    def add(self, tag: str, wall_time: float) -> None:
        """Takes one point, at so many seconds since 1970."""
        self.points[tag] += 1
        if 0 < wall_time < _LAST_SECOND:
            self.first, self.last = min(self.first, wall_time), max(self.last, wall_time)


def runs_with(
    tags: Sequence[str], files: Sequence[EventFile], problems: list[FileProblem]
) -> Mapping[str, ScalarRun]:
    """The runs that hold one of the scalars, by name."""
    found: dict[str, ScalarRun] = {}
    for file in files:
        for _, seen in values_of(file, [tag.encode() for tag in tags], problems):
            if seen.value.tag in tags and scalar_value(seen.value) is not None:
                found.setdefault(file.run, ScalarRun()).add(seen.value.tag, seen.wall_time)
    return dict(sorted(found.items()))


def scalars_in(files: Sequence[EventFile]) -> Counter[str]:
    """How many runs hold each scalar; reads every event."""
    of_runs: set[tuple[str, str]] = set()
    for file in files:
        for _, seen in values_of(file, [b""], []):
            if seen.whole and scalar_value(seen.value) is not None:
                of_runs.add((file.run, seen.value.tag))
    return Counter(tag for _, tag in of_runs)
