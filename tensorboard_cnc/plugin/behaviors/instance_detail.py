"""The level "instance": all of one instance, through the selection and along its lineages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.instances import NONE, Ints, row_of_text, rows_of
from tensorboard_cnc.analysis.behaviors.measures import Measure
from tensorboard_cnc.analysis.behaviors.votes import first_break, still_broken
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.lineage import ancestors_of
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.behaviors.comparison import (
    Comparison,
    correct_at,
    labels_at,
    predictions_at,
)
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons, dataset_key
from tensorboard_cnc.plugin.behaviors.instance_page import attributes_at
from tensorboard_cnc.plugin.parameters import missing
from tensorboard_cnc.plugin.questions import BehaviorsQuestion, MediaQuestion
from tensorboard_cnc.plugin.record_cache import Records
from tensorboard_cnc.plugin.responses import (
    BadRequestError,
    Body,
    exact,
    number,
    prepare,
    significant,
)
from tensorboard_cnc.plugin.shared_work import while_wanted
from tensorboard_cnc.records.instances import Dataset

_TOP = 5
# Of the first models: each lineage may be as long as all models together.
_MOST_LINEAGES = 50


def instance_detail(question: BehaviorsQuestion, comparisons: Comparisons) -> wire.InstanceDetail:
    """Everything about one instance.

    Raises:
      BadRequestError: 400, the question has no id; 404, no instance has it.
    """
    comparison, catalog = comparisons.selection, comparisons.catalog
    row = _row_of(comparison, question.id)
    # Their ancestors too.
    traced = comparison.logged[:_MOST_LINEAGES]
    family = [step for key in traced for step in ancestors_of(catalog.lineage, key)]
    along = comparisons.among((*question.keys, *family))
    measure = comparison.measure(question.measure)
    data = comparison.instances.dataset
    here = np.array([row])
    attributes = attributes_at(comparison, here)
    # Lineages share steps.
    step_of = cache(partial(_step, along, _same_row(comparison, along, row), measure))
    id = comparison.instances.ids[row]
    return {
        "dataset": comparison.dataset,
        "id": exact(id.item() if isinstance(id, np.generic) else id),
        "label": labels_at(comparison.truth, here)[0],
        "text": data.texts[row] if data and data.texts is not None else None,
        "target": data.targets[row] if data and data.targets is not None else None,
        "image": bool(data and data.images is not None and data.images[row]),
        "attributes": {name: values[0] for name, values in attributes.items()},
        "models": [_prediction(comparison, key, here) for key in comparison.logged],
        "lineages": [_lineage(catalog, key, step_of) for key in while_wanted(traced)],
    }


def thumbnail(question: MediaQuestion, catalog: Catalog, records: Records) -> Body:
    """The PNG file of an instance.

    Raises:
      BadRequestError: 404, there is no such thumbnail.
    """
    dataset = _dataset(question.dataset, catalog, records)
    row = row_of_text(question.id, dataset.ids)
    if row is None or dataset.images is None or not dataset.images[row]:
        raise BadRequestError(
            404, f"The data set {dataset.name} has no thumbnail of {question.id[:80]}"
        )
    return prepare(dataset.images[row], "image/png")


def _row_of(comparison: Comparison, id: str | None) -> int:
    """The row of an instance whose id is given as text.

    Raises:
      BadRequestError: 400, there is no id; 404, no instance has it.
    """
    if id is None:
        raise missing("id", "the id of an instance as text")
    ids = comparison.instances.ids
    row = row_of_text(id, ids)
    if row is None:
        raise BadRequestError(
            404,
            f"No instance has the id {id[:80]}; level=instances lists the ids of all {len(ids):,}",
        )
    return row


def _same_row(comparison: Comparison, along: Comparison, row: int) -> Ints:
    return rows_of(comparison.instances.ids[row : row + 1], along.instances.ids)


def _prediction(comparison: Comparison, key: str, here: Ints) -> wire.InstanceAnswer:
    model = comparison.evaluation(key)
    measures = {
        each.id: number(float(comparison.column(key, each)[here[0]]))
        for each in comparison.measures
        if not (each.pairwise and key == comparison.models[0])
    }
    return {
        "key": key,
        "predicted": predictions_at(comparison, key, here, None)[0],
        "correct": correct_at(model, here)[0],
        "confidence": None
        if model.confidence is None
        else number(float(model.confidence[here[0]])),
        "measures": measures,
        "top": _most_probable(comparison, key, int(here[0])),
    }


def _most_probable(comparison: Comparison, key: str, row: int) -> list[tuple[str, float]]:
    """From the full vector where it was logged, else from the top-k."""
    model, record = comparison.evaluation(key), comparison.records[key]
    classes = comparison.truth.classes
    if model.vectors is not None:
        at = int(np.searchsorted(model.vectors.rows, row))
        if at < len(model.vectors.rows) and model.vectors.rows[at] == row:
            p = model.vectors.probabilities[at]
            order = np.argsort(-p, kind="stable")[:_TOP]
            return [(classes[c], significant(p[c])) for c in order.tolist() if np.isfinite(p[c])]
    position = int(model.positions[row])
    if record.top_classes is None or record.top_probabilities is None or position == NONE:
        return []
    names = record.classes or classes
    pairs = zip(
        record.top_classes[position].tolist(),
        record.top_probabilities[position].tolist(),
        strict=True,
    )
    return [(names[c], significant(p)) for c, p in pairs if c != NONE and np.isfinite(p)]


def _lineage(
    catalog: Catalog, key: str, step_of: Callable[[str], tuple[wire.LineageStep, int | None]]
) -> wire.InstanceLineage:
    found = [step_of(step) for step in ancestors_of(catalog.lineage, key)]
    steps, codes = [step for step, _ in found], [code for _, code in found]
    correct = [step["correct"] for step in steps]
    broke = first_break(correct, codes)
    return {
        "model": key,
        "steps": steps,
        "broke": broke,
        "still": broke is not None and still_broken(correct, codes),
    }


def _step(
    along: Comparison, here: Ints, measure: Measure | None, key: str
) -> tuple[wire.LineageStep, int | None]:
    """What a model on the way predicts, and its code; None where it has none."""
    model = along.evaluations.get(key)
    if model is None or here[0] == NONE or not model.present[here[0]]:
        nothing: wire.LineageStep = {
            "key": key,
            "predicted": None,
            "correct": None,
            "confidence": None,
            "value": None,
        }
        return nothing, None
    code = None if model.answers is None else int(model.answers[here[0]])
    confidence = None if model.confidence is None else float(model.confidence[here[0]])
    step: wire.LineageStep = {
        "key": key,
        "predicted": predictions_at(along, key, here)[0],
        "correct": correct_at(model, here)[0],
        "confidence": number(confidence),
        "value": _value(along, key, measure, here),
    }
    return step, None if code == NONE else code


def _value(along: Comparison, key: str, measure: Measure | None, here: Ints) -> float | None:
    if measure is None or (measure.pairwise and key == along.models[0]):
        return None
    if all(each.id != measure.id for each in along.measures):
        return None
    return number(float(along.column(key, measure)[here[0]]))


def _dataset(key: str, catalog: Catalog, records: Records) -> Dataset:
    known: dict[str, str] = {}
    for bulk in catalog.datasets:
        try:
            dataset = records.dataset(bulk)
        except RecordError:
            continue
        found = dataset_key(dataset.name, dataset.fingerprint)
        if found == key:
            return dataset
        known[found] = dataset.name
    listed = ", ".join(f"{each} ({name})" for each, name in known.items()) or "none"
    raise BadRequestError(404, f"There is no data set {key[:40]}; available: {listed[:1000]}")
