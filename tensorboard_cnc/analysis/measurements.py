"""Which value of each metric a model has: the newest logged, else that of an ordinary scalar."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tensorboard_cnc.analysis.lineage import Member
from tensorboard_cnc.analysis.scalar_values import ChosenPoint, chosen_point
from tensorboard_cnc.records.models import Measurement, MetricSpec, Scalars

_FAR_SECONDS = 1e12


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement, the run it was logged in, and the scalar it was taken from if any."""

    measurement: Measurement
    run: str
    scalar: str = ""

    @property
    def value(self) -> float:
        """The median of the repeats; NaN where any is, because NaN has no order."""
        repeats = self.measurement.repeats
        if len(repeats) == 1:
            return repeats[0]
        if any(math.isnan(value) for value in repeats):
            return math.nan
        # Halved first, because the sum of the middle two may be too large for a float.
        return 2 * statistics.median(value / 2 for value in repeats)


def standing(from_scalars: Iterable[Measured], logged: Iterable[Measured]) -> dict[str, Measured]:
    """What a model measures by name: as logged, else as a scalar says; nothing withdrawn."""
    both = _newest_by_name(from_scalars) | _newest_by_name(logged)
    return {name: entry for name, entry in both.items() if not entry.measurement.withdrawn}


def _newest_by_name(measured: Iterable[Measured]) -> dict[str, Measured]:
    """The newest measurement of each metric, be it that it was withdrawn."""
    newest: dict[str, Measured] = {}
    for entry in measured:
        name = entry.measurement.name
        known = newest.get(name)
        if not entry.measurement.repeats and not entry.measurement.withdrawn:
            continue
        if known is None or known.measurement.logged_us <= entry.measurement.logged_us:
            newest[name] = entry
    return newest


def measured_from_scalars(
    members: Iterable[Member],
    specs: Iterable[MetricSpec],
    scalars: Scalars,
    kept: int | None = None,
) -> dict[str, list[Measured]]:
    """By model key, the metrics whose spec names a scalar of the model's run.

    Where a run holds one model it is the scalar's last value, or the one that the spec asks for;
    where it holds several, that of those after the model before it was closed and before the model
    itself was. `kept`: from how many points on some are left out; None: never.
    """
    wanted = [spec for spec in specs if spec.scalar]
    found: dict[str, list[Measured]] = defaultdict(list)
    for member, start, end in _windows(members):
        for spec in wanted:
            points = scalars.get((member.run, spec.scalar), ())
            own = [point for point in points if start < point.time <= end]
            thinned = kept is not None and len(points) >= kept
            chosen = chosen_point(own, spec, kept if thinned else None)
            if chosen is not None:
                measurement = _measurement(spec.name, chosen)
                found[member.key].append(Measured(measurement, member.run, spec.scalar))
    return found


def _measurement(name: str, chosen: ChosenPoint) -> Measurement:
    point = chosen.point
    return Measurement(
        name,
        (point.value,),
        point.step,
        logged_us=_microseconds(point.time),
        note=chosen.note,
        bound=chosen.bound,
    )


def _microseconds(seconds: float) -> int:
    # A damaged event file may hold any time.
    return round(min(max(seconds, -_FAR_SECONDS), _FAR_SECONDS) * 1e6)


def _windows(members: Iterable[Member]) -> Iterable[tuple[Member, float, float]]:
    by_run: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_run[member.run].append(member)
    for of_run in by_run.values():
        if len(of_run) == 1:
            yield of_run[0], -math.inf, math.inf
            continue
        start = -math.inf
        for member in sorted(of_run, key=lambda m: m.card.closed_us or math.inf):
            end = (member.card.closed_us or math.inf) / 1e6
            yield member, start, end
            start = end
