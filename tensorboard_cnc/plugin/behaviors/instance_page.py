"""The level "instances": rows with a column for each thing that is known, as a page or a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.instances import NONE, Ints
from tensorboard_cnc.analysis.behaviors.measures import Form, Measure
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.plugin.behaviors.comparison import (
    SHOWN,
    Comparison,
    correct_at,
    cut,
    labels_at,
    predictions_at,
)
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.rows import filtered_rows, ordered_rows
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.responses import File, exact, numbers

# So many rows of a file are in memory at a time.
_ROWS = 2000
# What a spreadsheet would run as a formula, after what it skips; some take the wide signs too.
_FORMULA = re.compile(r"[\s\x00-\x1f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_FILE_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def instances(question: BehaviorsQuestion, comparisons: Comparisons) -> wire.InstancePage | File:
    """A page of the instances that the filter leaves, or all of them as a file.

    Raises:
      BadRequestError: the question names something that does not exist.
    """
    comparison = comparisons.selection
    measure = comparison.measure(question.measure)
    rows = ordered_rows(
        comparison,
        filtered_rows(comparison, question.filter),
        question.order,
        descending=question.descending,
        measure=measure,
        form=question.form,
    )
    if question.format is None:
        return instance_page(
            comparison, rows, question.offset, question.limit, measure=measure, form=question.form
        )
    names = _names(comparisons.catalog, question.keys)
    write = _csv if question.format == "csv" else _json

    def pieces() -> Iterator[bytes]:
        for page, last in _pages(comparison, rows, measure, question.form):
            yield write(page, names, last)

    return File(f"instances.{question.format}", _FILE_TYPES[question.format], pieces)


def instance_page(
    comparison: Comparison,
    rows: Ints,
    offset: int,
    limit: int,
    *,
    measure: Measure | None,
    form: Form,
    length: int | None = SHOWN,
) -> wire.InstancePage:
    """The rows from `offset` on, at most `limit`; texts up to a length."""
    here = rows[offset : offset + limit]
    page: wire.InstancePage = {
        "dataset": comparison.dataset,
        "measure": measure.id if measure else None,
        "form": form,
        "n": len(rows),
        "of": comparison.truth.n,
        "offset": offset,
        "ids": [exact(id) for id in comparison.instances.ids[here].tolist()],
        "labels": labels_at(comparison.truth, here),
        "attributes": attributes_at(comparison, here),
        "models": [
            _columns(comparison, key, here, measure, form, length) for key in comparison.models
        ],
    }
    data = comparison.instances.dataset
    if data is not None and data.texts is not None:
        page["texts"] = _texts(data.texts, here, length)
    if data is not None and data.targets is not None:
        page["targets"] = _texts(data.targets, here, length)
    if data is not None and data.images is not None:
        page["images"] = [bool(data.images[row]) for row in here.tolist()]
    return page


def attributes_at(comparison: Comparison, rows: Ints) -> dict[str, list[str | float | None]]:
    """Every attribute of these rows (k,)."""
    found: dict[str, list[str | float | None]] = {}
    for name, values in comparison.truth.attributes.items():
        if isinstance(values, tuple):
            codes, texts = values
            found[name] = [None if c == NONE else texts[c] for c in codes[rows].tolist()]
        else:
            found[name] = [*numbers(values[rows])]
    return found


def _columns(
    comparison: Comparison,
    key: str,
    rows: Ints,
    measure: Measure | None,
    form: Form,
    length: int | None,
) -> wire.InstanceColumns:
    nothing: list[Any] = [None] * len(rows)
    if key not in comparison.evaluations:
        return {
            "key": key,
            "predicted": nothing,
            "correct": nothing,
            "confidence": nothing,
            "values": nothing,
        }
    model = comparison.evaluation(key)
    confidence = nothing if model.confidence is None else numbers(model.confidence[rows])
    # Against itself the base has no value.
    itself = key == comparison.models[0] and (form != "value" or (measure and measure.pairwise))
    values: NDArray[Any] = (
        np.full(len(rows), np.nan)
        if measure is None or itself
        else comparison.column(key, measure, form)[rows]
    )
    return {
        "key": key,
        "predicted": predictions_at(comparison, key, rows, length),
        "correct": correct_at(model, rows),
        "confidence": confidence,
        "values": numbers(values),
    }


def _texts(texts: tuple[str, ...], rows: Ints, length: int | None) -> list[str | None]:
    return [texts[row] if length is None else cut(texts[row], length) for row in rows.tolist()]


def _names(catalog: Catalog, keys: Sequence[str]) -> dict[str, str]:
    """What the models are called: their ids, with the run where two have the same."""
    members = catalog.by_key
    ids = {key: member.card.id for key, member in members.items()} | dict(catalog.lineage.ghosts)
    count = Counter(ids[key] for key in keys)
    return {
        key: ids[key] if count[ids[key]] == 1 else f"{ids[key]} ({members[key].run})"
        for key in keys
    }


def _pages(
    comparison: Comparison, rows: Ints, measure: Measure | None, form: Form
) -> Iterator[tuple[wire.InstancePage, bool]]:
    """All rows (k,) with whole texts, and whether the page is the last."""
    for offset in range(0, max(len(rows), 1), _ROWS):
        page = instance_page(
            comparison, rows, offset, _ROWS, measure=measure, form=form, length=None
        )
        yield page, offset + _ROWS >= len(rows)


def _csv(page: wire.InstancePage, names: Mapping[str, str], _last: bool) -> bytes:
    """Lines after RFC 4180, the first of all with the columns' names; UTF-8."""
    shared, own = _shared(page), [(names[each["key"]], _own(each, page)) for each in page["models"]]
    columns = {**shared, **{f"attribute {name}": c for name, c in page["attributes"].items()}}
    head = [*columns, *(f"{name} {column}" for name, of in own for column in of)]
    cells = [*columns.values(), *(values for _, of in own for values in of.values())]
    lines: Iterable[Iterable[Any]] = zip(*cells, strict=True)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if page["offset"] == 0:
        writer.writerow(map(_cell, head))
    writer.writerows(map(_cell, line) for line in lines)
    return text.getvalue().encode("utf-8", "replace")


def _json(page: wire.InstancePage, names: Mapping[str, str], last: bool) -> bytes:
    """A list of objects, one a line."""
    lines = [json.dumps(each, allow_nan=False) for each in _objects(page, names)]
    opening = "[\n" if page["offset"] == 0 else ""
    return (opening + ",\n".join(lines) + ("\n]\n" if last else ",\n")).encode()


def _objects(page: wire.InstancePage, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    shared, own = _shared(page), [(names[each["key"]], _own(each, page)) for each in page["models"]]
    for row in range(len(page["ids"])):
        yield {
            **{name: column[row] for name, column in shared.items()},
            "attributes": {name: column[row] for name, column in page["attributes"].items()},
            "models": [
                {"model": name, **{column: values[row] for column, values in of.items()}}
                for name, of in own
            ],
        }


def _shared(page: wire.InstancePage) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"id": [*page["ids"]], "label": [*page["labels"]]}
    if "texts" in page:
        found["text"] = [*page["texts"]]
    if "targets" in page:
        found["target"] = [*page["targets"]]
    return found


def _own(model: wire.InstanceColumns, page: wire.InstancePage) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "predicted": [*model["predicted"]],
        "correct": [*model["correct"]],
        "confidence": [*model["confidence"]],
    }
    if page["measure"]:
        form = page["form"].replace("_", " ")
        what = "value" if form == "value" else f"{form} to base"
        columns[f"{page['measure']}, {what}"] = [*model["values"]]
    return columns


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = ", ".join(value)
    if isinstance(value, bool):
        return int(value)
    return "'" + value if isinstance(value, str) and _FORMULA.match(value) else value
