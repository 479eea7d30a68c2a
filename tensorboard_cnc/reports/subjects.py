"""Which models a report compares, and of which the page asks besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tensorboard_cnc import wire
from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.limits.limit import keeps
from tensorboard_cnc.records.models import Budget
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.results.runs import Runs
from tensorboard_cnc.wording import quoted

# As many as the page tells apart by colour.
MOST_COLOURS = 8
# The card of two models asks for no more than some; a chain may have thousands.
_MOST_STEPS = 40


class Compared(NamedTuple):
    """A base, and the models that are selected beside it."""

    base: Model
    models: tuple[Model, ...]


def compared(runs: Runs, models: Sequence[str] = (), base: str | None = None) -> Compared:
    """The models that are named, else those on the front of cost and quality, the best first.

    Without a base the oldest root that the first model was made from.

    Raises:
      ReadError: nothing is logged, a model does not exist, or several are called so.
    """
    logged = [model for model in runs.models if model.run is not None]
    if not logged:
        raise ReadError(
            "No model was logged here", "A report is about models", "Name a log directory"
        )
    named = [runs.models[name] for name in models] or front(runs)[:MOST_COLOURS]
    first = named[0] if named else logged[-1]
    root = runs.models[base] if base is not None else runs.models.base_of(first) or logged[0]
    for model in (root, *named):
        if model.run is None:
            raise ReadError(
                f"{quoted(model.id)} was never logged",
                "It is only named as a parent",
                "Name a model of `tensorboard-cnc list`",
            )
    others = named or [model for model in logged if model.key != root.key][-MOST_COLOURS:]
    unique = {model.key: model for model in others if model.key != root.key}
    return Compared(root, tuple(unique.values()))


def front(runs: Runs) -> list[Model]:
    """The front that the page's trade-offs begin with, the best quality first."""
    if runs.front_axes is None:
        return []
    _, y = runs.front_axes
    sign = -1.0 if _spec(runs, y)["goal"] == "max" else 1.0
    return sorted(
        (model for model in runs.models if model.front), key=lambda m: sign * m.metrics[y]
    )


def put_forward(runs: Runs, base: Model) -> tuple[str, ...]:
    """Keys of the models that trade-offs put forward and ask of at once, as `worthAsking` does."""
    found = [*_best_within(runs, base), *front(runs)]
    if not base.said["logged"]["predictions"]:
        return ()
    keys = (m.key for m in found if m.key != base.key and m.said["logged"]["predictions"])
    return tuple(dict.fromkeys(keys))[:MOST_COLOURS]


def steps(runs: Runs, chosen: Compared) -> list[tuple[str, str]]:
    """Keys of parent and child for each step on the way to the models, along main parents."""
    by_key = {model.key: model for model in runs.models}
    found: dict[tuple[str, str], None] = {}
    for model in chosen.models[:MOST_COLOURS]:
        child = model
        # Steps that were found before lead to the same root.
        while child.parent_keys and (child.parent_keys[0], child.key) not in found:
            found[child.parent_keys[0], child.key] = None
            child = by_key[child.parent_keys[0]]
    return list(found)[:_MOST_STEPS]


def _best_within(runs: Runs, base: Model) -> list[Model]:
    """The best by quality, and by cost, of the models that keep the budgets that were logged."""
    limits = {
        spec["name"]: Budget(budget["bound"], budget["value"], budget["relation"])
        for spec in runs.metrics
        if (budget := spec["budget"]) is not None
    }
    if not limits or runs.front_axes is None:
        return []
    within = [model for model in runs.models if _keeps_all(model, base, limits)]
    found = [_best(within, _spec(runs, name)) for name in reversed(runs.front_axes)]
    return [model for model in found if model is not None]


def _keeps_all(model: Model, base: Model, limits: Mapping[str, Budget]) -> bool:
    return all(
        keeps(model.metrics.get(name), limit, base.metrics.get(name))
        for name, limit in limits.items()
    )


def _best(models: Sequence[Model], spec: wire.MetricSpec) -> Model | None:
    name, sign = spec["name"], 1.0 if spec["goal"] == "max" else -1.0
    candidates = [m for m in models if name in m.metrics and m.status not in ("failed", "missing")]
    return max(candidates, key=lambda model: sign * model.metrics[name], default=None)


def _spec(runs: Runs, name: str) -> wire.MetricSpec:
    return next(spec for spec in runs.metrics if spec["name"] == name)
