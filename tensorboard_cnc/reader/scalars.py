"""Reads the ordinary TensorBoard scalars that metric specs name."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Set

from tensorboard.context import RequestContext
from tensorboard.data.provider import DataProvider, RunTagFilter, ScalarDatum

from tensorboard_cnc.records.models import ScalarPoint, Scalars

_PLUGIN_NAME = "scalars"
# More than anybody logs; a store has to be told how many it should return.
ALL_POINTS = 1 << 30

_Series = tuple[str, str]
_Version = tuple[int | None, float | None, int]


class ScalarStore:
    """The wanted scalars of one experiment, each read once per version."""

    def __init__(self, provider: DataProvider, experiment_id: str) -> None:
        self._provider = provider
        self._experiment_id = experiment_id
        self._cache: dict[_Series, tuple[_Version, list[ScalarPoint]]] = {}

    def refresh(
        self,
        ctx: RequestContext,
        points: Mapping[str, int],
        tags: set[str],
        whole: Set[str] = frozenset(),
    ) -> Scalars:
        """The series `tags` of each run in `points`, and the last that many points of each.

        Of those that are `whole` all points that there are. TensorBoard keeps the latest point of a
        series for certain, earlier ones by chance.
        """
        if points and tags:
            # A scalar that cannot be read is not logged; whatever else was read still shows.
            with contextlib.suppress(Exception):
                self._renew(ctx, points, tags, whole)
        return {key: series for key, (_, series) in self._cache.items()}

    def _renew(
        self, ctx: RequestContext, points: Mapping[str, int], tags: set[str], whole: Set[str]
    ) -> None:
        listed = self._provider.list_scalars(
            ctx,
            experiment_id=self._experiment_id,
            plugin_name=_PLUGIN_NAME,
            run_tag_filter=RunTagFilter(runs=set(points), tags=tags),
        )
        versions = {
            (run, tag): (
                series.max_step,
                series.max_wall_time,
                ALL_POINTS if tag in whole else points[run],
            )
            for run, of_run in listed.items()
            for tag, series in of_run.items()
        }
        self._cache = {key: hit for key, hit in self._cache.items() if key in versions}
        for count in {version[2] for version in versions.values()}:
            changed = {
                key
                for key, version in versions.items()
                if version[2] == count and self._cache.get(key, (None,))[0] != version
            }
            self._read(ctx, changed, versions, count)

    def _read(
        self,
        ctx: RequestContext,
        changed: set[_Series],
        versions: Mapping[_Series, _Version],
        count: int,
    ) -> None:
        if not changed:
            return
        data = self._provider.read_scalars(
            ctx,
            experiment_id=self._experiment_id,
            plugin_name=_PLUGIN_NAME,
            downsample=count,
            run_tag_filter=RunTagFilter(
                runs={run for run, _ in changed}, tags={tag for _, tag in changed}
            ),
        )
        for run, tag in changed:
            series = map(_point, data.get(run, {}).get(tag, []))
            self._cache[run, tag] = (versions[run, tag], sorted(series))


def _point(datum: ScalarDatum) -> ScalarPoint:
    return ScalarPoint(datum.wall_time, datum.step, float(datum.value))
