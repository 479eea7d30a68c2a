"""Models and what they answered, in memory, and questions about them."""

from __future__ import annotations

import json
from typing import Any

from tensorboard.context import RequestContext

from tensorboard_cnc.analysis.catalog import build_catalog, members_of
from tensorboard_cnc.errors import DamagedRecordError
from tensorboard_cnc.plugin.parameters import read
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.record_cache import RecordCache, Records
from tensorboard_cnc.plugin.responses import Body
from tensorboard_cnc.plugin.routes import BEHAVIORS
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk, ModelCard, Operation, Stored


class Evaluated:
    """A log directory in memory: every model in a run of its own name."""

    def __init__(self) -> None:
        self._stored: list[Stored] = []
        self._records: dict[Bulk, Dataset | Predictions] = {}
        self._broken: set[Bulk] = set()
        self.cache = RecordCache()
        self.reads = 0

    def model(self, name: str, *parents: str, operation: Operation | None = None) -> str:
        """Logs a model; its key."""
        at = len(self._stored)
        self._stored.append(
            Stored(name, "t", at, ModelCard(name, parents, operation, created_us=at))
        )
        return model_key(name, name)

    def predictions(self, record: Predictions) -> None:
        """Logs what a model answered, in the model's run."""
        self._add("predictions", record.model_id, record)

    def dataset(self, record: Dataset, run: str = "data") -> None:
        self._add("dataset", run, record)

    def break_last(self) -> None:
        """Damages the record that was logged last."""
        self._broken.add(list(self._records)[-1])

    def ask(self, **arguments: Any) -> Any:
        """What a question is answered with, after a trip through JSON."""
        given = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in arguments.items()
        }
        members = members_of(self._stored)
        catalog = build_catalog(self._stored, members, {}, tuple(self._records))
        records = Records(self.cache, _Reader(self), RequestContext())
        response = BEHAVIORS(read(BehaviorsQuestion, given), catalog, records)
        assert isinstance(response, Body)
        return json.loads(response.content)

    def read(self, bulk: Bulk) -> Dataset | Predictions:
        """The record, unless it is broken."""
        self.reads += 1
        if bulk in self._broken:
            raise DamagedRecordError("A record is damaged", "", "Log it again")
        return self._records[bulk]

    def _add(self, kind: Any, run: str, record: Dataset | Predictions) -> None:
        model, name = "", ""
        if isinstance(record, Predictions):
            model, name = record.model_id, record.dataset
        else:
            name = record.name
        at = len(self._records)
        self._records[Bulk(kind, run, model, name, run, f"{kind}/{model}/{name}", at, at)] = record


class _Reader:
    """Gives what is in memory out as if it were read."""

    def __init__(self, log: Evaluated) -> None:
        self._log = log

    def read(self, _ctx: RequestContext, bulk: Bulk) -> Any:
        return self._log.read(bulk)


def keys(*names: str) -> str:
    """The keys of models, as `models` takes them."""
    return ",".join(model_key(name, name) for name in names)
