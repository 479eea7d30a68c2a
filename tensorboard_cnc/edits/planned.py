"""What a change does to each model, before anything is written: from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tensorboard_cnc.analysis.display_names import TakenNames
from tensorboard_cnc.analysis.lineage import Member, descendants_of
from tensorboard_cnc.edits.wanted import Wanted
from tensorboard_cnc.errors import ArgumentError, ReadError
from tensorboard_cnc.records.models import ModelCard, Operation
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.results.runs import Runs
from tensorboard_cnc.wording import quoted


@dataclass(frozen=True, slots=True)
class Planned:
    """What will be said of `model` that was not said already, and metrics that it will lack."""

    model: Model
    card: ModelCard
    said: Mapping[str, Any]
    withdrawn: Sequence[str]

    def changes(self) -> Iterator[tuple[str, str, str]]:
        """Of each change the field, what it was and what it will be, in words."""
        for name, value in self.said.items():
            yield name, in_words(getattr(self.card, name)), in_words(value)
        for name in self.withdrawn:
            yield name, f"{self.model.metrics[name]:.6g}", "not logged"


def plan(runs: Runs, names: Sequence[str], wanted: Wanted) -> list[Planned]:
    """What `wanted` changes in the models that `names` name; all of it is checked.

    Raises:
      ReadError: no model is called so, several are, or nobody has logged it.
      ArgumentError: something cannot be logged, is no metric of the model, leads round in a
        circle, or gives two models one name.
    """
    members = {model.key: _member(runs, model) for model in map(runs.models.__getitem__, names)}
    planned = [_planned(runs.models[key], member.card, wanted) for key, member in members.items()]
    _check_names(runs, planned)
    _check_parents(runs, planned)
    return planned


def in_words(value: Any) -> str:
    """A field's value as a person would write it."""
    match value:
        case None | "" | ():
            return "none"
        case bool():
            return "yes" if value else "no"
        case str():
            return quoted(value)
        case tuple():
            return ", ".join(map(quoted, value))
        case Operation():
            given = [f"{name}={each}" for name, each in value.parameters.items()]
            return quoted(" ".join([value.name, *given]))
    return str(value)


def _member(runs: Runs, model: Model) -> Member:
    member = runs.contents.catalog.by_key.get(model.key)
    if member is None:
        raise ReadError(
            f"Nobody has logged {quoted(model.id)}; others only name it as their parent",
            "Only a model that was logged can be changed",
            f"Log it, or correct the parents of its children: --parent of {_children(runs, model)}",
        )
    return member


def _children(runs: Runs, model: Model) -> str:
    found = [quoted(each.id) for each in runs.models if model.key in each.parent_keys]
    return ", ".join(found[:3]) + (" and others" if len(found) > 3 else "")


def _planned(model: Model, card: ModelCard, wanted: Wanted) -> Planned:
    said = {name: value for name, value in wanted.of(card).items() if getattr(card, name) != value}
    if "reason" in said:
        # Both are of one word: how it ended.
        said = {"status": "failed", **said}
    for name in (withdrawn := wanted.metrics()):
        if name not in model.metrics:
            there = ", ".join(map(quoted, model.metrics)) or "none"
            raise ArgumentError(
                f"{quoted(model.id)} has no metric {quoted(name)}",
                f"It has {there}",
                "Withdraw one of these",
            )
    return Planned(model, card, said, withdrawn)


def _check_names(runs: Runs, planned: Sequence[Planned]) -> None:
    new = {each.model.key: each.said["renamed"] for each in planned if "renamed" in each.said}
    if not any(new.values()):
        return
    named = {
        member.key: (member.card.id, new.get(member.key, member.card.renamed))
        for member in runs.contents.catalog.members
    }
    taken = TakenNames((of, name if name != of else "") for of, name in named.values())
    for key, name in new.items():
        own = named[key][0]
        if not name or name == own or not (why := taken.why_not(name)):
            continue
        circle = any(each == (name, own) for each in named.values())
        raise ArgumentError(
            f"{quoted(own)} would be shown as {quoted(name)}, {why}",
            "The two would be called after each other, in a circle"
            if circle
            else "A name stands for one model, and an id always for its own",
            "Choose another name",
        )


def _check_parents(runs: Runs, planned: Sequence[Planned]) -> None:
    catalog = runs.contents.catalog
    for each in planned:
        below = {each.model.key, *descendants_of(catalog.lineage, each.model.key)}
        for parent in each.said.get("parents", ()):
            match = catalog.index.find(parent, run=each.model.run or "", at_us=each.card.created_us)
            if match and match.key in below:
                raise ArgumentError(
                    f"{quoted(parent)} descends from {quoted(each.model.id)}",
                    "A model cannot come from what was made from it",
                    "Change the parents of that one first",
                )
