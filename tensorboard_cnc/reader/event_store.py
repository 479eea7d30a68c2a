"""Reads the records of a log directory through TensorBoard's data provider.

Nothing that one run holds hides another run: what cannot be listed, read or decoded becomes
an `Unreadable`, and the rest is read all the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from tensorboard.context import RequestContext
from tensorboard.data.provider import DataProvider, RunTagFilter, TensorDatum

from tensorboard_cnc import codec
from tensorboard_cnc.errors import CncError, DamagedRecordError, RecordError
from tensorboard_cnc.metadata import PLUGIN_NAME
from tensorboard_cnc.records import Record, Stored
from tensorboard_cnc.subrun import shown_run
from tensorboard_cnc.tags import holds

_Series = tuple[str, str]
_Version = tuple[int | None, float | None]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A series that could not be read; `tag` is None where a whole listing failed."""

    run: str | None
    tag: str | None
    error: CncError


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a log directory holds of ours at one moment, in a fixed order."""

    stored: tuple[Stored, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    # (shown run, tag) of bulk records, which are listed but not read.
    bulk: tuple[_Series, ...] = ()


class EventStore:
    """The records of one experiment, each read and decoded once per version."""

    def __init__(self, provider: DataProvider, experiment_id: str) -> None:
        self._provider = provider
        self._experiment_id = experiment_id
        self._cache: dict[_Series, tuple[_Version, Stored | Unreadable]] = {}

    def refresh(self, ctx: RequestContext) -> Contents:
        """The present contents; only series that changed since the last call are read."""
        problems: list[Unreadable] = []
        listed = self._list_tensors(ctx, problems)
        self._cache = {key: hit for key, hit in self._cache.items() if key in listed}
        changed = {
            key
            for key, version in listed.items()
            if key not in self._cache or self._cache[key][0] != version
        }
        for key, found in self._read(ctx, changed):
            self._cache[key] = (listed[key], found)
        results = [self._cache[key][1] for key in sorted(self._cache)]
        return Contents(
            stored=tuple(result for result in results if isinstance(result, Stored)),
            unreadable=(*problems, *(r for r in results if isinstance(r, Unreadable))),
            bulk=self._list_bulk(ctx, problems),
        )

    def _list_tensors(
        self, ctx: RequestContext, problems: list[Unreadable]
    ) -> dict[_Series, _Version]:
        try:
            runs = self._provider.list_tensors(
                ctx, experiment_id=self._experiment_id, plugin_name=PLUGIN_NAME
            )
        except Exception as error:
            problems.append(_listing_failed(error))
            return {key: version for key, (version, _) in self._cache.items()}
        return {
            (run, tag): (series.max_step, series.max_wall_time)
            for run, tags in runs.items()
            for tag, series in tags.items()
        }

    def _list_bulk(self, ctx: RequestContext, problems: list[Unreadable]) -> tuple[_Series, ...]:
        try:
            runs = self._provider.list_blob_sequences(
                ctx, experiment_id=self._experiment_id, plugin_name=PLUGIN_NAME
            )
        except Exception as error:
            problems.append(_listing_failed(error))
            return ()
        return tuple(sorted((shown_run(run), tag) for run, tags in runs.items() for tag in tags))

    def _read(
        self, ctx: RequestContext, series: set[_Series]
    ) -> Iterator[tuple[_Series, Stored | Unreadable]]:
        """Reads in one request where the provider allows it, else in halves, down to one."""
        if not series:
            return
        runs = {run for run, _ in series}
        tags = {tag for _, tag in series}
        try:
            data = self._provider.read_tensors(
                ctx,
                experiment_id=self._experiment_id,
                plugin_name=PLUGIN_NAME,
                downsample=1,
                run_tag_filter=RunTagFilter(runs=runs, tags=tags),
            )
        except Exception as error:
            if len(series) == 1:
                (key,) = series
                yield key, Unreadable(*key, _reading_failed(error))
                return
            ordered = iter(sorted(series))
            yield from self._read(ctx, set(itertools.islice(ordered, len(series) // 2)))
            yield from self._read(ctx, set(ordered))
            return
        for run, tag in series:
            yield (run, tag), _stored(run, tag, data.get(run, {}).get(tag) or [])


def _stored(run: str, tag: str, data: list[TensorDatum]) -> Stored | Unreadable:
    try:
        return Stored(shown_run(run), tag, *_decode(tag, data))
    except RecordError as error:
        return Unreadable(run, tag, error)


def _decode(tag: str, data: list[TensorDatum]) -> tuple[int, Record]:
    if not data:
        raise DamagedRecordError(
            "TensorBoard lists the record but does not hand it out", "", "Log it again"
        )
    latest = max(data, key=lambda datum: datum.step)
    value = latest.numpy
    content = value.item() if value.size == 1 else None
    if not isinstance(content, bytes):
        raise DamagedRecordError(
            f"It holds {value.dtype} of shape {value.shape} instead of one byte string",
            "",
            "Tags that start with cnc/ are written by tensorboard_cnc alone; rename yours",
        )
    record = codec.decode(content)
    if not holds(tag, record):
        raise DamagedRecordError(
            f"A record is damaged: the tag {tag} does not fit what it holds", "", "Log it again"
        )
    return latest.step, record


def _listing_failed(error: Exception) -> Unreadable:
    return Unreadable(
        None,
        None,
        RecordError(
            f"TensorBoard could not list the records ({_first_line(error)})",
            "",
            "Look at TensorBoard's own log; what was read before is still shown",
        ),
    )


def _reading_failed(error: Exception) -> RecordError:
    return RecordError(
        f"TensorBoard could not read the record ({_first_line(error)})",
        "",
        "The event file may be damaged there; log it again",
    )


def _first_line(error: Exception) -> str:
    text = str(error).strip().split("\n")[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
