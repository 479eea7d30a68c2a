"""The response of the ``models`` route: a catalog as `wire.Models`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, cast

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.differences.replicates import RecipeClasses, is_seed, recipe_classes
from tensorboard_cnc.analysis.differences.suggestions import suggestions_for
from tensorboard_cnc.analysis.lineage import Member
from tensorboard_cnc.analysis.measurements import Measured
from tensorboard_cnc.analysis.metric_specs import KnownMetric
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.analysis.silence import is_silent, last_words_us
from tensorboard_cnc.plugin.responses import Body, exact, prepare, to_json
from tensorboard_cnc.reader.event_store import Unreadable
from tensorboard_cnc.records.models import ModelCard, Operation, ParameterValue

_JSON = "application/json"
_INCOMPLETE = b',"incomplete":true}'


def models_response(
    catalog: Catalog, unreadable: Iterable[Unreadable], now_us: int = 0
) -> wire.Models:
    """Everything the Overview shows, in the order the contract states.

    `now_us`: the time in microseconds since 1970, by which some models are silent.
    """
    classes = recipe_classes(catalog)
    models = list(_models(catalog, classes, now_us))
    response: Any = {"models": models, **_all_but_models(catalog, classes, unreadable)}
    return cast("wire.Models", response)


def models_body(catalog: Catalog, unreadable: Iterable[Unreadable], now_us: int) -> Body:
    """The same as JSON, of which only one model at a time is ever there as objects."""
    classes = recipe_classes(catalog)
    models = ",".join(map(to_json, _models(catalog, classes, now_us)))
    rest = to_json(_all_but_models(catalog, classes, unreadable))
    return prepare(f'{{"models":[{models}],{rest[1:]}'.encode(), _JSON)


def complete_body(body: Body) -> Body:
    """`body` of a catalog that turns out to be complete and lacks no model."""
    return prepare(body.content.removesuffix(_INCOMPLETE) + b"}", _JSON)


def _models(catalog: Catalog, classes: RecipeClasses, now_us: int) -> Iterator[wire.Model]:
    last_words = last_words_us(catalog)
    groups = classes.groups(member.key for member in catalog.members)
    group_of = {key: number for number, group in enumerate(groups) for key in group}
    for member in catalog.members:
        key = member.key
        yield _model(catalog, member, group_of.get(key), last_words[key], now_us)
    for key, model_id in sorted(catalog.lineage.ghosts.items(), key=lambda ghost: ghost[1]):
        yield _ghost(catalog, key, model_id, _logged(catalog, key))


def _all_but_models(
    catalog: Catalog, classes: RecipeClasses, unreadable: Iterable[Unreadable]
) -> dict[str, Any]:
    unread = (Problem(u.error.message, u.error.remedy, u.run, tag=u.tag) for u in unreadable)
    rest: dict[str, Any] = {
        "metrics": [_spec(metric) for metric in catalog.metrics],
        "operations": _operations(catalog.members),
        "datasets": sorted({entry.dataset for entry in catalog.datasets}),
        "problems": [*map(_problem, catalog.problems), *map(_problem, unread)],
        "suggestions": [
            {"message": each.message, "remedy": each.remedy, "models": list(each.models)}
            for each in suggestions_for(catalog, classes)
        ],
    }
    # The last: see `complete_body`.
    return rest if catalog.complete else {**rest, "incomplete": True}


def _model(
    catalog: Catalog, member: Member, replicate_group: int | None, last_word_us: int, now_us: int
) -> wire.Model:
    card = member.card
    measured = catalog.measured[member.key]
    parents = catalog.lineage.parents[member.key]
    model: wire.Model = {
        "key": member.key,
        "id": card.id,
        "run": member.run,
        "parents": [parent.key for parent in parents],
        "operation": _operation(card.operation) if card.operation else None,
        "status": card.status,
        "created": card.created_us / 1e6,
        "updated": last_word_us / 1e6,
        "metrics": {name: _metric(entry, member.run) for name, entry in measured.items()},
        "logged": _logged(catalog, member.key),
    }
    if is_silent(member, last_word_us, now_us):
        model["silent"] = True
    if replicate_group is not None:
        model["replicate_group"] = replicate_group
    said = catalog.lineage.replicate_of.get(member.key)
    if said is not None and said in catalog.measured:
        model["replicate_of"] = said
    if assumed := [parent.key for parent in parents if parent.assumed]:
        model["assumed"] = assumed
    if card.reason:
        model["reason"] = card.reason
    if card.description:
        model["description"] = card.description
    if card.checkpoint:
        model["checkpoint"] = card.checkpoint
    _annotate(model, card, catalog.names.get(member.key))
    return model


def _annotate(model: wire.Model, card: ModelCard, name: str | None) -> None:
    """Adds what was said of the model afterwards."""
    if name is not None:
        model["renamed"] = name
    if card.note:
        model["note"] = card.note
    if card.tags:
        model["tags"] = list(card.tags)
    if card.hidden:
        model["hidden"] = True


def _ghost(catalog: Catalog, key: str, model_id: str, logged: wire.Logged) -> wire.Model:
    measured = catalog.measured[key]
    ghost: wire.Model = {
        "key": key,
        "id": model_id,
        "run": None,
        "parents": [],
        "operation": None,
        "status": "missing",
        "created": None,
        "updated": None,
        "metrics": {name: _metric(entry, None) for name, entry in measured.items()},
        "logged": logged,
    }
    if not catalog.complete:
        ghost["unread"] = True
    return ghost


def _metric(measured: Measured, model_run: str | None) -> wire.Metric:
    measurement = measured.measurement
    value = measured.value
    metric: wire.Metric = {
        "value": _finite(value),
        "repeats": [_finite(repeat) for repeat in measurement.repeats],
        "step": measurement.step,
    }
    if metric["value"] is None:
        metric["nonfinite"] = _nonfinite(value)
    interval = measurement.interval
    if interval and all(map(math.isfinite, interval)) and interval.low <= interval.high:
        metric["interval"] = {
            "low": interval.low,
            "high": interval.high,
            "level": interval.level,
        }
    if measurement.bound:
        metric["bound"] = measurement.bound
    if measurement.host:
        metric["host"] = measurement.host
    if measurement.conditions:
        metric["conditions"] = dict(measurement.conditions)
    if measurement.note:
        metric["note"] = measurement.note
    if measured.run != model_run:
        metric["run"] = measured.run
    if measured.scalar:
        metric["scalar"] = measured.scalar
    return metric


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _nonfinite(value: float) -> wire.NonFinite:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _operation(operation: Operation) -> wire.Operation:
    parameters = {name: _exact(parameter(value)) for name, value in operation.parameters.items()}
    return {"name": operation.name, "parameters": parameters}


def _exact(value: wire.ParameterValue) -> wire.ParameterValue:
    return [exact(item) for item in value] if isinstance(value, list) else exact(value)


def parameter(value: ParameterValue) -> wire.ParameterValue:
    """A parameter as JSON can say it; non-finite numbers by name."""
    if isinstance(value, tuple):
        return [_scalar(item) for item in value]
    return _scalar(value)


def _scalar(value: ParameterValue) -> wire.Scalar:
    if isinstance(value, float) and not math.isfinite(value):
        return _nonfinite(value)
    # A list within a list is shown as text.
    return str(list(value)) if isinstance(value, tuple) else value


def _spec(metric: KnownMetric) -> wire.MetricSpec:
    spec = metric.spec
    budget: wire.Budget | None = None
    if spec.budget is not None and math.isfinite(spec.budget.value):
        budget = {
            "bound": spec.budget.bound,
            "value": spec.budget.value,
            "relation": spec.budget.relation,
        }
    described: wire.MetricSpec = {
        "name": spec.name,
        "goal": spec.goal,
        "guessed": metric.guessed,
        "unit": spec.unit,
        "format": spec.format,
        "low": _finite(spec.low),
        "high": _finite(spec.high),
        "primary": spec.primary,
        "budget": budget,
        "scalar": spec.scalar,
        "description": spec.description,
    }
    if spec.scalar and spec.summary not in ("", "last"):
        described["summary"] = spec.summary
    if metric.mixed:
        described["mixed"] = metric.mixed
    return described


def _operations(members: Iterable[Member]) -> list[wire.OperationSummary]:
    summaries: dict[str, wire.OperationSummary] = {}
    for member in members:
        operation = member.card.operation
        if operation is None:
            continue
        summary = summaries.setdefault(
            operation.name, {"name": operation.name, "parameters": [], "seeds": [], "models": 0}
        )
        summary["models"] += 1
        known = summary["parameters"]
        new = [name for name in operation.parameters if name not in known]
        known.extend(new)
        summary["seeds"].extend(filter(is_seed, new))
    return list(summaries.values())


def _logged(catalog: Catalog, key: str) -> wire.Logged:
    entries = catalog.bulk.get(key, ())
    kinds = {entry.kind for entry in entries}
    found: wire.Logged = {
        "predictions": sorted(entry.dataset for entry in entries if entry.kind == "predictions"),
        "weights": "weights" in kinds,
        "activations": "activations" in kinds,
    }
    if "sensitivity" in kinds:
        found["sensitivity"] = True
    return found


def _problem(problem: Problem) -> wire.Problem:
    return {
        "message": problem.message,
        "remedy": problem.remedy,
        "run": problem.run,
        "model": problem.model,
        "tag": problem.tag,
    }
