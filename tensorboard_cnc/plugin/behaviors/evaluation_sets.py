"""On which data sets models were evaluated, and where the records of each are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.alignment import Ids, rows_of
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.identity import model_key
from tensorboard_cnc.instance_records import Predictions
from tensorboard_cnc.plugin.behaviors.shelf import Shelf
from tensorboard_cnc.records import Bulk


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
    catalog: Catalog, models: Sequence[str], shelf: Shelf
) -> tuple[list[EvaluationSet], list[wire.BehaviorNote]]:
    """The sets on which any of `models` (keys) was evaluated, that of most of them first.

    What cannot be read is told.
    """
    sets: dict[tuple[str, str], EvaluationSet] = {}
    notes: list[wire.BehaviorNote] = []
    listed = [
        (key, bulk)
        for key in dict.fromkeys(models)
        for bulk in catalog.bulk.get(key, ())
        if bulk.kind == "predictions"
    ]
    shelf.expect(bulk for _, bulk in listed)
    for key, bulk in listed:
        try:
            record = shelf.predictions(bulk)
        except RecordError as error:
            notes.append({"message": error.message, "remedy": error.remedy, "model": key})
            continue
        dataset, fingerprint = _dataset_of(record, bulk, catalog.datasets, shelf, notes)
        found = sets.setdefault(
            (bulk.dataset, fingerprint), EvaluationSet(bulk.dataset, fingerprint, dataset)
        )
        found.predictions[key] = bulk
        if dataset is not None:
            found.runs[dataset.run] = None
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


def _dataset_of(
    record: Predictions,
    at: Bulk,
    candidates: Iterable[Bulk],
    shelf: Shelf,
    notes: list[wire.BehaviorNote],
) -> tuple[Bulk | None, str]:
    """The data set's record and fingerprint: of those of its name the nearest that fits."""
    named = [each for each in candidates if each.dataset == at.dataset]
    for candidate in sorted(named, key=lambda each: _distance(each.run, at.run)):
        try:
            dataset = shelf.dataset(candidate)
        except RecordError as error:
            note: wire.BehaviorNote = {"message": error.message, "remedy": error.remedy}
            if note not in notes:
                notes.append(note)
            continue
        expected = record.dataset_fingerprint
        fits = expected == dataset.fingerprint if expected else _shares_ids(record, dataset.ids)
        if fits:
            return candidate, dataset.fingerprint
    return None, record.dataset_fingerprint


def _shares_ids(record: Predictions, ids: Ids) -> bool:
    return bool((rows_of(record.ids, ids) >= 0).any())


def _distance(run: str, other: str) -> int:
    """How many directories up from `other` until `run` is below."""
    if run == other:
        return -1
    one, two = run.split("/"), other.split("/")
    same = next(
        (i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b),
        min(len(one), len(two)),
    )
    return len(two) - same


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
