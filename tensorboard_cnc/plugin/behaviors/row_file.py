"""All filtered rows as a file: CSV or JSON, written piece by piece."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.evaluation import Ints
from tensorboard_cnc.analysis.behaviors.measures import Form, Measure
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.instance_page import instance_page

# So many rows are in memory at a time.
_ROWS = 2000
# What a spreadsheet would run as a formula.
_FORMULA = re.compile(r"[=+\-@\t\r]")


def row_file(
    comparison: Comparison,
    rows: Ints,
    names: Mapping[str, str],
    *,
    measure: Measure | None,
    form: Form,
    format: Literal["csv", "json"],
) -> Iterator[bytes]:
    """The rows (k,) as UTF-8; `names`: what models are called, by key. Texts are whole.

    CSV after RFC 4180 with one head line; JSON is a list of objects, one a line.
    """
    write = _csv if format == "csv" else _json
    for offset in range(0, max(len(rows), 1), _ROWS):
        page = instance_page(
            comparison, rows, offset, _ROWS, measure=measure, form=form, length=None
        )
        yield write(page, names, offset + _ROWS >= len(rows))


def _csv(page: wire.InstancePage, names: Mapping[str, str], _last: bool) -> bytes:
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
