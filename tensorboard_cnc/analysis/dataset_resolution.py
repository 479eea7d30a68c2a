"""Finds the data set that predictions are of: like a parent, first near, then far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from tensorboard_cnc.analysis.behaviors.alignment import rows_of
from tensorboard_cnc.analysis.model_index import places
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk


@dataclass(frozen=True, slots=True)
class Resolution:
    """The data set of some predictions, if any run has logged it.

    `fingerprint` tells data sets of one name apart, also one that nobody logged; "" where not even
    that is known. `assumed`: it was chosen among several of its name that would do. `lacking`: how
    many of the ids the nearest of its name does not have, which therefore is not theirs.
    """

    fingerprint: str
    bulk: Bulk | None = None
    assumed: bool = False
    lacking: int = 0


def resolve_dataset(
    predictions: Predictions,
    run: str,
    datasets: Iterable[Bulk],
    read: Callable[[Bulk], Dataset | None],
) -> Resolution:
    """The data set of `predictions`, which were logged in `run`.

    Looks in the run itself, then under each directory above it, the nearest first, and takes the
    newest there that has all of the ids and, where the predictions know it, their fingerprint. It
    is read only as far as needed.

    Args:
      predictions: of one model.
      run: as a reader shows it.
      datasets: those of the log directory.
      read: what one of them holds, None where it cannot be read.
    """
    wanted = predictions.dataset_fingerprint
    lacking = 0
    for level in _levels(predictions.dataset, run, datasets):
        fitting: dict[str, Bulk] = {}
        for bulk in level:
            dataset = read(bulk)
            if dataset is None or (wanted and dataset.fingerprint != wanted):
                continue
            missing = int((rows_of(predictions.ids, dataset.ids) < 0).sum())
            lacking = lacking or missing
            if not missing:
                fitting.setdefault(dataset.fingerprint, bulk)
                if wanted:
                    break
        if fitting:
            fingerprint, bulk = next(iter(fitting.items()))
            return Resolution(fingerprint, bulk, assumed=len(fitting) > 1)
    return Resolution(wanted, lacking=lacking)


def _levels(name: str, run: str, datasets: Iterable[Bulk]) -> Iterator[list[Bulk]]:
    """Data sets of this name, the nearest first, those at one level together, the newest first."""
    order = {place: distance for distance, place in enumerate(places(run))}

    def distance(bulk: Bulk) -> int:
        return min(order[place] for place in places(bulk.run) if place in order)

    named = [bulk for bulk in datasets if bulk.dataset == name]
    named.sort(key=lambda bulk: bulk.order, reverse=True)
    named.sort(key=distance)
    for _, level in groupby(named, key=distance):
        yield list(level)
