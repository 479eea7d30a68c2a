"""A log directory in memory that holds one hostile record, and every route that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from tensorboard.context import RequestContext

from benchmarks.trust.record_seeds import KINDS, AnyRecord, seeds
from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.plugin.differences_response import chosen_models, differences_response
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.plugin.parameters import read
from tensorboard_cnc.plugin.questions import (
    BehaviorsLevel,
    BehaviorsQuestion,
    DifferencesQuestion,
    LayersQuestion,
    SensitivityQuestion,
)
from tensorboard_cnc.plugin.record_cache import RecordCache, Records
from tensorboard_cnc.plugin.responses import BadRequestError, json_body
from tensorboard_cnc.plugin.routes import BEHAVIORS, LAYERS, SENSITIVITY
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk, BulkKind, ModelCard, Stored
from tensorboard_cnc.records.sensitivity import Sensitivity
from tensorboard_cnc.records.sketches import SketchRecord
from tensorboard_cnc.wire import ExportFormat, LayerView

_GOOD = {kind: [KINDS[kind].read(each) for each in found] for kind, found in seeds().items()}
_INSTANCES = [each for each in _GOOD["instances"] if isinstance(each, Dataset | Predictions)]
_MODELS = ("base", "own")
_KEYS = tuple(model_key(name, name) for name in _MODELS)
# What is expensive and says of a record no more than the others do.
_LEVELS = tuple(level for level in get_args(BehaviorsLevel) if level != "harmed")


class _Reader:
    """Gives out what is in memory."""

    def __init__(self, records: dict[Bulk, Any]) -> None:
        self._records = records

    def read(self, _ctx: RequestContext, bulk: Bulk) -> Any:
        return self._records[bulk]


def serve(record: AnyRecord) -> None:
    """Asks every route that shows `record`, beside good ones of its kind.

    Raises whatever a route raises, but for refusals of the request.
    """
    if isinstance(record, Dataset | Predictions):
        for held in _beside_good_instances(record):
            _ask_behaviors(held)
    elif isinstance(record, SketchRecord):
        good = next(each for each in _GOOD["sketches"] if _subject(each) == record.subject)
        for pair in ((good, record), (record, good), (record, record)):
            _ask_layers(dict(zip(_bulks(record.subject), pair, strict=True)))
    elif isinstance(record, Sensitivity):
        _ask_sensitivity(record)
    else:
        _ask_models([record, *(each for each in _GOOD["models"] if type(each) is not type(record))])


def _subject(record: AnyRecord) -> str:
    return record.subject if isinstance(record, SketchRecord) else ""


def _beside_good_instances(record: Dataset | Predictions) -> Iterator[dict[Bulk, Any]]:
    for data, own in zip(_INSTANCES[::2], _INSTANCES[1::2], strict=True):
        if record.kind not in (data.kind, own.kind):
            continue
        listed = Bulk("dataset", "d", "", "test", "d", "t", 1, 1.0)
        base, other = _bulks("predictions", "test")
        if isinstance(record, Dataset):
            yield {listed: record, base: own, other: own}
        else:
            yield {listed: data, base: own, other: record}
            yield {listed: data, base: record, other: own}
            yield {base: record, other: record}


def _bulks(kind: BulkKind, dataset: str = "") -> list[Bulk]:
    return [Bulk(kind, name, name, dataset, name, kind, 1, 1.0) for name in _MODELS]


def _catalog(held: dict[Bulk, Any]) -> tuple[Catalog, Records]:
    cards = [Stored(name, "t", 1, ModelCard(name, created_us=1)) for name in _MODELS]
    catalog = build_catalog(cards, members_of(cards), {}, tuple(held))
    return catalog, Records(RecordCache(), _Reader(held), RequestContext())


def _ask_behaviors(held: dict[Bulk, Any]) -> None:
    catalog, records = _catalog(held)
    for level in _LEVELS:
        asked = {"base": _KEYS[0], "models": _KEYS[1], "level": level, "id": "1"}
        _ask(BEHAVIORS, BehaviorsQuestion, asked, catalog, records)


def _ask_layers(held: dict[Bulk, Any]) -> None:
    catalog, records = _catalog(held)
    for view in get_args(LayerView):
        for level in ("tree", "row"):
            asked = {"base": _KEYS[0], "models": _KEYS[1], "level": level, "view": view}
            _ask(LAYERS, LayersQuestion, asked | {"row": "enc.0.weight"}, catalog, records)


def _ask_sensitivity(record: Sensitivity) -> None:
    bulk = _bulks("sensitivity")[0]
    catalog, records = _catalog({bulk: record})
    for form in get_args(ExportFormat):
        asked = {"model": _KEYS[0], "level": "export", "steps": "1", "format": form}
        _ask(SENSITIVITY, SensitivityQuestion, asked, catalog, records)
    _ask(SENSITIVITY, SensitivityQuestion, {"model": _KEYS[0]}, catalog, records)


def _ask(
    route: Any, question: type[Any], asked: dict[str, str], catalog: Catalog, records: Records
) -> None:
    try:
        found = route(read(question, asked), catalog, records)
    except BadRequestError:
        return
    for _ in getattr(found, "pieces", ()):
        pass


def _ask_models(records: list[Any]) -> None:
    stored = [Stored(f"run {at}", "t", at, record) for at, record in enumerate(records)]
    members = members_of(stored)
    catalog = build_catalog(stored, members, {})
    json_body(models_response(catalog, []))
    keys = tuple(member.key for member in members[:2])
    try:
        chosen = chosen_models(catalog, DifferencesQuestion(models=keys))
        json_body(differences_response(catalog, tuple(chosen)))
    except BadRequestError:
        pass
