"""What any source of experiments is read as, before a byte of it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tensorboard_cnc.imports.notes import ImportNotes
from tensorboard_cnc.records.models import Measurement, MetricSpec, ModelCard

# Each may be as long as the source: more are not told apart.
_MOST_CYCLES = 10


@dataclass(frozen=True, slots=True)
class ImportedDataset:
    """The instances that predictions of a source are about; "" where one has no text or target."""

    name: str
    ids: tuple[int | str, ...]
    texts: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedPredictions:
    """A model's outputs on a data set, in the order of `ids`, and a number for each by score."""

    dataset: str
    ids: tuple[int | str, ...]
    outputs: tuple[str, ...]
    scores: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """A model and its metrics; what the source has no value for is not among them.

    One that `runs` was not at its end when the source was written.
    """

    card: ModelCard
    measurements: tuple[Measurement, ...]
    predictions: tuple[ImportedPredictions, ...] = ()
    runs: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """All of a source, parents before their children, and in words what was odd about it."""

    models: tuple[ImportedModel, ...]
    specs: tuple[MetricSpec, ...]
    notes: tuple[str, ...]
    datasets: tuple[ImportedDataset, ...] = ()


def parents_first(
    models: Mapping[str, ImportedModel], notes: ImportNotes
) -> tuple[ImportedModel, ...]:
    """The models by id, each after its parents, else in their order; cycles are cut and noted."""
    known = {
        model_id: tuple(parent for parent in model.card.parents if parent in models)
        for model_id, model in models.items()
    }
    for model_id, model in models.items():
        for parent in model.card.parents:
            if parent not in models:
                notes.note("Base that is not in the source, shown as missing", parent)
        if model.card.operation is not None and not model.card.parents:
            notes.note("Model with an operation but no base, kept", model_id)
        if model.card.operation is None and model.card.parents:
            notes.note("Model with a base but no operation, kept", model_id)
    order, cycles = _order(known)
    for cycle in cycles:
        route = " from ".join([*cycle, cycle[0]])
        notes.note("Models that descend from themselves; the page cuts the cycle", route)
    return tuple(models[model_id] for model_id in order)


def _order(parents_of: Mapping[str, Iterable[str]]) -> tuple[list[str], list[list[str]]]:
    """All ids, each after its parents; and the cycles, each model followed by its parent."""
    ordered: dict[str, None] = {}
    cycles: list[list[str]] = []
    for start in parents_of:
        # Of the line from `start` up: each model with the parents that are still to be visited.
        line = {start: iter(parents_of[start])} if start not in ordered else {}
        while line:
            model_id = next(reversed(line))
            parent = next(line[model_id], None)
            if parent is None:
                ordered[model_id] = None
                del line[model_id]
            elif parent in line:
                if len(cycles) == _MOST_CYCLES:
                    continue
                generations = list(line)
                cycles.append(generations[generations.index(parent) :])
            elif parent not in ordered:
                line[parent] = iter(parents_of[parent])
    return list(ordered), cycles
