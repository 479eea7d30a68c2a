"""A base and other models on the instances of one data set, laid side by side."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension, dimensions_of
from tensorboard_cnc.analysis.behaviors.evaluation import Bools, Evaluation, Floats, Truth
from tensorboard_cnc.analysis.behaviors.instances import Instances, instances_of
from tensorboard_cnc.analysis.behaviors.measures import (
    Form,
    Measure,
    column,
    in_form,
    measures_of,
)
from tensorboard_cnc.analysis.behaviors.recorded_answers import evaluation_of
from tensorboard_cnc.plugin.behaviors.evaluation_sets import EvaluationSet
from tensorboard_cnc.plugin.http import BadRequestError
from tensorboard_cnc.plugin.record_cache import Records, arrays_of
from tensorboard_cnc.records.instances import Predictions


@dataclass(frozen=True)
class Comparison:
    """`models`: keys, the base first; those without predictions on this set have no evaluation.

    `kept` holds what was computed: `versions` names the content of each evaluation.
    """

    dataset: str
    instances: Instances
    models: tuple[str, ...]
    records: Mapping[str, Predictions]
    evaluations: Mapping[str, Evaluation]
    versions: Mapping[str, Hashable]
    kept: Records

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
        return self.kept.keep(
            _Dimensions, key, lambda: _Dimensions(dimensions_of(self.truth, self.base))
        ).all

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
        found = next((each for each in self.dimensions if each.id == id), None)
        if found is None:
            raise _unknown("dimension", id, (each.id for each in self.dimensions))
        return found

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
        return self.kept.keep(
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


@dataclass(frozen=True, slots=True)
class _Aligned:
    """An evaluation, and the memory that it takes beside its record."""

    evaluation: Evaluation
    nbytes: int


def compare(chosen: EvaluationSet, models: tuple[str, ...], kept: Records) -> Comparison:
    """Lays the predictions of `models` on the set `chosen` side by side.

    Raises:
        RecordError: a record that was listed cannot be read.
    """
    bulks = {key: chosen.predictions[key] for key in models if key in chosen.predictions}
    records = {key: kept.predictions(bulk) for key, bulk in bulks.items()}
    dataset = kept.dataset(chosen.dataset) if chosen.dataset else None
    # Which instances, classes and kind there are depends on all records where none says it alone.
    of = (chosen.dataset, *bulks.values())
    instances = kept.keep(Instances, of, lambda: instances_of(dataset, list(records.values())))
    truth = instances.truth
    alike = (chosen.dataset, truth.kind, truth.classes) if dataset else of
    versions = {key: (alike, bulk) for key, bulk in bulks.items()}
    evaluations = {
        key: kept.keep(_Aligned, versions[key], partial(_aligned, record, instances)).evaluation
        for key, record in records.items()
    }
    return Comparison(
        chosen.key, instances, models, records, evaluations, {"": alike, **versions}, kept
    )


def _aligned(record: Predictions, instances: Instances) -> _Aligned:
    evaluation = evaluation_of(record, instances)
    # Where the order is that of the record, the two share their arrays.
    shared = {id(array) for array in arrays_of(record)}
    own = sum(array.nbytes for array in evaluation.arrays() if id(array) not in shared)
    return _Aligned(evaluation, own)


def _unknown(what: str, seen: str, known: Iterable[str], where: str = "") -> BadRequestError:
    told = ", ".join(known) or "none"
    rest = f" {where}" if where else ""
    return BadRequestError(404, f"There is no {what} {seen[:80]}{rest}; there are: {told[:2000]}")
