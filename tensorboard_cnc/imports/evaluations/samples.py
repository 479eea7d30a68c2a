"""Samples of lm-evaluation-harness: what a model said on each document of a task."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.imported import ImportedDataset
from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.imports.source_file import read_bytes

_LARGEST_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Samples:
    """A task's documents with a model's outputs on them and its scores, in one order."""

    dataset: ImportedDataset
    outputs: tuple[str, ...]
    scores: Mapping[str, tuple[float, ...]]


def read_samples(results: Path, notes: ImportNotes) -> list[Samples]:
    """The samples that were written with these results, one for each task.

    Raises:
      TableError: a line is no sample.
    """
    time = results.name.removeprefix("results_").removesuffix(".json")
    end = f"_{time}.jsonl"
    return [
        _samples(path, path.name.removeprefix("samples_").removesuffix(end), notes)
        for path in sorted(results.parent.glob("samples_*.jsonl"))
        if path.name.endswith(end)
    ]


def _samples(path: Path, task: str, notes: ImportNotes) -> Samples:
    rows: dict[int | str, Mapping[str, Any]] = {}
    filters: dict[str, None] = {}
    for row in _lines(path):
        which = str(row.get("filter", "none"))
        filters[which] = None
        # The first filter's alone: an instance has one output.
        if which == next(iter(filters)):
            rows[row["doc_id"]] = row
    if len(filters) > 1:
        notes.note("Samples of further filters, left out", f"{task}: {', '.join(filters)}")
    found = list(rows.values())
    dataset = ImportedDataset(
        task,
        tuple(rows),
        tuple(_text(_argument(row)) for row in found),
        tuple(_target(row) for row in found),
    )
    return Samples(dataset, tuple(map(_output, found)), _scores(found, task, notes))


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(read_bytes(path, _LARGEST_BYTES).splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("doc_id"), int | str):
            raise TableError(
                f"Line {number:,} of {path.name} is no sample",
                "Each line is a JSON object with a doc_id",
                "Evaluate again with --log_samples, or move the file away",
            )
        yield row


def _argument(row: Mapping[str, Any]) -> object:
    """What the model was given first."""
    given = row.get("arguments")
    first = next(iter(given.values()), None) if isinstance(given, dict) else given
    while isinstance(first, list | dict) and first:
        first = first[0] if isinstance(first, list) else next(iter(first.values()))
    return first


def _choices(row: Mapping[str, Any]) -> list[str]:
    """The continuations of which the model says how likely they are, in their order."""
    given = row.get("arguments")
    requests = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(requests, list) or len(requests) < 2:
        return []
    ends = [
        list(request.values())[-1] if isinstance(request, dict) and request
        else request[-1] if isinstance(request, list) and request
        else ""
        for request in requests
    ]  # fmt: skip
    return [_text(end).strip() for end in ends]


def _target(row: Mapping[str, Any]) -> str:
    """The right continuation where the target is its number, else the target's text."""
    target, choices = row.get("target"), _choices(row)
    text = _text(target)
    if choices and text.isdecimal() and len(text) < 6 and int(text) < len(choices):
        return choices[int(text)]
    return text


def _output(row: Mapping[str, Any]) -> str:
    """The likeliest continuation, or what was generated."""
    said = row.get("filtered_resps")
    choices = _choices(row)
    if not isinstance(said, list) or not said:
        return ""
    likelihoods = [_float(one[0]) for one in said if isinstance(one, list) and one]
    if choices and len(likelihoods) == len(choices) and None not in likelihoods:
        return choices[max(range(len(choices)), key=lambda at: likelihoods[at] or 0.0)]
    first = said[0]
    return _text(first[0] if isinstance(first, list) and first else first)


def _scores(
    rows: list[Mapping[str, Any]], task: str, notes: ImportNotes
) -> dict[str, tuple[float, ...]]:
    """The numbers of each metric that is one for each document."""
    named = {
        name: None
        for row in rows
        for name in (row.get("metrics") or ())
        if isinstance(name, str)
    }  # fmt: skip
    scores = {}
    for name in named:
        values = [_float(row.get(name)) for row in rows]
        if all(value is None for value in values):
            notes.note("Score that is no number for each sample, left out", f"{task}/{name}")
            continue
        scores[name] = tuple(math.nan if value is None else value for value in values)
    return scores


def _float(value: object) -> float | None:
    """A number, a truth value as 0 or 1; None for anything else, as for pairs of numbers."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
