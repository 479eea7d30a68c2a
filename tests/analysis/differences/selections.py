"""Catalogs for tests of what differs, from models given in one line each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.analysis.differences.explanation import Differences, differences_between
from tensorboard_cnc.analysis.differences.variables import Variable
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import Measurement, Metrics, ModelCard, Operation, Stored

TABLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "experiments"


class Sweep:
    """Models under construction; all in one run."""

    def __init__(self) -> None:
        self._entries: list[Stored] = []
        self.ids: list[str] = []

    def add(
        self,
        model_id: str,
        parents: str | Sequence[str] = (),
        operation: str = "",
        metrics: Mapping[str, float] | None = None,
        *,
        replicate_of: str = "",
        **parameters: Any,
    ) -> str:
        """Adds a model and returns its id."""
        names = (parents,) if isinstance(parents, str) else tuple(parents)
        step = Operation(operation, parameters) if operation else None
        self.ids.append(model_id)
        at = len(self._entries)
        card = ModelCard(model_id, names, step, created_us=at, replicate_of=replicate_of)
        self._entries.append(Stored("r", "t", at, card))
        if metrics:
            measured = tuple(Measurement(name, (value,)) for name, value in metrics.items())
            self._entries.append(Stored("r", "t", at, Metrics(model_id, measured)))
        return model_id

    def catalog(self) -> Catalog:
        return build_catalog(self._entries, members_of(self._entries), {})

    def differences(self, *ids: str) -> Differences:
        """Between the models `ids`, or all."""
        return differences_between(self.catalog(), [model_key("r", i) for i in ids or self.ids])


def table(name: str) -> Sweep:
    """One of the published experiment tables; skips the test where they are not at hand."""
    path = TABLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the published table {path} is not here")
    sweep = Sweep()
    for model in json.loads(path.read_text(encoding="utf-8"))["models"]:
        operation = model.get("operation") or {}
        sweep.add(
            model["id"],
            model.get("base") or (),
            operation.get("name", ""),
            {name: value for name, value in model["metrics"].items() if value is not None},
            **operation.get("parameters", {}),
        )
    return sweep


def names(differences: Differences) -> list[str]:
    return [variable.name for variable in differences.explanation.variables]


def shown(differences: Differences) -> tuple[str | None, str | None]:
    """The names of the variables suggested for x and colour."""
    _, _, x, colour, _ = differences.explanation
    return (x.name if x else None, colour.name if colour else None)


def texts(variable: Variable) -> list[str]:
    return [level.text for level in variable.levels]
