"""Reads the records of a log directory through TensorBoard's data provider.

Nothing that one run holds hides another run: what cannot be listed, read or decoded becomes
an `Unreadable`, and the rest is read all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from tensorboard.context import RequestContext
from tensorboard.data.provider import DataProvider, RunTagFilter, TensorDatum

from tensorboard_cnc.errors import CncError, DamagedRecordError, RecordError
from tensorboard_cnc.format import envelope
from tensorboard_cnc.format.tags import (
    PLUGIN_NAME,
    SUBRUN_MARK,
    bulk_tag,
    encode_part,
    holds,
    shown_run,
)
from tensorboard_cnc.records.models import (
    MOST_PROCESSES,
    Bulk,
    Metrics,
    ModelCard,
    Problems,
    Record,
    Stored,
)

_Series = tuple[str, str]
# A request that fails is repeated in halves; this many failures are looked into at a time.
_FAILURES_LOOKED_INTO = 64


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A series that could not be read; `run` and `tag` are None where it concerns all of them."""

    run: str | None
    tag: str | None
    error: CncError


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a log directory holds of ours at one moment, in a fixed order."""

    stored: tuple[Stored, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    # Bulk records, which are read when they are asked for (see `bulk_reader`).
    bulk: tuple[Bulk, ...] = ()


@dataclass(frozen=True, slots=True)
class _Version:
    """What changes when a series has a new record, and the run that it is shown as."""

    step: int | None
    wall_time: float | None
    shown_run: str


class EventStore:
    """The records of one experiment, each read and decoded once per version."""

    def __init__(self, provider: DataProvider, experiment_id: str) -> None:
        self._provider = provider
        self._experiment_id = experiment_id
        self._cache: dict[_Series, tuple[_Version, Stored | Unreadable]] = {}
        self._bulk: dict[_Series, _Version] = {}
        self._failures = 0

    def refresh(self, ctx: RequestContext) -> Contents:
        """The present contents; only series that changed since the last call are read."""
        self._failures = 0
        problems: list[Unreadable] = []
        before = {key: version for key, (version, _) in self._cache.items()}
        listed = self._listed(ctx, self._provider.list_tensors, before, problems)
        self._bulk = self._listed(ctx, self._provider.list_blob_sequences, self._bulk, problems)
        self._cache = {key: hit for key, hit in self._cache.items() if key in listed}
        changed = [
            key
            for key, version in sorted(listed.items(), key=lambda item: item[0])
            if key not in self._cache or self._cache[key][0] != version
        ]
        for key, found in self._read(ctx, changed, listed):
            self._cache[key] = (listed[key], found)
        results = [self._cache[key][1] for key in sorted(self._cache)]
        stored = tuple(result for result in results if isinstance(result, Stored))
        return Contents(
            stored=stored,
            unreadable=(*problems, *(r for r in results if isinstance(r, Unreadable))),
            bulk=_bulk_records(self._bulk, stored),
        )

    def _listed(
        self,
        ctx: RequestContext,
        method: Callable[..., Mapping[str, Mapping[str, Any]]],
        before: Mapping[_Series, _Version],
        problems: list[Unreadable],
    ) -> dict[_Series, _Version]:
        """The series now, and those of `before` whose run cannot be listed now."""
        failed: list[Unreadable] = []
        listed = self._list(ctx, method, failed)
        for key, version in before.items():
            if any(problem.run in (None, key[0]) for problem in failed):
                listed.setdefault(key, version)
        known = {problem.run for problem in problems}
        problems.extend(problem for problem in failed if problem.run not in known)
        return listed

    def _list(
        self,
        ctx: RequestContext,
        method: Callable[..., Mapping[str, Mapping[str, Any]]],
        problems: list[Unreadable],
        runs: list[str] | None = None,
    ) -> dict[_Series, _Version]:
        """Lists all runs at once, or in halves down to one where the provider fails."""
        try:
            found = method(
                ctx,
                experiment_id=self._experiment_id,
                plugin_name=PLUGIN_NAME,
                run_tag_filter=None if runs is None else RunTagFilter(runs=runs),
            )
        except Exception as error:
            parts = self._halves(ctx, runs)
            if not parts:
                run = runs[0] if runs and len(runs) == 1 else None
                problems.append(Unreadable(run, None, listing_failed(error)))
            listed: dict[_Series, _Version] = {}
            for part in parts:
                listed |= self._list(ctx, method, problems, part)
            return listed
        return {
            (run, tag): _Version(series.max_step, series.max_wall_time, _shown(run, series))
            for run, tags in found.items()
            for tag, series in tags.items()
        }

    def _halves(self, ctx: RequestContext, runs: list[str] | None) -> list[list[str]]:
        """The runs to list apart after a failure; none where that leads no further."""
        if runs is None:
            try:
                listed = self._provider.list_runs(ctx, experiment_id=self._experiment_id)
            except Exception:
                return []
            runs = sorted(run.run_name for run in listed)
            return [runs] if runs else []
        return _split(runs) if self._may_look_further(len(runs)) else []

    def _may_look_further(self, count: int) -> bool:
        self._failures += 1
        return count > 1 and self._failures <= _FAILURES_LOOKED_INTO

    def _read(
        self, ctx: RequestContext, series: list[_Series], listed: Mapping[_Series, _Version]
    ) -> Iterator[tuple[_Series, Stored | Unreadable]]:
        """Reads in one request where the provider allows it, else in halves, down to one."""
        if not series:
            return
        try:
            data = self._provider.read_tensors(
                ctx,
                experiment_id=self._experiment_id,
                plugin_name=PLUGIN_NAME,
                downsample=1,
                run_tag_filter=RunTagFilter(
                    runs={run for run, _ in series}, tags={tag for _, tag in series}
                ),
            )
        except Exception as error:
            if self._may_look_further(len(series)):
                for half in _split(series):
                    yield from self._read(ctx, half, listed)
            else:
                yield from ((key, Unreadable(*key, reading_failed(error))) for key in series)
            return
        for run, tag in series:
            found = data.get(run, {}).get(tag) or []
            yield (run, tag), _stored(run, tag, listed[run, tag].shown_run, found)


def _bulk_records(listed: Mapping[_Series, _Version], stored: Iterable[Stored]) -> tuple[Bulk, ...]:
    """Of each tag of a shown run the newest record, with the others that hold predictions."""
    ids = {encode_part(model_id): model_id for model_id in _model_ids(stored)}
    found: dict[_Series, list[Bulk]] = {}
    for (run, tag), version in listed.items():
        said = bulk_tag(tag)
        if said is None:
            continue
        # The id of a tag that holds a hash of it is only known from other records.
        model_id = ids.get(said.model, unquote(said.model))
        bulk = Bulk(
            said.kind,
            version.shown_run,
            model_id,
            said.dataset,
            run,
            tag,
            version.step,
            version.wall_time,
        )
        found.setdefault((bulk.run, tag), []).append(bulk)
    return tuple(_newest_of(bulks) for _, bulks in sorted(found.items()))


def _newest_of(bulks: Iterable[Bulk]) -> Bulk:
    """The newest of records of the same; of predictions with those that others have logged."""
    newest, *others = sorted(bulks, key=lambda bulk: bulk.order, reverse=True)
    if newest.kind != "predictions" or not others:
        return newest
    return replace(newest, others=tuple(others[:MOST_PROCESSES]))


def _model_ids(stored: Iterable[Stored]) -> Iterator[str]:
    for entry in stored:
        match entry.record:
            case ModelCard(id=model_id) | Metrics(model_id=model_id) | Problems(model_id=model_id):
                yield model_id


def _split(items: list[Any]) -> list[list[Any]]:
    middle = len(items) // 2
    return [items[:middle], items[middle:]]


def _shown(run: str, series: Any) -> str:
    return shown_run(run) if series.plugin_content == SUBRUN_MARK else run


def _stored(run: str, tag: str, shown: str, data: list[TensorDatum]) -> Stored | Unreadable:
    try:
        return Stored(shown, tag, *_decode(tag, data))
    except RecordError as error:
        return Unreadable(run, tag, error)


def _decode(tag: str, data: list[TensorDatum]) -> tuple[int, Record]:
    if not data:
        raise DamagedRecordError(
            "TensorBoard lists the record but does not return it", "", "Log it again"
        )
    latest = max(data, key=lambda datum: datum.step)
    value = latest.numpy
    content = value.item() if value.size == 1 else None
    if not isinstance(content, bytes):
        raise DamagedRecordError(
            f"It holds {value.dtype} of shape {value.shape} instead of one byte string",
            "",
            "Tags that start with cnc/ are reserved for tensorboard_cnc; rename yours",
        )
    record = envelope.decode(content)
    if not holds(tag, record):
        raise DamagedRecordError(
            f"A record is damaged: the tag {tag} does not fit what it holds", "", "Log it again"
        )
    return latest.step, record


def listing_failed(error: Exception) -> RecordError:
    """The error for a failed request for the list of all records."""
    return RecordError(
        f"TensorBoard could not list the records ({_first_line(error)})",
        "",
        "Look at TensorBoard's own log; what was read before is still shown",
    )


def reading_failed(error: Exception) -> RecordError:
    """The error for a failed request for what one record holds."""
    return RecordError(
        f"TensorBoard could not read the record ({_first_line(error)})",
        "",
        "The event file may be damaged there; log it again",
    )


def _first_line(error: Exception) -> str:
    text = str(error).strip().split("\n")[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
