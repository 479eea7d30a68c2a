"""A base and other models on the instances of one data set, aligned: columns and predictions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.dimensions import Dimension, dimensions_of
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, Floats, Instances, Ints, Truth
from tensorboard_cnc.analysis.behaviors.measures import (
    Form,
    Measure,
    column,
    in_form,
    measures_of,
)
from tensorboard_cnc.plugin.record_cache import Records
from tensorboard_cnc.plugin.responses import BadRequestError, numbers
from tensorboard_cnc.records.instances import Predictions

# Of a row of a page; the whole text is in its detail.
SHOWN = 2000
# Of a text that names a prediction in a list of the most frequent ones.
_NAMED = 200


@dataclass(frozen=True)
class Comparison:
    """`models`: keys, the base first; those without predictions on this set have no evaluation.

    What is computed is kept in `cached`, under the `versions` of the evaluations.
    """

    dataset: str
    instances: Instances
    models: tuple[str, ...]
    records: Mapping[str, Predictions]
    evaluations: Mapping[str, Evaluation]
    versions: Mapping[str, Hashable]
    cached: Records

    @property
    def truth(self) -> Truth:
        return self.instances.truth

    @property
    def base(self) -> Evaluation | None:
        """The base's evaluation; None where it was not evaluated on this set."""
        return self.evaluations.get(self.models[0])

    @property
    def logged(self) -> list[str]:
        """Keys of the models that were evaluated on this set, the base first."""
        return [key for key in self.models if key in self.evaluations]

    @cached_property
    def measures(self) -> list[Measure]:
        return measures_of(self.truth, [self.evaluations[key] for key in self.logged])

    @cached_property
    def dimensions(self) -> list[Dimension]:
        """What the instances can be sliced by."""
        key = ("dimensions", self.versions.get(self.models[0], self.versions.get("")))
        return self.cached.keep(
            _Dimensions, key, lambda: _Dimensions(dimensions_of(self.truth, self.base))
        ).all

    @cached_property
    def _dimension_of(self) -> dict[str, Dimension]:
        return {each.id: each for each in self.dimensions}

    def measure(self, id: str | None) -> Measure | None:
        """The measure of this id; without one the first that all have, None where there is none.

        Raises:
          BadRequestError: 404, there is no such measure.
        """
        if id is None:
            return self._first_of_all() or next(iter(self.measures), None)
        found = next((each for each in self.measures if each.id == id), None)
        if found is None:
            raise _unknown("measure", id, (each.id for each in self.measures))
        return found

    def dimension(self, id: str) -> Dimension:
        """The dimension of this id.

        Raises:
          BadRequestError: 404, there is no such dimension.
        """
        if id not in self._dimension_of:
            raise _unknown("dimension", id, self._dimension_of)
        return self._dimension_of[id]

    def evaluation(self, key: str) -> Evaluation:
        """The evaluation of a model.

        Raises:
          BadRequestError: 404, it is none of those compared, or was not evaluated on this set.
        """
        if key not in self.evaluations:
            raise _unknown("model", key, self.logged, "with predictions here")
        return self.evaluations[key]

    def column(self, key: str, measure: Measure, form: Form = "value") -> Floats:
        """The measure on each instance (N,), as it is or against the base; NaN: not known."""
        own = self._column(key, measure)
        if form == "value" or measure.pairwise:
            return own
        if self.base is None:
            return np.full(self.truth.n, np.nan, np.float32)
        return in_form(form, own, self._column(self.models[0], measure))

    def shared(self, key: str) -> Bools:
        """The instances (N,) that both the base and the model have predictions for."""
        present = self.evaluations[key].present
        return present if self.base is None else present & self.base.present

    def _column(self, key: str, measure: Measure) -> Floats:
        evaluation, base = self.evaluation(key), self.base
        against = self.versions.get(self.models[0]) if measure.pairwise else None
        name = ("column", measure.id, self.versions[key], against)

        if base is None and measure.pairwise:
            return np.full(self.truth.n, np.nan, np.float32)
        return self.cached.keep(
            np.ndarray, name, lambda: column(measure, self.truth, evaluation, base or evaluation)
        )

    def _first_of_all(self) -> Measure | None:
        common = [
            {each.id for each in measures_of(self.truth, [self.evaluations[key]])}
            for key in self.logged
        ]
        return next((m for m in self.measures if all(m.id in ids for ids in common)), None)


@dataclass(frozen=True, slots=True)
class _Dimensions:
    all: list[Dimension]

    @property
    def nbytes(self) -> int:
        return sum(each.codes.nbytes for each in self.all)


def cut(text: str, length: int) -> str:
    """The text, with "…" where it goes on beyond `length`."""
    return text if len(text) <= length else text[: length - 1] + "…"


def predictions_at(
    comparison: Comparison, key: str, rows: Ints, length: int | None = SHOWN
) -> list[wire.Answer]:
    """A model's predictions on these rows (k,); texts up to a length."""
    evaluation, truth = comparison.evaluation(key), comparison.truth
    if evaluation.outputs is not None:
        return _texts_at(evaluation, rows, length)
    if evaluation.memberships is not None:
        return _classes_at(evaluation.memberships, evaluation.present, rows, truth)
    if evaluation.numbers is not None:
        return [*numbers(evaluation.numbers[rows])]
    if evaluation.answers is None:
        return [None] * len(rows)
    codes = evaluation.answers[rows].tolist()
    return [None if code == NONE else truth.classes[code] for code in codes]


def labels_at(truth: Truth, rows: Ints) -> list[wire.Answer]:
    """What is true of these rows (k,)."""
    if truth.memberships is not None:
        return _classes_at(truth.memberships, np.ones(truth.n, bool), rows, truth)
    if truth.numbers is not None:
        return [*numbers(truth.numbers[rows])]
    if truth.labels is None:
        return [None] * len(rows)
    return [None if code == NONE else truth.classes[code] for code in truth.labels[rows].tolist()]


def correct_at(evaluation: Evaluation, rows: Ints) -> list[bool | None]:
    """Whether the predictions on these rows (k,) are right."""
    if evaluation.correct is None:
        return [None] * len(rows)
    return [{1.0: True, 0.0: False}.get(right) for right in evaluation.correct[rows].tolist()]


def prediction_name(answer: wire.Answer) -> str:
    """A prediction as one text, by which filters name it."""
    if isinstance(answer, list):
        return ", ".join(answer) or "none"
    return cut("" if answer is None else str(answer), _NAMED)


def prediction_names(comparison: Comparison, key: str, codes: Sequence[int]) -> list[str]:
    """The names of a model's predictions of these codes."""
    evaluation, truth = comparison.evaluation(key), comparison.truth
    if evaluation.outputs is None and evaluation.memberships is None:
        return [truth.classes[code] for code in codes]
    assert evaluation.answers is not None
    rows = np.array([int(np.argmax(evaluation.answers == code)) for code in codes], np.int64)
    return [prediction_name(answer) for answer in predictions_at(comparison, key, rows, None)]


def _texts_at(evaluation: Evaluation, rows: Ints, length: int | None) -> list[wire.Answer]:
    assert evaluation.outputs is not None
    texts = [
        None if at == NONE else evaluation.outputs[at] for at in evaluation.positions[rows].tolist()
    ]
    return [text if length is None or text is None else cut(text, length) for text in texts]


def _classes_at(memberships: Bools, known: Bools, rows: Ints, truth: Truth) -> list[wire.Answer]:
    return [
        [truth.classes[c] for c in np.flatnonzero(memberships[row]).tolist()]
        if known[row]
        else None
        for row in rows.tolist()
    ]


def _unknown(what: str, seen: str, known: Iterable[str], where: str = "") -> BadRequestError:
    listed = ", ".join(known) or "none"
    rest = f" {where}" if where else ""
    return BadRequestError(404, f"There is no {what} {seen[:80]}{rest}; available: {listed[:2000]}")
