"""Models as they are read back: who each is, what was done to it, and what it measures."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.records.models import Operation, ParameterValue
from tensorboard_cnc.results.table import Table
from tensorboard_cnc.wording import quoted, shown

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# What every model has a column for; those of metrics follow.
COLUMNS = (
    "id",
    "run",
    "key",
    "parents",
    "recipe",
    "operation",
    "parameters",
    "status",
    "created",
    "front",
    "renamed",
    "note",
    "tags",
    "hidden",
)
_NAMED = 5


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Model:
    """One model of the log directory.

    Attributes:
      id: its name.
      run: the run it was logged in; None for a parent that nobody logged.
      key: what stands for (run, id) in links of the page, 12 characters.
      parents: ids of the models it was made from, the main one first.
      parent_keys: their keys.
      recipe: the steps from its root: "dense → prune amount=0.5 → fine-tune epochs=3".
      operation: what was done to its parents; "" where nobody said.
      parameters: of that operation, as they were logged.
      status: "running", "finished", "failed" or "missing" (a parent that nobody logged).
      created: seconds since 1970; None where unknown.
      metrics: values by name, the median of repeats, each in its metric's own unit; NaN and
        infinities as such. What was not logged is not in it.
      measurements: all that is known of each metric: repeats, step, interval, bound, host,
        conditions (`wire.Metric`).
      front: whether it is on the front of the page's trade-offs (`Runs.front_axes`); None where
        it has no value on both axes, failed, is hidden, or there is no front.
      renamed: the name that it is shown under, "" where that is its id.
      note: what somebody wrote about it afterwards.
      tags: words that somebody gave it.
      hidden: whether the page leaves it out until hidden models are asked for.
      said: the whole answer of the ``models`` route on it (`wire.Model`).
    """

    id: str
    run: str | None
    key: str
    parents: tuple[str, ...]
    parent_keys: tuple[str, ...]
    recipe: str
    operation: str
    parameters: Mapping[str, ParameterValue]
    status: str
    created: float | None
    metrics: Mapping[str, float]
    measurements: Mapping[str, wire.Metric]
    front: bool | None
    renamed: str
    note: str
    tags: tuple[str, ...]
    hidden: bool
    said: wire.Model

    def __repr__(self) -> str:
        run = "nobody logged" if self.run is None else f"run {self.run}"
        shown = f", shown as {self.renamed}" if self.renamed else ""
        return f"<Model {self.id}: {run}, {self.status}{shown}>"


class Models(Sequence[Model]):
    """All models, oldest first; parents that nobody logged last."""

    def __init__(self, models: Sequence[Model], metrics: Sequence[str]) -> None:
        self._models = tuple(models)
        self._metrics = tuple(metrics)
        self._by_key = {model.key: model for model in self._models}
        self._by_id: dict[str, list[Model]] = {}
        for model in self._models:
            self._by_id.setdefault(model.id, []).append(model)

    @overload
    def __getitem__(self, at: int | str) -> Model: ...

    @overload
    def __getitem__(self, at: slice) -> Models: ...

    def __getitem__(self, at: int | str | slice) -> Model | Models:
        """A model by its place, id, key, "run/id" or display name; several by a slice.

        Raises:
          ReadError: no model is called so, or several are.
        """
        if isinstance(at, str):
            return self._named(at)
        if isinstance(at, slice):
            return Models(self._models[at], self._metrics)
        return self._models[at]

    def __len__(self) -> int:
        return len(self._models)

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models)

    def __repr__(self) -> str:
        return f"<{len(self):,} models; metrics: {', '.join(self._metrics) or 'none'}>"

    def base_of(self, model: Model) -> Model | None:
        """The model that the page compares `model` with: the oldest root it was made from.

        None where it was made from none that was logged.
        """
        seen, pending, roots = {model.key}, [model], []
        while pending:
            current = pending.pop()
            parents = [self._by_key[key] for key in current.parent_keys]
            if not parents and current.run is not None and current is not model:
                roots.append(current)
            pending += [each for each in parents if each.key not in seen]
            seen.update(each.key for each in parents)
        return min(roots, key=lambda root: (root.created or 0.0, root.key), default=None)

    def to_table(self) -> Table:
        """A row each: `COLUMNS`, then a column for each metric.

        A metric that is called as one of `COLUMNS` has its column under "metric " and its name.
        """
        names = {name: f"metric {name}" if name in COLUMNS else name for name in self._metrics}
        rows = [
            {
                **{column: getattr(model, column) for column in COLUMNS},
                **{names[name]: model.metrics.get(name) for name in self._metrics},
            }
            for model in self._models
        ]
        return Table([*COLUMNS, *names.values()], rows)

    def to_pandas(self) -> pd.DataFrame:
        """A row each, as `to_table`; ``parents`` are tuples, ``parameters`` mappings.

        Raises:
          ReadError: pandas is not installed (``pip install 'tensorboard-cnc[pandas]'``).
        """
        return self.to_table().to_pandas()

    def to_arrow(self) -> pa.Table:
        """A row each, as `to_table`; ``parameters`` are texts of JSON.

        Raises:
          ReadError: pyarrow is not installed (``pip install 'tensorboard-cnc[arrow]'``).
        """
        return self.flat().to_arrow()

    def flat(self) -> Table:
        """As `to_table`, of columns with one type each."""
        table = self.to_table()
        rows = [
            {
                **row,
                "parameters": json.dumps(_parameters(model.said)),
                "parents": [*model.parents],
                "tags": [*model.tags],
            }
            for row, model in zip(table, self._models, strict=True)
        ]
        return Table(table.columns, rows)

    def _named(self, name: str) -> Model:
        if name in self._by_key:
            return self._by_key[name]
        found = (
            self._by_id.get(name)
            or [model for model in self._models if f"{model.run}/{model.id}" == name]
            or [model for model in self._models if model.renamed == name]
        )
        logged = [model for model in found if model.run is not None] or found
        if len(logged) == 1:
            return logged[0]
        if logged:
            places = ", ".join(f"{model.run}/{model.id}" for model in logged[:_NAMED])
            raise ReadError(
                f"{len(logged)} models are called {quoted(name)}",
                "A model is named by its id where that is its own",
                f"Name one with its run, or by its key: {places}",
            )
        raise self._unknown(name)

    def _unknown(self, name: str) -> ReadError:
        near = difflib.get_close_matches(name[:100], list(self._by_id)[:1000], n=_NAMED, cutoff=0.5)
        some = near or list(self._by_id)[:_NAMED]
        listed = ", ".join(map(quoted, some)) or "none"
        there = f"There are {len(self):,} models, such as {listed}" if some else "There is none"
        return ReadError(
            f"No model is called {shown(name)}",
            there,
            "Name a model by its id, its key or as run/id",
        )


def models_of(response: wire.Models, catalog: Catalog, front: Mapping[str, bool]) -> list[Model]:
    """The models of an answer of the ``models`` route; `front` by key."""
    by_key = {model["key"]: model for model in response["models"]}
    recipes = _Recipes(by_key)
    found = []
    for key, model in by_key.items():
        member = catalog.by_key.get(key)
        operation = member.card.operation if member else None
        found.append(_model(model, by_key, recipes.of(key), operation, front.get(key)))
    return found


def _model(
    model: wire.Model,
    by_key: Mapping[str, wire.Model],
    recipe: str,
    operation: Operation | None,
    front: bool | None,
) -> Model:
    return Model(
        id=model["id"],
        run=model["run"],
        key=model["key"],
        parents=tuple(by_key[key]["id"] for key in model["parents"]),
        parent_keys=tuple(model["parents"]),
        recipe=recipe,
        operation=operation.name if operation else "",
        parameters=operation.parameters if operation else {},
        status=model["status"],
        created=model["created"],
        metrics={name: value_of(metric) for name, metric in model["metrics"].items()},
        measurements=model["metrics"],
        front=front,
        renamed=model.get("renamed", ""),
        note=model.get("note", ""),
        tags=tuple(model.get("tags", ())),
        hidden=model.get("hidden", False),
        said=model,
    )


def value_of(metric: wire.Metric) -> float:
    """The value of a metric, NaN and infinities included."""
    value = metric["value"]
    return float(metric["nonfinite"]) if value is None else value


def _parameters(model: wire.Model) -> Mapping[str, wire.ParameterValue]:
    return model["operation"]["parameters"] if model["operation"] else {}


class _Recipes:
    """Recipes in words, of which the last steps count: a chain may have thousands."""

    _MOST_STEPS = 30

    def __init__(self, by_key: Mapping[str, wire.Model]) -> None:
        self._by_key = by_key
        self._steps: dict[str, str] = {}

    def of(self, key: str) -> str:
        chain = [self._by_key[key]]
        while chain[-1]["parents"] and len(chain) <= self._MOST_STEPS:
            chain.append(self._by_key[chain[-1]["parents"][0]])
        steps = [self._step(model) for model in reversed(chain)]
        if chain[-1]["parents"]:
            steps[0] = "…"
        return " → ".join(steps)

    def _step(self, model: wire.Model) -> str:
        found = self._steps.get(model["key"])
        if found is None:
            found = self._steps[model["key"]] = self._new_step(model)
        return found

    def _new_step(self, model: wire.Model) -> str:
        parents, operation = model["parents"], model["operation"]
        if not parents or operation is None:
            return model["id"]
        others = ", ".join(self._by_key[key]["id"] for key in parents[1:])
        return operation_text(operation) + (f" with {others}" if others else "")


def operation_text(operation: wire.Operation) -> str:
    """An operation and its parameters: "prune amount=0.5 scope=global"."""
    given = [f"{name}={_text(value)}" for name, value in operation["parameters"].items()]
    return " ".join([operation["name"], *given])


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:.9g}" if isinstance(value, float) else str(value)
