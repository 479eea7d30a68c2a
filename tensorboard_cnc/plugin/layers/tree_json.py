"""The level "tree": all rows with one measure of each model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.layers.estimates import CERTAINTY
from tensorboard_cnc.analysis.layers.measures import Measure, measures_of
from tensorboard_cnc.plugin.layers.comparison import CELL_EDGES, Compared, Comparison
from tensorboard_cnc.plugin.questions import LayersQuestion
from tensorboard_cnc.plugin.responses import numbers
from tensorboard_cnc.plugin.shared_work import while_wanted
from tensorboard_cnc.sketches.change_classes import CHANGE_CLASSES

T = TypeVar("T")


def tree_json(question: LayersQuestion, compared: Compared) -> wire.LayerTree:
    """All rows, and each model's cells."""
    comparison, measure, views, notes = compared
    view = question.view
    return {
        "base": comparison.models[0],
        "view": view,
        "views": views,
        "measures": measures_json(view),
        "measure": measure.id,
        "rows": _rows(comparison),
        "models": [
            _cells(comparison, view, place, measure)
            for place in while_wanted(range(len(comparison.models)))
        ],
        "edges": CELL_EDGES.round(9).tolist(),
        "classes": list(CHANGE_CLASSES),
        "notes": notes,
    }


def measures_json(view: wire.LayerView) -> list[wire.LayerMeasure]:
    """The measures of a view, the most useful first."""
    return [
        {
            "id": measure.id,
            "label": measure.label,
            "unit": measure.unit,
            "goal": measure.goal,
            "pairwise": measure.pairwise,
            "scale": measure.scale,
        }
        for measure in measures_of(view)
    ]


def _rows(comparison: Comparison) -> wire.LayerRows:
    tree = comparison.tree
    shown = iter(_first_of_each(comparison))
    shapes = [None if slot is None else next(shown) for slot in tree.tensors]
    return {
        "names": list(tree.names),
        "parents": list(tree.parents),
        "kinds": list(tree.kinds),
        "tensor": [slot is not None for slot in tree.tensors],
        "shapes": shapes,
        "scales": numbers(comparison.histograms.scales),
    }


def _first_of_each(comparison: Comparison) -> list[list[int]]:
    """The shapes of the tensor rows in the first model that has them."""
    rows = zip(*comparison.tensors, strict=True)
    return [list(next(tensor.shape for tensor in row if tensor is not None)) for row in rows]


def _cells(
    comparison: Comparison, view: wire.LayerView, place: int, measure: Measure
) -> wire.LayerCells:
    key = comparison.models[place]
    if key not in comparison.records:
        return _not_logged(key)
    own = comparison.own[place]
    present = np.array([tensor is not None for tensor in comparison.tensors[place]])
    has = np.zeros(len(comparison.tree.names), bool)
    spans = comparison.tree.spans
    ends = np.concatenate([[0], np.cumsum(present)])
    has = ends[spans[:, 1]] > ends[spans[:, 0]]
    found = comparison.measured(place, measure)
    known = has & ~np.isnan(found.value)
    histograms = np.rint(comparison.histograms.counts[place]).astype(np.int64)
    pairs = comparison.pairs[place - 1] if place else None
    alignment = comparison.tree.alignments[place - 1] if place else None
    estimated = known & (found.certainty > 0)
    return {
        "key": key,
        "logged": True,
        "params": _where(has, own.n.astype(np.int64).tolist()),
        "stored_bytes": _where(has, numbers(own.stored)),
        "effective_bytes": _where(has, numbers(own.effective)),
        "value": _where(known, numbers(found.value)),
        "low": _where(estimated, numbers(found.low)),
        "high": _where(estimated, numbers(found.high)),
        "certainty": _where(known, [CERTAINTY[code] for code in found.certainty]),
        "match": comparison.matches(place) if place else [None] * len(has),
        "own_names": _own_names(comparison, place),
        "histograms": _where(has, histograms.tolist()),
        "shares": _shares(pairs.classes.value, pairs.n) if pairs else [None] * len(has),
        "unmatched_base": len(alignment.unmatched_base) if alignment else 0,
        "unmatched_own": len(alignment.unmatched_own) if alignment else 0,
        "non_finite": _where(has, own.non_finite.astype(np.int64).tolist()),
        "outliers": np.flatnonzero(pairs.outliers).tolist() if pairs else [],
        "parts": {str(row): part for row, part in comparison.parts(place, view).items()},
    }


def _not_logged(key: str) -> wire.LayerCells:
    return {
        "key": key,
        "logged": False,
        "params": [],
        "stored_bytes": [],
        "effective_bytes": [],
        "value": [],
        "low": [],
        "high": [],
        "certainty": [],
        "match": [],
        "own_names": {},
        "histograms": [],
        "shares": [],
        "unmatched_base": 0,
        "unmatched_own": 0,
        "non_finite": [],
        "outliers": [],
        "parts": {},
    }


def _where(known: NDArray[np.bool_], values: Sequence[T | None]) -> list[T | None]:
    return [value if here else None for here, value in zip(known.tolist(), values, strict=True)]


def _own_names(comparison: Comparison, place: int) -> dict[str, str]:
    rows = comparison.tree.rows_of_tensors()
    tensors = zip(rows, comparison.tensors[place], comparison.tensors[0], strict=True)
    return {
        str(row): own.name
        for row, own, base in tensors
        if own is not None and base is not None and own.name != base.name
    }


def _shares(classes: NDArray[Any], n: NDArray[Any]) -> list[list[float] | None]:
    shares = (classes / np.maximum(n, 1)[:, None]).round(4).tolist()
    return _where(n > 0, shares)
