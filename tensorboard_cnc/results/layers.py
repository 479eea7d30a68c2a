"""Weights and activations of models, as the ``layers`` route answers it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from tensorboard_cnc import wire
from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.parameters import read
from tensorboard_cnc.plugin.questions import LayersQuestion
from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.plugin.routes import LAYERS
from tensorboard_cnc.results.contents import Contents, refused
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.results.table import Row, Table

COLUMNS = (
    "name",
    "kind",
    "is_tensor",
    "shape",
    "model",
    "key",
    "params",
    "stored_bytes",
    "effective_bytes",
    "value",
    "low",
    "high",
    "certainty",
    "match",
    "non_finite",
)

_VALUES = ("value", "low", "high", "certainty")


class Layers:
    """Weights and activations of a base and other models, along one module tree."""

    def __init__(self, contents: Contents, base: Model, models: Sequence[Model]) -> None:
        self._contents = contents
        self._names = {model.key: model.id for model in (base, *models)}
        self._arguments = {"base": base.key, "models": ",".join(model.key for model in models)}

    def tree(self, view: wire.LayerView = "weights", measure: str | None = None) -> wire.LayerTree:
        """All modules and tensors with one measure of each model (`wire.LayerTree`).

        Args:
          view: "weights", "sparsity" or "activations".
          measure: its id, as in ``tree(view)["measures"]``; by default the first.

        Raises:
          ReadError: there is no such view or measure.
        """
        query = {"view": view, **({"measure": measure} if measure else {})}
        return cast(wire.LayerTree, self._answer("tree", **query))

    def rows(self, view: wire.LayerView = "weights", measure: str | None = None) -> Table:
        """`tree` as a table: a row for each module or tensor and model that has it.

        `view` and `measure` are as for `tree`.

        Columns: ``name`` ("" is the whole network), ``kind``, ``is_tensor``, ``shape``, ``model``
        (id), ``key``, ``params`` (values), ``stored_bytes`` and ``effective_bytes``, ``value`` of
        the measure with ``low`` and ``high`` (95 %) and ``certainty`` ("exact", "estimate", "at
        least"), ``match`` (how it was found in the model), ``non_finite`` (values).

        Raises:
          ReadError: there is no such view or measure.
        """
        return Table(COLUMNS, list(self._rows(self.tree(view, measure))))

    def row(self, name: str, view: wire.LayerView = "weights") -> wire.LayerDetail:
        """Everything about one module or tensor (`wire.LayerDetail`).

        Args:
          name: its full name; "" is the whole network.
          view: as for `tree`.

        Raises:
          ReadError: there is none of this name.
        """
        return cast(wire.LayerDetail, self._answer("row", view=view, row=name))

    def measured(self, model: Model, view: wire.LayerView = "weights") -> Table:
        """A row for each module or tensor of `model`, with all measures of `view` (as for `tree`).

        Columns: those of `rows` without ``value``, ``low``, ``high`` and ``certainty``, then of
        each measure its id, "… low", "… high" and "… certainty".
        """
        found: dict[str, dict[str, Any]] = {}
        columns = [column for column in COLUMNS if column not in _VALUES]
        for measure in self.tree(view)["measures"]:
            name = measure["id"]
            own = {name if of == "value" else f"{name} {of}": of for of in _VALUES}
            columns += own
            for row in self.rows(view, name):
                if row["key"] == model.key:
                    kept = {column: row[column] for column in COLUMNS if column not in _VALUES}
                    filled = found.setdefault(row["name"], kept)
                    filled.update({column: row[of] for column, of in own.items()})
        return Table(columns, list(found.values()))

    def _answer(self, level: str, **query: str) -> object:
        contents = self._contents
        try:
            question = read(LayersQuestion, {**self._arguments, **query, "level": level})
            compared = LAYERS.compare(question, contents.catalog, contents.records)
            return LAYERS.levels[question.level](question, compared)
        except (BadRequestError, RecordError) as error:
            raise refused(error) from error

    def _rows(self, tree: wire.LayerTree) -> Iterator[Row]:
        rows = tree["rows"]
        for at, name in enumerate(rows["names"]):
            for cells in tree["models"]:
                if not cells["logged"] or cells["params"][at] is None:
                    continue
                yield {
                    "name": name,
                    "kind": rows["kinds"][at],
                    "is_tensor": rows["tensor"][at],
                    "shape": rows["shapes"][at],
                    "model": self._names[cells["key"]],
                    "key": cells["key"],
                    "params": cells["params"][at],
                    "stored_bytes": cells["stored_bytes"][at],
                    "effective_bytes": cells["effective_bytes"][at],
                    "value": cells["value"][at],
                    "low": cells["low"][at],
                    "high": cells["high"][at],
                    "certainty": cells["certainty"][at],
                    "match": cells["match"][at],
                    "non_finite": cells["non_finite"][at],
                }
