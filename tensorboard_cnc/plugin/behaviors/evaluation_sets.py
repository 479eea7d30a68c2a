"""On which data sets the models of a question were evaluated, and their comparison on one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation, evaluation_of
from tensorboard_cnc.analysis.behaviors.instances import NONE, Instances, instances_of, rows_of
from tensorboard_cnc.analysis.behaviors.readings import as_read, doubts, order_doubts
from tensorboard_cnc.analysis.behaviors.shards import whole_of
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.nearest import Resolution, resolve_dataset
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.record_cache import Records, arrays_of
from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk


@dataclass(slots=True)
class EvaluationSet:
    """A data set and the models that have predictions on it.

    `dataset`: its record, None where it was not logged; `grouped`: the first of those of this name
    and fingerprint that says what instances were sampled in; `runs`: all that logged one, as far as
    known. Data sets of one name and different content are different sets.
    """

    name: str
    fingerprint: str
    dataset: Bulk | None
    grouped: Bulk | None = None
    runs: dict[str, None] = field(default_factory=dict)
    predictions: dict[str, Bulk] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What stands for it in links."""
        return dataset_key(self.name, self.fingerprint)


def dataset_key(name: str, fingerprint: str) -> str:
    """What stands for a data set in links, wherever it was logged."""
    return model_key(name, fingerprint)


def evaluation_sets(
    catalog: Catalog, models: Sequence[str], records: Records, *, name: str | None = None
) -> tuple[list[EvaluationSet], list[wire.BehaviorNote]]:
    """The sets on which any of `models` (keys) was evaluated, and notes on unreadable records.

    Those of the first model come first, then those of the most models. With a `name`, only
    the sets of that name.
    """
    sets: dict[tuple[str, str], EvaluationSet] = {}
    # By message and model, so that what concerns several models is told once.
    notes: dict[tuple[str, str], wire.BehaviorNote] = {}
    named: dict[str, list[Bulk]] = defaultdict(list)
    for each in catalog.datasets:
        named[each.dataset].append(each)
    datasets = {each: tuple(bulks) for each, bulks in named.items()}
    listed = [
        (key, bulk)
        for key in dict.fromkeys(models)
        for bulk in catalog.bulk.get(key, ())
        if bulk.kind == "predictions" and name in (None, bulk.dataset)
    ]
    records.expect(each for _, bulk in listed for each in (bulk, *bulk.others))
    for key, bulk in listed:
        try:
            record = _whole(bulk, records).record
        except RecordError as error:
            note: wire.BehaviorNote = {"message": error.message, "remedy": error.remedy}
            notes[error.message, key] = {**note, "model": key}
            continue
        of = _resolved(record, bulk, datasets.get(bulk.dataset, ()), records, notes)
        found = sets.setdefault(
            (bulk.dataset, of.fingerprint), EvaluationSet(bulk.dataset, of.fingerprint, of.bulk)
        )
        found.predictions[key] = bulk
        if of.bulk is not None:
            found.runs[of.bulk.run] = None
            if found.grouped is None and records.dataset(of.bulk).groups is not None:
                found.grouped = of.bulk
    ranked = sorted(
        sets.values(),
        key=lambda each: (
            models[0] not in each.predictions,
            -len(each.predictions),
            each.name,
            each.fingerprint,
        ),
    )
    return ranked, list(notes.values())


@dataclass(frozen=True, slots=True)
class _Given:
    """Predictions as they are compared, and what is to be said of them."""

    record: Predictions
    problems: tuple[Problem, ...]
    nbytes: int = 1000


def _whole(bulk: Bulk, records: Records) -> _Given:
    """The predictions that `bulk` lists, with those of other processes.

    Raises:
      RecordError: the newest cannot be read.
    """
    newest = records.predictions(bulk)
    if not bulk.others:
        return _Given(newest, ())

    def make() -> _Given:
        found = [newest]
        for other in bulk.others:
            with suppress(RecordError):
                found.append(records.predictions(other))
        whole, problems = whole_of(found)
        own = 0 if whole is newest else sum(array.nbytes for array in arrays_of(whole))
        return _Given(whole, tuple(problems), 1000 + own)

    return records.keep(_Given, ("whole", bulk), make)


def _as_read(chosen: EvaluationSet, key: str, records: Records) -> _Given:
    """A model's predictions in the kind and by the classes of the data set.

    Raises:
      RecordError: the predictions, or the data set, cannot be read.
    """
    bulk = chosen.predictions[key]
    given = _whole(bulk, records)
    if chosen.dataset is None:
        return given
    dataset = records.dataset(chosen.dataset)

    def make() -> _Given:
        read = as_read(given.record, dataset)
        problems = (*given.problems, *doubts(given.record, read, dataset))
        own = 0 if read is given.record else sum(array.nbytes for array in arrays_of(read))
        return _Given(read, problems, 1000 + own)

    return records.keep(_Given, ("as read", chosen.dataset, bulk), make)


@dataclass(frozen=True, slots=True)
class _Found:
    """A resolution and the notes of what could not be read on the way."""

    resolution: Resolution
    unreadable: tuple[wire.BehaviorNote, ...]
    nbytes: int = 1000


def _resolved(
    record: Predictions,
    at: Bulk,
    named: tuple[Bulk, ...],
    records: Records,
    notes: dict[tuple[str, str], wire.BehaviorNote],
) -> Resolution:
    """The data set of the predictions among those of the name; notes what does not fit."""
    found = records.keep(_Found, (at, named), lambda: _find(record, at, named, records))
    for note in (*found.unreadable, *_doubts(found.resolution, record)):
        notes.setdefault((note["message"], ""), note)
    return found.resolution


def _find(record: Predictions, at: Bulk, datasets: Iterable[Bulk], records: Records) -> _Found:
    unreadable: list[wire.BehaviorNote] = []

    def read(bulk: Bulk) -> Dataset | None:
        try:
            return records.dataset(bulk)
        except RecordError as error:
            unreadable.append({"message": error.message, "remedy": error.remedy})
            return None

    return _Found(resolve_dataset(record, at.run, datasets, read), tuple(unreadable))


def _doubts(found: Resolution, record: Predictions) -> Iterator[wire.BehaviorNote]:
    if found.lacking:
        yield {
            "message": f"{found.lacking:,} of the {len(record.ids):,} ids in the predictions of "
            f'"{record.model_id}" are not in the data set "{record.dataset}"; they are compared '
            "by id only.",
            "remedy": "Log all instances in the data set, or the predictions under another name.",
        }
    if found.assumed and found.bulk is not None:
        yield {
            "message": f'Several data sets "{record.dataset}" with different content fit the '
            f'predictions of "{record.model_id}"; the newest, from the run '
            f'"{found.bulk.run}", is used.',
            "remedy": "Log the data set before the predictions, in the same process.",
        }


class Comparisons:
    """The data sets of a question's models, and any models compared on the one chosen."""

    def __init__(self, question: BehaviorsQuestion, catalog: Catalog, records: Records) -> None:
        """Finds the data sets, and reads the predictions of the question's models.

        Raises:
          BadRequestError: 404, none of the models has predictions on the question's data set.
        """
        self.catalog = catalog
        self._records, self._models = records, question.keys
        self.sets, self.notes = evaluation_sets(catalog, question.keys, records)
        self.chosen = self._chosen(question.dataset)
        self.notes += self._doubts()

    @property
    def selection(self) -> Comparison:
        """The question's models.

        Raises:
          BadRequestError: 404, none of them has predictions.
        """
        return self.among(self._models)

    def among(self, models: Iterable[str]) -> Comparison:
        """Any models on the chosen data set, the base first.

        Raises:
          BadRequestError: 404, none of the question's models has predictions.
        """
        chosen = self.chosen
        if chosen is None:
            raise BadRequestError(
                404, "None of these models has predictions; log them with m.predictions(...)"
            )
        models = tuple(dict.fromkeys(models))
        if set(models) - set(self._models):
            others, _ = evaluation_sets(self.catalog, models, self._records, name=chosen.name)
            chosen = next((each for each in others if each.key == chosen.key), chosen)
        return _compare(chosen, models, self._records)

    def evaluated(self) -> list[str]:
        """Keys of all models that may have predictions on the chosen set, by its name."""
        name = self.chosen.name if self.chosen else None
        return [
            key
            for key, records in self.catalog.bulk.items()
            if any(bulk.kind == "predictions" and bulk.dataset == name for bulk in records)
        ]

    def sizes(self) -> dict[str, int]:
        """How many instances each set has that was logged, by key."""
        return {
            each.key: len(self._records.dataset(each.dataset).ids)
            for each in self.sets
            if each.dataset is not None
        }

    def _doubts(self) -> Iterator[wire.BehaviorNote]:
        """What does not fit together among the predictions on the chosen set."""
        chosen = self.chosen
        if chosen is None:
            return
        given = {key: _as_read(chosen, key, self._records) for key in chosen.predictions}
        dataset = self._records.dataset(chosen.dataset) if chosen.dataset else None
        records = {key: each.record for key, each in given.items()}
        found = [(key, problem) for key, each in given.items() for problem in each.problems]
        for key, problem in (*found, *order_doubts(records, dataset)):
            yield {"message": problem.message, "remedy": problem.remedy, "model": key}

    def _chosen(self, sought: str | None) -> EvaluationSet | None:
        if sought is None:
            return next(iter(self.sets), None)
        found = next((each for each in self.sets if each.key == sought), None)
        if found is None:
            known = ", ".join(f"{each.key} ({each.name})" for each in self.sets) or "none"
            raise BadRequestError(
                404,
                f"None of these models has predictions on {sought[:40]}; available: {known[:1000]}",
            )
        return found


@dataclass(frozen=True, slots=True)
class _Aligned:
    """An evaluation, and the memory that it takes beside its record."""

    evaluation: Evaluation
    nbytes: int


def _compare(chosen: EvaluationSet, models: tuple[str, ...], cached: Records) -> Comparison:
    """Aligns the predictions of `models` on the set `chosen`.

    Raises:
      RecordError: a record that was listed cannot be read.
    """
    bulks = {key: chosen.predictions[key] for key in models if key in chosen.predictions}
    records = {key: _as_read(chosen, key, cached).record for key in bulks}
    dataset = _dataset_of(chosen, cached)
    # Which instances, classes and kind there are depends on all records where none says it alone.
    of = (chosen.dataset, chosen.grouped, *bulks.values())
    instances = cached.keep(Instances, of, lambda: instances_of(dataset, list(records.values())))
    truth = instances.truth
    alike = (chosen.dataset, chosen.grouped, truth.kind, truth.classes) if dataset else of
    versions = {key: (alike, bulk) for key, bulk in bulks.items()}
    evaluations = {
        key: cached.keep(_Aligned, versions[key], partial(_aligned, record, instances)).evaluation
        for key, record in records.items()
    }
    return Comparison(
        chosen.key, instances, models, records, evaluations, {"": alike, **versions}, cached
    )


def _dataset_of(chosen: EvaluationSet, cached: Records) -> Dataset | None:
    """The data set; where only another record of the same instances has groups, with these."""
    if chosen.dataset is None:
        return None
    dataset = cached.dataset(chosen.dataset)
    if dataset.groups is not None or chosen.grouped is None:
        return dataset
    other = cached.dataset(chosen.grouped)
    assert other.groups is not None
    at = rows_of(dataset.ids, other.ids)
    # One fingerprint means the same ids, unless a log lies.
    same = len(at) == len(other.ids) and NONE not in at
    return replace(dataset, groups=other.groups[at]) if same else dataset


def _aligned(record: Predictions, instances: Instances) -> _Aligned:
    evaluation = evaluation_of(record, instances)
    # Where the order is that of the record, the two share their arrays.
    shared = {id(array) for array in arrays_of(record)}
    own = sum(array.nbytes for array in evaluation.arrays() if id(array) not in shared)
    return _Aligned(evaluation, own)
