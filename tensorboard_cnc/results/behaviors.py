"""What models predict, as the ``behaviors`` route answers it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import cast

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints
from tensorboard_cnc.errors import ReadError, RecordError
from tensorboard_cnc.plugin.behaviors.comparison import (
    Comparison,
    correct_at,
    labels_at,
    predictions_at,
)
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.instance_page import attributes_at
from tensorboard_cnc.plugin.parameters import read
from tensorboard_cnc.plugin.questions import MOST_ROWS, BehaviorsQuestion
from tensorboard_cnc.plugin.responses import BadRequestError, numbers
from tensorboard_cnc.plugin.routes import BEHAVIORS
from tensorboard_cnc.results.contents import Contents, refused
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.results.table import Row, Table
from tensorboard_cnc.wording import quoted

_CELLS = (
    "n",
    "value",
    "low",
    "high",
    "change",
    "change_low",
    "change_high",
    "p",
    "q",
)
_SLICE_COLUMNS = ("slice", "model", "key", "instances", *_CELLS, "broke", "mended", "small")
_FLOW_COLUMNS = ("model", "key", "before", "after", "n", "broke", "mended")
_INSTANCE_COLUMNS = (
    "id",
    "label",
    "text",
    "target",
    "attributes",
    "model",
    "key",
    "predicted",
    "correct",
    "confidence",
    "value",
)


class Behaviors:
    """What models predict on one data set, each against the base.

    Rates are shares (0 to 1), changes are model − base in the measure's own unit, intervals 95 %.
    """

    def __init__(
        self, contents: Contents, base: Model, models: Sequence[Model], dataset: str | None = None
    ) -> None:
        self._contents = contents
        self._names = {model.key: model.id for model in (base, *models)}
        self._arguments = {"base": base.key, "models": ",".join(model.key for model in models)}
        if dataset is not None:
            self._arguments["dataset"] = dataset

    @cached_property
    def summary(self) -> wire.BehaviorSummary:
        """What there is to look at, and each model over all instances (`wire.BehaviorSummary`)."""
        return cast(wire.BehaviorSummary, self._answer("summary"))

    @property
    def datasets(self) -> list[wire.EvaluationSet]:
        """The data sets on which the base or another of the models has predictions."""
        return self.summary["datasets"]

    @cached_property
    def harmed(self) -> wire.HarmedSlices:
        """Slices that a model harms more than the rest, tested (`wire.HarmedSlices`).

        A net loss by McNemar's exact test, and worse than the rest by Welch's *t*; both with their
        own q over all slices and models. docs/measures.md, "Of slices", has the procedure.

        Raises:
          ReadError: none of the models has predictions.
        """
        return self.harm()

    def harm(self, measure: str | None = None) -> wire.HarmedSlices:
        """The same by a measure of your choice: of scores and losses by their mean changes.

        Args:
          measure: its id or label, as in ``summary["measures"]``: "f1", "nll". By default what is
            right, where that is known, else the first measure with a goal.

        Raises:
          ReadError: there is no such measure, or none of the models has predictions.
        """
        query = {} if measure is None else {"measure": self.measure(measure)["id"]}
        return cast(wire.HarmedSlices, self._answer("harmed", **query))

    def measure(self, name: str) -> wire.BehaviorMeasure:
        """A measure: what it is called, its unit, and which way is better.

        Args:
          name: its id or label, as in ``summary["measures"]``.

        Raises:
          ReadError: there is no such measure, or several are labelled so.
        """
        measures = self.summary["measures"]
        found = [each for each in measures if each["id"] == name]
        found = found or [each for each in measures if each["label"] == name]
        if len(found) == 1:
            return found[0]
        known = ", ".join(quoted(each["id"]) for each in measures) or "none"
        raise ReadError(
            f"{'Several measures are' if found else 'There is no measure'} called {quoted(name)}",
            "Predictions are measured by what was logged with them",
            f"There are: {known}",
        )

    def are_shares(self, measure: str) -> bool:
        """Whether a measure has no unit, and is between 0 and 1 on all instances.

        Args:
          measure: its id, as in ``summary["measures"]``.
        """
        comparison = self._comparisons.selection
        own = comparison.measure(measure)
        if own is None or own.unit:
            return False
        columns = [comparison.column(key, own) for key in comparison.logged]
        found = [column[np.isfinite(column)] for column in columns]
        return all(bool(((each >= 0) & (each <= 1)).all()) for each in found)

    def slices(self, name: str, measure: str | None = None) -> Table:
        """A row for each slice and model, by a label or an attribute.

        Args:
          name: a dimension's name or id, as in ``summary["dimensions"]``: "label", "scan".
          measure: its id, as in ``summary["measures"]``; by default the first.

        Returns:
          A table of ``slice``, ``model`` (id), ``key``, ``instances`` (of the slice), ``n`` (of
          which the model has a value), ``value`` with ``low`` and ``high``, ``change`` against
          the base with ``change_low`` and ``change_high``, ``p``, ``q`` (corrected for all
          slices and models), ``broke`` and ``mended`` (right → wrong and back, counts),
          ``small`` (fewer than 30). The slices with the largest loss come first.

        Raises:
          ReadError: there is no such dimension or measure, or no predictions.
        """
        query = {"by": json.dumps([self._dimension(name)])}
        if measure is not None:
            query["measure"] = measure
        rows: list[Row] = []
        for page in self._pages("slices", **query):
            rows.extend(self._slice_rows(cast(wire.SliceTable, page)))
        return Table(_SLICE_COLUMNS, rows)

    def flows(self, limit: int = 100) -> Table:
        """A row for each change of predictions and model: who became what.

        Args:
          limit: how many of each model at most, the most frequent first; 0 to 500.

        Returns:
          A table of ``model`` (id), ``key``, ``before`` and ``after`` (the base's prediction and
          the model's), ``n`` instances, and how many of them ``broke`` and ``mended`` (right →
          wrong and back, counts; None where it is not known who is right).

        Raises:
          ReadError: none of the models has predictions, or the limit is out of range.
        """
        rows: list[Row] = []
        for model in cast(wire.AnswerFlows, self._answer("flows", limit=str(limit)))["models"]:
            judged = model["broke"] is not None
            for flow in model["flows"]:
                outcomes = {name: flow[name] if judged else None for name in ("broke", "mended")}
                rows.append({**self._who(model["key"]), **flow, **outcomes})
        return Table(_FLOW_COLUMNS, rows)

    @cached_property
    def instances(self) -> Table:
        """A row for each instance and model: what it is, and what the model makes of it.

        Columns: ``id``, ``label``, ``text`` and ``target`` (cut to 2,000 characters; None where
        not logged), ``attributes`` (a mapping), ``model`` (id), ``key``, ``predicted``,
        ``correct``, ``confidence`` (0 to 1), ``value`` (of ``summary["measure"]``).

        Raises:
          ReadError: none of the models has predictions.
        """
        rows: list[Row] = []
        for page in self._pages("instances"):
            rows.extend(self._instance_rows(cast(wire.InstancePage, page)))
        return Table(_INSTANCE_COLUMNS, rows)

    def measured(self) -> Table:
        """A row for each instance that the base has predictions for, with all its own measures.

        Columns: ``id``, ``label``, ``predicted`` (whole texts), ``correct``, ``confidence``, a
        column for each measure by its id, and "attribute " and a name for each attribute.

        Raises:
          ReadError: the base has no predictions on the data set.
        """
        try:
            return _measured(self._comparisons.selection)
        except (BadRequestError, RecordError) as error:
            raise refused(error) from error

    def _answer(self, level: str, **query: str) -> object:
        try:
            question = read(BehaviorsQuestion, {**self._arguments, **query, "level": level})
            return BEHAVIORS.levels[question.level](question, self._comparisons)
        except (BadRequestError, RecordError) as error:
            raise refused(error) from error

    @cached_property
    def _comparisons(self) -> Comparisons:
        question = read(BehaviorsQuestion, self._arguments)
        return BEHAVIORS.compare(question, self._contents.catalog, self._contents.records)

    def _pages(self, level: str, **query: str) -> Iterator[wire.SliceTable | wire.InstancePage]:
        offset = 0
        while True:
            answer = self._answer(level, offset=str(offset), limit=str(MOST_ROWS), **query)
            page = cast(wire.SliceTable | wire.InstancePage, answer)
            yield page
            offset += MOST_ROWS
            if offset >= page["n"]:
                return

    def _dimension(self, name: str) -> str:
        dimensions = self.summary["dimensions"]
        found = [each["id"] for each in dimensions if name in (each["id"], each["name"])]
        if found:
            return found[0]
        known = ", ".join(quoted(each["name"]) for each in dimensions) or "none"
        raise ReadError(
            f"There is nothing called {quoted(name)} to slice by",
            "Instances are sliced by their label and attributes, and by what the base predicts",
            f"There are: {known}",
        )

    def _slice_rows(self, page: wire.SliceTable) -> Iterator[Row]:
        for at, texts in enumerate(page["texts"]):
            for cells in page["models"]:
                columns = {name: cells[name][at] for name in _CELLS}  # type: ignore[literal-required]
                yield {
                    "slice": " · ".join(texts),
                    **self._who(cells["key"]),
                    "instances": page["instances"][at],
                    **columns,
                    "broke": cells["negative"][at],
                    "mended": cells["positive"][at],
                    "small": page["small"][at],
                }

    def _instance_rows(self, page: wire.InstancePage) -> Iterator[Row]:
        texts, targets = page.get("texts"), page.get("targets")
        for at, instance in enumerate(page["ids"]):
            shared = {
                "id": instance,
                "label": page["labels"][at],
                "text": texts[at] if texts else None,
                "target": targets[at] if targets else None,
                "attributes": {name: of[at] for name, of in page["attributes"].items()},
            }
            for model in page["models"]:
                yield {
                    **shared,
                    **self._who(model["key"]),
                    "predicted": model["predicted"][at],
                    "correct": model["correct"][at],
                    "confidence": model["confidence"][at],
                    "value": model["values"][at],
                }

    def _who(self, key: str) -> dict[str, str]:
        return {"model": self._names[key], "key": key}


def _measured(comparison: Comparison) -> Table:
    key = comparison.models[0]
    evaluation = comparison.evaluation(key)
    rows = np.flatnonzero(evaluation.present)
    own = [each for each in comparison.measures if not each.pairwise]
    attributes = attributes_at(comparison, rows)
    columns = {
        "id": comparison.instances.ids[rows].tolist(),
        "label": labels_at(comparison.truth, rows),
        "predicted": predictions_at(comparison, key, rows, None),
        "correct": correct_at(evaluation, rows),
        "confidence": _column(evaluation.confidence, rows),
        **{each.id: numbers(comparison.column(key, each)[rows]) for each in own},
        **{f"attribute {name}": values for name, values in attributes.items()},
    }
    lines = zip(*columns.values(), strict=True)
    return Table([*columns], [dict(zip(columns, line, strict=True)) for line in lines])


def _column(values: Floats | None, rows: Ints) -> list[float | None]:
    return [None] * len(rows) if values is None else numbers(values[rows])


def behaviors_on(
    data: str | None, contents: Contents, base: Model, models: Sequence[Model]
) -> Behaviors:
    """Behaviors on the data set of this name or key; on the page's first without one.

    Raises:
      ReadError: none of the models has predictions on it, or several data sets are called so.
    """
    first = Behaviors(contents, base, models)
    if data is None:
        return first
    known = {each["key"]: each["name"] for each in first.datasets}
    found = [key for key, name in known.items() if data in (key, name)]
    if len(found) == 1:
        return Behaviors(contents, base, models, found[0])
    listed = ", ".join(f"{name} ({key})" for key, name in known.items()) or "none"
    many = f"{len(found)} data sets are called {quoted(data)}"
    none = f"None of these models has predictions on a data set {quoted(data)}"
    rule = "A data set is named by its name or its key"
    raise ReadError(many if found else none, rule, f"There are: {listed}")
