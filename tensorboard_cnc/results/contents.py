"""Reads a log directory with the page's own code, from event files instead of TensorBoard."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tensorboard.context import RequestContext

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.analysis.metric_specs import scalar_tags
from tensorboard_cnc.errors import ReadError, RecordError
from tensorboard_cnc.event_files.event_file import EventFile, FileProblem
from tensorboard_cnc.event_files.local_directory import LocalDirectory
from tensorboard_cnc.event_files.raw_provider import RawProvider
from tensorboard_cnc.event_files.remote_directory import RemoteDirectory, is_address
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.plugin.record_cache import RecordCache, Records
from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.reader.bulk_reader import BulkReader
from tensorboard_cnc.reader.collector import collector_paused
from tensorboard_cnc.reader.event_store import EventStore, Unreadable
from tensorboard_cnc.reader.scalars import ALL_POINTS, ScalarStore


@dataclass(frozen=True, slots=True)
class Contents:
    """All that was logged: the answer of the ``models`` route, and what it was made from."""

    models: wire.Models
    catalog: Catalog
    records: Records


def read_contents(sources: Sequence[str | os.PathLike[str]]) -> Contents:
    """Reads the small records; bulk records are read when they are asked for.

    Raises:
      ReadError: a source is no directory, or cannot be reached.
    """
    with collector_paused():
        return _read(*event_files(sources))


def _read(files: Sequence[EventFile], problems: list[FileProblem]) -> Contents:
    provider = RawProvider(files)
    ctx = RequestContext()
    contents = EventStore(provider, "").refresh(ctx)
    members = members_of(contents.stored)
    points = dict.fromkeys((member.run for member in members), ALL_POINTS)
    scalars = ScalarStore(provider, "").refresh(ctx, points, scalar_tags(contents.stored))
    catalog = build_catalog(contents.stored, members, scalars, contents.bulk)
    problems += provider.problems
    unreadable = [Unreadable(each.run, None, each.error) for each in problems]
    models = models_response(catalog, [*contents.unreadable, *unreadable])
    return Contents(models, catalog, Records(RecordCache(), BulkReader(provider, ""), ctx))


def event_files(
    sources: Sequence[str | os.PathLike[str]],
) -> tuple[list[EventFile], list[FileProblem]]:
    """The event files of all sources, and what could not be listed.

    Raises:
      ReadError: a source is no directory, or cannot be reached.
    """
    names = [os.fspath(source) for source in sources]
    if not names:
        raise ReadError("No directory is named", "Logs are read from one or more", "Name one")
    files: list[EventFile] = []
    problems: list[FileProblem] = []
    prefixes = [""] if len(names) == 1 else _prefixes(names)
    for name, prefix in zip(names, prefixes, strict=True):
        place = (
            RemoteDirectory(name, prefix)
            if is_address(name)
            else LocalDirectory(Path(name).expanduser(), prefix)
        )
        files += place.event_files()
        problems += place.problems
    return files, problems


def _prefixes(names: Sequence[str]) -> list[str]:
    """What tells the runs of several directories apart: their last parts, as many as it takes."""
    parts = [
        PurePosixPath(name if is_address(name) else Path(name).expanduser().resolve().as_posix())
        for name in names
    ]
    for depth in range(1, max(len(each.parts) for each in parts) + 1):
        found = ["/".join(each.parts[-depth:]).lstrip("/") for each in parts]
        if len(set(found)) == len(found):
            return found
    raise ReadError(
        f"{names[0]} is named twice", "Each directory is read once", "Leave one of them out"
    )


def refused(error: BadRequestError | RecordError) -> ReadError:
    """What a route of the page refuses, as an error of ours."""
    if isinstance(error, RecordError):
        return ReadError(error.message.rstrip("."), "", error.remedy.rstrip("."))
    seen, _, known = error.error.partition(";")
    return ReadError(seen.rstrip("."), "", _sentence(known) or "Ask for another")


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".")
    return text[:1].upper() + text[1:]
