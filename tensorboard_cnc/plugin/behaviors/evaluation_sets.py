"""On which data sets models were evaluated, and where the records of each are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.dataset_resolution import Resolution, resolve_dataset
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.record_cache import Records
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk


@dataclass(slots=True)
class EvaluationSet:
    """A data set and the models that have predictions on it.

    `dataset`: its record, None where it was not logged; `runs`: all that logged one of this name
    and fingerprint, as far as known. Data sets of one name and different content are different
    sets.
    """

    name: str
    fingerprint: str
    dataset: Bulk | None
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
    """The sets on which any of `models` (keys) was evaluated, that of most of them first.

    With a `name` only those that are called so. What cannot be read is told.
    """
    sets: dict[tuple[str, str], EvaluationSet] = {}
    notes: list[wire.BehaviorNote] = []
    listed = [
        (key, bulk)
        for key in dict.fromkeys(models)
        for bulk in catalog.bulk.get(key, ())
        if bulk.kind == "predictions" and name in (None, bulk.dataset)
    ]
    records.expect(bulk for _, bulk in listed)
    for key, bulk in listed:
        try:
            record = records.predictions(bulk)
        except RecordError as error:
            notes.append({"message": error.message, "remedy": error.remedy, "model": key})
            continue
        of = _resolved(record, bulk, catalog.datasets, records, notes)
        found = sets.setdefault(
            (bulk.dataset, of.fingerprint), EvaluationSet(bulk.dataset, of.fingerprint, of.bulk)
        )
        found.predictions[key] = bulk
        if of.bulk is not None:
            found.runs[of.bulk.run] = None
    ranked = sorted(
        sets.values(),
        key=lambda each: (
            models[0] not in each.predictions,
            -len(each.predictions),
            each.name,
            each.fingerprint,
        ),
    )
    return ranked, notes


@dataclass(frozen=True, slots=True)
class _Found:
    """A resolution and the notes of what could not be read on the way."""

    resolution: Resolution
    unreadable: tuple[wire.BehaviorNote, ...]
    nbytes: int = 1000


def _resolved(
    record: Predictions,
    at: Bulk,
    datasets: Iterable[Bulk],
    records: Records,
    notes: list[wire.BehaviorNote],
) -> Resolution:
    """The data set of the predictions; what cannot be read or does not fit is told once."""
    named = tuple(each for each in datasets if each.dataset == at.dataset)
    kept = records.keep(_Found, (at, named), lambda: _find(record, at, named, records))
    for note in (*kept.unreadable, *_doubts(kept.resolution, record)):
        if note not in notes:
            notes.append(note)
    return kept.resolution


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
            "message": f"{found.lacking:,} of {len(record.ids):,} ids that "
            f'"{record.model_id}" predicts are not in the data set "{record.dataset}"; its '
            "predictions are compared by id only.",
            "remedy": "Log all instances in the data set, or predictions under another name.",
        }
    if found.assumed and found.bulk is not None:
        yield {
            "message": f'Several data sets "{record.dataset}" of different content fit the '
            f'predictions of "{record.model_id}"; the newest, of the run '
            f'"{found.bulk.run}", is taken.',
            "remedy": "Log the data set before the predictions, in the same process.",
        }


def told(sets: Iterable[EvaluationSet], sizes: Mapping[str, int]) -> list[wire.EvaluationSet]:
    """The sets as JSON; `sizes`: instances by key."""
    return [
        {
            "key": each.key,
            "name": each.name,
            "fingerprint": each.fingerprint,
            "instances": sizes.get(each.key),
            "logged": each.dataset is not None,
            "runs": list(each.runs),
            "models": list(each.predictions),
        }
        for each in sets
    ]
