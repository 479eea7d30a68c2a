"""Records to protobuf messages and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, TypeVar, cast

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format.bounds import (
    LIST_DEPTH,
    NAME_CHARACTERS,
    NOTE_CHARACTERS,
    TAG_CHARACTERS,
    TAGS,
)
from tensorboard_cnc.format.refusals import damaged, future
from tensorboard_cnc.records.models import (
    Bound,
    Budget,
    CardField,
    Goal,
    Interval,
    LoggedProblem,
    Measurement,
    Metrics,
    MetricSpec,
    MetricSpecs,
    ModelCard,
    Operation,
    ParameterValue,
    Problems,
    Record,
    Status,
)
from tensorboard_cnc.records.summaries import scalar_summary

_K = TypeVar("_K")
_V = TypeVar("_V")

# Shared by all measurements that have none.
_NO_CONDITIONS: Mapping[str, str] = {}
_STATUS: dict[Status, pb.ModelCard.Status] = {
    "running": pb.ModelCard.RUNNING,
    "finished": pb.ModelCard.FINISHED,
    "failed": pb.ModelCard.FAILED,
}
_GOAL: dict[Goal | None, pb.MetricSpec.Goal] = {
    None: pb.MetricSpec.UNKNOWN,
    "max": pb.MetricSpec.MAX,
    "min": pb.MetricSpec.MIN,
}
_BOUND_OF_VALUE: dict[Bound | None, pb.Measurement.Bound] = {
    None: pb.Measurement.NONE,
    "≥": pb.Measurement.AT_LEAST,
    "≤": pb.Measurement.AT_MOST,
}
_BOUND: dict[Literal["at_most", "at_least"], pb.Budget.Bound] = {
    "at_most": pb.Budget.AT_MOST,
    "at_least": pb.Budget.AT_LEAST,
}
_RELATION: dict[Literal["absolute", "base_plus", "base_percent"], pb.Budget.Relation] = {
    "absolute": pb.Budget.ABSOLUTE,
    "base_plus": pb.Budget.BASE_PLUS,
    "base_percent": pb.Budget.BASE_PERCENT,
}


def to_message(record: Record) -> pb.Record:
    """`record` as the message that is stored."""
    match record:
        case ModelCard():
            return pb.Record(model=_card_to_message(record))
        case Metrics():
            measurements = map(_measurement_to_message, record.measurements)
            return pb.Record(
                metrics=pb.Metrics(model_id=record.model_id, measurements=measurements)
            )
        case MetricSpecs():
            return pb.Record(metric_specs=pb.MetricSpecs(specs=map(_spec_to_message, record.specs)))
        case Problems():
            problems = [
                pb.Problem(message=p.message, remedy=p.remedy, logged_us=p.logged_us)
                for p in record.problems
            ]
            return pb.Record(problems=pb.Problems(model_id=record.model_id, problems=problems))


def from_message(message: pb.Record) -> Record:
    """The record in `message`.

    Raises:
      DamagedRecordError: it breaks a rule that all writers keep.
      FutureRecordError: it holds no known kind of record, or a value outside its enumeration.
    """
    kind = message.WhichOneof("kind")
    if kind is None:
        raise future("it holds no known kind of record")
    return _FROM_MESSAGE[kind](getattr(message, kind))


def _card_to_message(card: ModelCard) -> pb.ModelCard:
    message = pb.ModelCard(id=card.id, created_us=card.created_us, status=pb.ModelCard.NOT_SAID)
    if "parents" in card.says:
        message.parents.extend(card.parents)
        message.no_parents = not card.parents
    if "operation" in card.says:
        message.no_operation = card.operation is None
    if "operation" in card.says and card.operation is not None:
        message.operation.name = card.operation.name
        for name, value in card.operation.parameters.items():
            message.operation.parameters.add(name=name, value=_value_to_message(value))
    if "status" in card.says:
        message.status = _STATUS[card.status]
        message.reason = card.reason
        message.closed_us = card.closed_us or 0
    if "description" in card.says:
        message.description = card.description
    if "checkpoint" in card.says:
        message.checkpoint = card.checkpoint
    if "replicate_of" in card.says:
        message.replicate_of = card.replicate_of
    _annotate(message, card)
    return message


def _annotate(message: pb.ModelCard, card: ModelCard) -> None:
    """Adds what is said of a model afterwards."""
    message.edits = card.edits
    if "note" in card.says:
        message.note = card.note
    if "tags" in card.says:
        message.tags.extend(card.tags)
        message.no_tags = not card.tags
    if "hidden" in card.says:
        message.hidden = card.hidden
    if "renamed" in card.says:
        message.renamed = card.renamed


def _card_from_message(message: pb.ModelCard) -> ModelCard:
    says: dict[CardField, bool] = {
        "parents": bool(message.parents) or message.no_parents,
        "operation": message.HasField("operation") or message.no_operation,
        "status": message.status != pb.ModelCard.NOT_SAID,
        "description": message.HasField("description"),
        "checkpoint": message.HasField("checkpoint"),
        "replicate_of": message.HasField("replicate_of"),
        "note": message.HasField("note"),
        "tags": bool(message.tags) or message.no_tags,
        "hidden": message.HasField("hidden"),
        "renamed": message.HasField("renamed"),
    }
    operation = None
    if message.HasField("operation"):
        named = (
            (_name(p.name), _value_from_message(p.value)) for p in message.operation.parameters
        )
        operation = Operation(_name(message.operation.name), _once(named, "parameter"))
    ended: dict[str, Any] = {}
    if says["status"]:
        ended["status"] = _key_of(_STATUS, message.status)
        ended["reason"], ended["closed_us"] = message.reason, message.closed_us or None
    return ModelCard(
        id=_name(message.id),
        parents=tuple(map(_name, message.parents)),
        operation=operation,
        description=message.description,
        checkpoint=message.checkpoint,
        replicate_of=_name(message.replicate_of),
        note=_text(message.note, NOTE_CHARACTERS, "note"),
        tags=_tags(message.tags),
        hidden=message.hidden,
        renamed=_name(message.renamed),
        edits=message.edits,
        created_us=message.created_us,
        says=frozenset(field for field, is_said in says.items() if is_said),
        **ended,
    )


def _value_to_message(value: ParameterValue, depth: int = 0) -> pb.Value:
    match value:
        case None:
            return pb.Value(nothing=pb.Value.Nothing())
        case bool():
            return pb.Value(flag=value)
        case int():
            return pb.Value(integer=value)
        case float():
            return pb.Value(number=value)
        case str():
            return pb.Value(text=value)
        case tuple():
            if depth == LIST_DEPTH:
                raise ValueError(f"a parameter has lists more than {LIST_DEPTH} deep")
            items = (_value_to_message(each, depth + 1) for each in value)
            return pb.Value(list=pb.Value.List(items=items))


def _value_from_message(message: pb.Value, depth: int = 0) -> ParameterValue:
    kind = message.WhichOneof("kind")
    if kind == "list":
        if depth == LIST_DEPTH:
            raise damaged(f"a parameter has lists more than {LIST_DEPTH} deep")
        return tuple(_value_from_message(each, depth + 1) for each in message.list.items)
    if kind is None or kind == "nothing":
        return None
    return cast(ParameterValue, getattr(message, kind))


def _measurement_to_message(measurement: Measurement) -> pb.Measurement:
    conditions = measurement.conditions
    interval = measurement.interval
    return pb.Measurement(
        name=measurement.name,
        repeats=measurement.repeats,
        step=measurement.step,
        logged_us=measurement.logged_us,
        host=measurement.host,
        conditions=[pb.Condition(name=name, value=value) for name, value in conditions.items()],
        note=measurement.note,
        interval=pb.Measurement.Interval(**interval._asdict()) if interval else None,
        bound=_BOUND_OF_VALUE[measurement.bound],
        withdrawn=measurement.withdrawn,
    )


def _metrics_from_message(message: pb.Metrics) -> Metrics:
    measurements = tuple(map(_measurement_from_message, message.measurements))
    return Metrics(_name(message.model_id), measurements)


def _measurement_from_message(message: pb.Measurement) -> Measurement:
    if message.withdrawn and message.repeats:
        raise damaged(f"the metric {message.name[:100]!r} is withdrawn and has a value")
    return Measurement(
        _shared(_name(message.name)),
        tuple(message.repeats),
        message.step if message.HasField("step") else None,
        message.logged_us,
        _shared(message.host),
        _conditions(message.conditions) if message.conditions else _NO_CONDITIONS,
        message.note,
        _interval(message.interval) if message.HasField("interval") else None,
        _key_of(_BOUND_OF_VALUE, message.bound),
        message.withdrawn,
    )


def _conditions(given: Iterable[pb.Condition]) -> Mapping[str, str]:
    return _once(((_shared(_name(c.name)), _shared(c.value)) for c in given), "condition")


def _interval(message: pb.Measurement.Interval) -> Interval:
    found = Interval(message.low, message.high, message.level)
    if not (-math.inf < found.low <= found.high < math.inf and 0 < found.level < 1):
        raise damaged(f"an interval goes from {found.low} to {found.high} at {found.level}")
    return found


def _spec_to_message(spec: MetricSpec) -> pb.MetricSpec:
    message = pb.MetricSpec(
        name=spec.name,
        goal=_GOAL[spec.goal],
        unit=spec.unit,
        format=spec.format,
        low=spec.low,
        high=spec.high,
        primary=spec.primary,
        scalar=spec.scalar,
        defined_us=spec.defined_us,
        suggested=spec.suggested,
        description=spec.description,
        summary=spec.summary,
    )
    if spec.budget is not None:
        message.budget.bound = _BOUND[spec.budget.bound]
        message.budget.value = spec.budget.value
        message.budget.relation = _RELATION[spec.budget.relation]
    return message


def _spec_from_message(message: pb.MetricSpec) -> MetricSpec:
    budget = None
    if message.HasField("budget"):
        budget = Budget(
            _key_of(_BOUND, message.budget.bound),
            message.budget.value,
            _key_of(_RELATION, message.budget.relation),
        )
    return MetricSpec(
        name=_name(message.name),
        goal=_key_of(_GOAL, message.goal),
        unit=message.unit,
        format=message.format,
        low=message.low if message.HasField("low") else None,
        high=message.high if message.HasField("high") else None,
        primary=message.primary,
        budget=budget,
        scalar=_name(message.scalar),
        defined_us=message.defined_us,
        suggested=message.suggested,
        description=message.description,
        summary=_summary(message.summary),
    )


def _summary(text: str) -> str:
    if text and scalar_summary(text) is None:
        raise future(f"it takes the {text[:20]!r} of a scalar, which this version does not know")
    return text


def _specs_from_message(message: pb.MetricSpecs) -> MetricSpecs:
    return MetricSpecs(tuple(map(_spec_from_message, message.specs)))


def _problems_from_message(message: pb.Problems) -> Problems:
    problems = (LoggedProblem(p.message, p.remedy, p.logged_us) for p in message.problems)
    return Problems(_name(message.model_id), tuple(problems))


def _key_of(names: dict[_K, _V], value: _V) -> _K:
    for name, number in names.items():
        if number == value:
            return name
    raise future(f"it holds the value {value}, which this version does not know")


def _name(text: str) -> str:
    return _text(text, NAME_CHARACTERS, "name")


def _tags(given: Sequence[str]) -> tuple[str, ...]:
    if len(given) > TAGS:
        raise damaged(f"it has {len(given):,} tags")
    tags = tuple(_text(tag, TAG_CHARACTERS, "tag") for tag in given)
    if len(set(tags)) < len(tags):
        raise damaged("it has a tag twice")
    return tags


def _text(text: str, most: int, what: str) -> str:
    if len(text) > most:
        raise damaged(f"the {what} {text[:20]!r}… has {len(text):,} characters")
    return text


@lru_cache(maxsize=4096)
def _shared(text: str) -> str:
    """The same object for the same text: thousands of models repeat a few names."""
    return text


def _once(named: Iterable[tuple[str, _V]], what: str) -> dict[str, _V]:
    found: dict[str, _V] = {}
    for name, value in named:
        if name in found:
            raise damaged(f"it has the {what} {name[:100]!r} twice")
        found[name] = value
    return found


_FROM_MESSAGE: dict[str, Callable[[Any], Record]] = {
    "model": _card_from_message,
    "metrics": _metrics_from_message,
    "metric_specs": _specs_from_message,
    "problems": _problems_from_message,
}
