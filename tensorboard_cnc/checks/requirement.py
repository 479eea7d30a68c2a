"""Limits on metrics: those that are typed, and those that were logged with the metrics."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.mixed_units import is_other_unit
from tensorboard_cnc.checks.outcome import Outcome, Verdict
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.limits.amount import Scale, amount_text, plain_text
from tensorboard_cnc.limits.limit import BOUND, FORMS, keeps, limit_text, limit_value, parse_limit
from tensorboard_cnc.records.models import Budget
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.results.runs import Runs
from tensorboard_cnc.wording import quoted, shown

_REQUIREMENT = re.compile(rf"(.+?)\s*((?:{BOUND}).*)", re.IGNORECASE | re.DOTALL)
_BYTES_SUFFIX = re.compile(r"_(bytes?|b)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A limit on a metric; `limit` is None where no model logs such a metric."""

    asked: str
    metric: str
    limit: Budget | None
    scale: Scale
    mixed: str = ""
    # What the metric may have been meant to be called.
    near: tuple[str, ...] = ()


def typed_requirement(text: str, runs: Runs) -> Requirement:
    """The requirement that `text` states: "accuracy >= base - 1 pt".

    Raises:
      ArgumentError: it cannot be read, or its unit is none of the metric's.
    """
    found = _REQUIREMENT.fullmatch(plain_text(text))
    if found is None:
        raise ArgumentError(
            f"The requirement is {shown(text)}",
            f"A requirement is a metric and a limit. {FORMS}",
            'Write it as "accuracy >= base - 1 pt"',
        )
    specs = {spec["name"]: spec for spec in runs.metrics}
    name = _metric_called(found[1], specs)
    if name is None:
        near = difflib.get_close_matches(found[1], [*specs], n=3, cutoff=0.5)
        return Requirement(text, found[1], None, Scale(), near=tuple(near))
    scale = _scale_of(specs[name], runs)
    limit = parse_limit(found[2], metric=name, scale=scale)
    return Requirement(text, name, limit, scale, specs[name].get("mixed", ""))


def logged_requirements(runs: Runs) -> list[Requirement]:
    """The budgets that were logged with the metrics."""
    return [
        Requirement(
            f"{spec['name']} {limit_text(limit, spec['unit'])}",
            spec["name"],
            limit,
            _scale_of(spec, runs),
            spec.get("mixed", ""),
        )
        for spec in runs.metrics
        if (limit := _budget(spec)) is not None
    ]


def judged(requirement: Requirement, model: Model, base: Model | None) -> Outcome:
    """Whether the model keeps the requirement."""
    limit, scale = requirement.limit, requirement.scale

    def outcome(verdict: Verdict, why: str = "", bound: float | None = None) -> Outcome:
        metric = model.measurements.get(requirement.metric)
        value = model.metrics.get(requirement.metric)
        return Outcome(
            model.id,
            requirement.asked,
            verdict,
            "" if metric is None or value is None else _value_text(metric, value, scale),
            "" if bound is None or limit is None else _bound_text(limit, bound, scale),
            "" if metric is None else _interval_text(metric, scale),
            why,
        )

    unknown = _why_unknown(requirement, model, base)
    if unknown or limit is None:
        return outcome(Verdict.UNKNOWN, unknown)
    own = base.metrics.get(requirement.metric) if base else None
    bound = limit_value(limit, own)
    kept = keeps(model.metrics[requirement.metric], limit, own)
    if bound is None or kept is None:
        return outcome(Verdict.UNKNOWN, "its value, or that of the base, is not a number")
    if _is_other_unit(requirement, model.metrics[requirement.metric], bound):
        why = "a share and per cent, as it seems: write the limit in the unit of the metric"
        return outcome(Verdict.UNKNOWN, why, bound)
    open_end = model.measurements[requirement.metric].get("bound")
    if open_end and kept == (open_end == ("≥" if limit.bound == "at_most" else "≤")):
        return outcome(Verdict.UNKNOWN, "only a bound of its value is known", bound)
    return outcome(Verdict.HOLDS if kept else Verdict.FAILS, "", bound)


def _is_other_unit(requirement: Requirement, value: float, bound: float) -> bool:
    limit = requirement.limit
    plain = limit is not None and limit.relation == "absolute" and limit.bound == "at_least"
    return (
        plain and "%" not in requirement.asked and is_other_unit(requirement.metric, value, bound)
    )


def _why_unknown(requirement: Requirement, model: Model, base: Model | None) -> str:
    metric, limit = requirement.metric, requirement.limit
    if limit is None:
        known = ", ".join(map(quoted, requirement.near))
        return f"no model logs a metric {quoted(metric)}" + (f"; there is {known}" if known else "")
    if requirement.mixed:
        return f"{quoted(metric)} holds mixed units, {requirement.mixed}"
    if metric not in model.measurements:
        return f"{quoted(metric)} was not logged for it"
    if limit.relation == "absolute":
        return ""
    if base is None:
        return "it was made from no other model: name a base with --base"
    if metric not in base.measurements:
        return f"{quoted(metric)} was not logged for the base {quoted(base.id)}"
    if base.measurements[metric].get("bound"):
        return f"only a bound of the value of the base {quoted(base.id)} is known"
    return ""


def _metric_called(name: str, specs: Mapping[str, wire.MetricSpec]) -> str | None:
    """The metric of this name, or the only one that the page labels so: "size" for size_bytes."""
    if name in specs:
        return name
    labelled = [spec["name"] for spec in specs.values() if _label(spec) == name]
    return labelled[0] if len(labelled) == 1 else None


def _label(spec: wire.MetricSpec) -> str:
    name, unit = spec["name"], spec["unit"].strip()
    if Scale(unit).is_bytes:
        return _BYTES_SUFFIX.sub("", name) or name
    suffix = f"_{unit}".lower()
    ends = unit and name.lower().endswith(suffix) and len(name) > len(suffix)
    return name[: -len(suffix)] if ends else name


def _scale_of(spec: wire.MetricSpec, runs: Runs) -> Scale:
    """How the metric is logged; where nobody said and all values lie in 0 to 1, as a share."""
    scale = Scale(spec["unit"], spec["format"], spec["low"], spec["high"])
    if scale.unit or scale.one_percent is not None or (scale.low, scale.high) != (None, None):
        return scale
    values = [model.metrics[spec["name"]] for model in runs.models if spec["name"] in model.metrics]
    finite = [value for value in values if math.isfinite(value)]
    is_share = bool(finite) and all(0 <= value <= 1 for value in finite)
    return scale._replace(low=0.0, high=1.0) if is_share else scale


def _budget(spec: wire.MetricSpec) -> Budget | None:
    budget = spec["budget"]
    return Budget(budget["bound"], budget["value"], budget["relation"]) if budget else None


def _value_text(metric: wire.Metric, value: float, scale: Scale) -> str:
    bound = metric.get("bound")
    return (f"{bound} " if bound else "") + amount_text(value, scale)


def _bound_text(limit: Budget, bound: float, scale: Scale) -> str:
    return f"{'≤' if limit.bound == 'at_most' else '≥'} {amount_text(bound, scale)}"


def _interval_text(metric: wire.Metric, scale: Scale) -> str:
    if interval := metric.get("interval"):
        ends = (amount_text(interval[end], scale) for end in ("low", "high"))
        return f"{interval['level'] * 100:g} % interval {' to '.join(ends)}"
    repeats = [repeat for repeat in metric["repeats"] if repeat is not None]
    if len(repeats) > 1:
        ends = (amount_text(end, scale) for end in (min(repeats), max(repeats)))
        return f"{len(metric['repeats'])} repeats, {' to '.join(ends)}"
    return ""
