"""The level "instances": one page of rows, a column for each thing that is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.evaluation import NONE, Ints
from tensorboard_cnc.analysis.behaviors.measures import Form, Measure
from tensorboard_cnc.plugin.behaviors.answers_shown import (
    SHOWN,
    answers_at,
    cut,
    labels_at,
    rights_at,
)
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.json_numbers import exact, numbers


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
        "predicted": answers_at(comparison, key, rows, length),
        "correct": rights_at(model, rows),
        "confidence": confidence,
        "values": numbers(values),
    }


def _texts(texts: tuple[str, ...], rows: Ints, length: int | None) -> list[str | None]:
    return [texts[row] if length is None else cut(texts[row], length) for row in rows.tolist()]
