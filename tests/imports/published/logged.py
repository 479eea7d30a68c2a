"""What event files hold, read without our reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event

from tensorboard_cnc.format.envelope import decode
from tensorboard_cnc.format.tags import shown_run
from tensorboard_cnc.records.models import Metrics, MetricSpec, MetricSpecs, ModelCard, Record


@dataclass
class LoggedModel:
    """One model as a reader would merge it: the newest card, and the newest value per metric."""

    run: str
    card: ModelCard
    metrics: dict[str, tuple[float, ...]]
    specs: dict[str, MetricSpec]


def logged_models(logdir: Path) -> dict[str, LoggedModel]:
    """Every model under `logdir` by id, in order of creation; each in a run of its own."""
    models: dict[str, LoggedModel] = {}
    records: dict[str, list[tuple[int, Record]]] = {}
    for path in sorted(logdir.rglob("*.tfevents.*")):
        run = shown_run(path.parent.relative_to(logdir).as_posix())
        records.setdefault(run, []).extend(_records(path))
    for run, found in records.items():
        model = _merged(run, [record for _, record in sorted(found, key=lambda item: item[0])])
        assert model.card.id not in models
        models[model.card.id] = model
    return dict(sorted(models.items(), key=lambda item: item[1].card.created_us))


def _records(path: Path) -> Iterator[tuple[int, Record]]:
    for data in RawEventFileLoader(str(path)).Load():
        event = Event.FromString(data)
        for value in event.summary.value:
            yield event.step, decode(value.tensor.string_val[0])


def _merged(run: str, records: list[Record]) -> LoggedModel:
    model = LoggedModel(run, ModelCard(""), {}, {})
    for record in records:
        match record:
            case ModelCard():
                model.card = record
            case Metrics():
                assert record.model_id == model.card.id
                model.metrics.update({m.name: m.repeats for m in record.measurements})
            case MetricSpecs():
                model.specs.update({spec.name: spec for spec in record.specs})
    return model
