"""A log directory that was read: its models, and comparisons of them."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.pareto import Candidate, cost_metric, pareto_front, quality_metric
from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.reader.collector import collector_paused
from tensorboard_cnc.results.comparison import Comparison
from tensorboard_cnc.results.contents import Contents, read_contents
from tensorboard_cnc.results.models import Model, Models, models_of
from tensorboard_cnc.results.parquet import write_parquet
from tensorboard_cnc.results.plan import Plan, plan_of, uniform_plan
from tensorboard_cnc.wording import shown

if TYPE_CHECKING:
    import networkx as nx


class Edge(NamedTuple):
    """That a model was made from another; keys. `main`: by its main parent."""

    parent: str
    child: str
    main: bool


class Runs:
    """What a log directory held when it was read.

    Models and metrics are read at once; predictions and sketches when a comparison asks for them.
    All numbers are those that the page shows, because its own code computes them.
    """

    def __init__(self, contents: Contents) -> None:
        # What was read, in the page's own terms; its shape is no promise.
        self.contents = contents

    @cached_property
    def models(self) -> Models:
        """All models, oldest first, also by id: ``runs.models["dense"]``."""
        response = self.contents.models
        names = [metric["name"] for metric in response["metrics"]]
        with collector_paused():
            return Models(models_of(response, self.contents.catalog, self._front), names)

    @property
    def metrics(self) -> tuple[wire.MetricSpec, ...]:
        """How to read each metric: goal, unit, range, budget (`wire.MetricSpec`)."""
        return tuple(self.contents.models["metrics"])

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of the data sets that were logged."""
        return tuple(self.contents.models["datasets"])

    @property
    def problems(self) -> tuple[wire.Problem, ...]:
        """What could not be read or resolved, each with its remedy; the rest was read."""
        return tuple(self.contents.models["problems"])

    @cached_property
    def front_axes(self) -> tuple[str, str] | None:
        """The metrics (x, y) of `Model.front`: cost and quality, as the page begins with.

        None where there are no two metrics with a goal whose models log one unit.
        """
        known = self.contents.catalog.metrics
        specs = [metric.spec for metric in known]
        y = quality_metric(specs)
        x = cost_metric([spec for spec in specs if spec is not y], self._values)
        mixed = {metric.spec.name for metric in known if metric.mixed}
        if x is None or y is None or not x.goal or not y.goal or {x.name, y.name} & mixed:
            return None
        return x.name, y.name

    def lineage(self) -> nx.DiGraph | list[Edge]:
        """Who was made from whom.

        Returns:
          A ``networkx.DiGraph`` of model keys where networkx is installed: nodes have the
          attributes ``id``, ``run``, ``operation``, ``status``; edges lead from parent to child
          and have ``main``. Else the edges, as `Edge`.
        """
        edges = [
            Edge(parent, model.key, at == 0)
            for model in self.models
            for at, parent in enumerate(model.parent_keys)
        ]
        try:
            networkx = importlib.import_module("networkx")
        except ImportError:
            return edges
        graph = networkx.DiGraph()
        for model in self.models:
            said = {"id": model.id, "run": model.run, "operation": model.operation}
            graph.add_node(model.key, status=model.status, **said)
        graph.add_edges_from((edge.parent, edge.child, {"main": edge.main}) for edge in edges)
        return graph

    def compare(
        self,
        base: str | Model,
        models: str | Model | Sequence[str | Model] | None = None,
        *,
        data: str | None = None,
    ) -> Comparison:
        """Compares models with a base, as the page does.

        Args:
          base: the model that others are compared with: an id, a key, "run/id", or a `Model`.
          models: the others; by default all that were logged.
          data: name or key of the data set for `Comparison.behaviors`; by default the first on
            which the base has predictions.

        Raises:
          ReadError: no model is called so, or several are.
        """
        first = self._model(base)
        if models is None:
            others = [model for model in self.models if model.run is not None]
        elif isinstance(models, str | Model):
            others = [self._model(models)]
        else:
            others = [self._model(each) for each in models]
        chosen = {model.key: model for model in others if model.key != first.key}
        return Comparison(self.contents, first, tuple(chosen.values()), data)

    def plan(
        self, model: str | Model, *, size: str | float | None = None, damage: float | None = None
    ) -> Plan:
        """Which candidate each layer of a model gets, as the page's slider says.

        ::

            plan = runs.plan("dense", size="20 kB")
            small = plan.apply(net)

        Args:
          model: whose sensitivity was logged (`m.sensitivity`): an id, a key, "run/id" or `Model`.
          size: what the network may take: bytes, or a text such as "20 kB". The plan is the one
            of least predicted damage on the lower convex hull of sizes and damages.
          damage: instead, the most that may be predicted, in the unit of what was measured.

        Raises:
          ReadError: no sensitivity was logged for the model, or no allocation keeps to it.
        """
        return plan_of(self.contents, self._model(model), size, damage)

    def uniform_plan(self, model: str | Model, candidate: str) -> Plan:
        """The same candidate for all layers, to compare a plan with.

        Args:
          model: as for `plan`.
          candidate: its name, such as "int4", among those that were measured.

        Raises:
          ReadError: no sensitivity was logged for the model, or not of this candidate.
        """
        return uniform_plan(self.contents, self._model(model), candidate)

    def write_parquet(self, out: str | os.PathLike[str]) -> None:
        """Writes four data sets of Parquet for DuckDB, Polars, pandas or Spark.

        ``models/``: a row each. ``metrics/``: a row for each metric of each model, with repeats,
        interval and bound. ``instances/dataset=…/model=…/``: a row for each prediction, with
        every measure. ``layers/view=…/model=…/``: a row for each tensor and module. `out` is a
        new or empty directory.

        Raises:
          ReadError: pyarrow is not installed (``pip install 'tensorboard-cnc[arrow]'``), or
            `out` holds something.
          OSError: it cannot be written.
        """
        write_parquet(self.contents, self.models, Path(out))

    def __repr__(self) -> str:
        problems = f", {len(self.problems):,} problems" if self.problems else ""
        return f"<Runs: {len(self.models):,} models, {len(self.metrics):,} metrics{problems}>"

    def _model(self, given: str | Model) -> Model:
        if isinstance(given, Model):
            return given
        if not isinstance(given, str):
            raise ReadError(
                f"A model is named by {shown(given)}",
                "Models are named by id, key or run/id",
                "Pass a text or a Model of runs.models",
            )
        return self.models[given]

    @cached_property
    def _values(self) -> Mapping[str, Mapping[str, float]]:
        """Finite values by key and metric."""
        return {
            model["key"]: {
                name: metric["value"]
                for name, metric in model["metrics"].items()
                if metric["value"] is not None
            }
            for model in self.contents.models["models"]
        }

    @cached_property
    def _front(self) -> Mapping[str, bool]:
        """By key whether a model is on the front, of those that compete."""
        if self.front_axes is None:
            return {}
        x, y = self.front_axes
        goals = {metric["name"]: metric["goal"] for metric in self.metrics}
        left_out = {
            model["key"]
            for model in self.contents.models["models"]
            if model["status"] == "failed" or model.get("hidden")
        }
        competing = [
            Candidate(key, of[x], of[y])
            for key, of in self._values.items()
            if x in of and y in of and key not in left_out
        ]
        front = {*pareto_front(competing, goals[x] or "min", goals[y] or "max")}
        return {each.key: each.key in front for each in competing}


def read(sources: Sequence[str | os.PathLike[str]]) -> Runs:
    """See `tensorboard_cnc.read`."""
    return Runs(read_contents(sources))
