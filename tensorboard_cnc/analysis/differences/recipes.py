"""The chain of steps that made a model, from its root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.records.models import ParameterValue

# What a step without an operation is called; no operation has this name.
NO_OPERATION = ""


class StepKey(NamedTuple):
    """An operation and which of its occurrences in a recipe it is, from 1."""

    operation: str
    repeat: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a recipe: what was done and, beyond the main parent, from which models."""

    key: StepKey
    parameters: Mapping[str, ParameterValue]
    further_parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """A root, named by its id, and the steps from it along the main parents."""

    root: str
    steps: tuple[Step, ...]


def recipes_of(catalog: Catalog, keys: Sequence[str]) -> list[Recipe]:
    """The recipes of the models `keys`; each ancestor is looked at once."""
    known: dict[str, Recipe] = {}
    members = {member.key: member for member in catalog.members}
    ids = {key: member.card.id for key, member in members.items()} | dict(catalog.lineage.ghosts)
    for key in keys:
        chain = [key]
        while chain[-1] not in known and (parents := catalog.lineage.parents.get(chain[-1])):
            chain.append(parents[0].key)
        for model in reversed(chain):
            if model in known:
                continue
            member = members.get(model)
            operation = member.card.operation if member else None
            parents = catalog.lineage.parents.get(model, ())
            before = known[parents[0].key] if parents else Recipe(ids[model], ())
            if not parents and operation is None:
                known[model] = before
                continue
            name = operation.name if operation else NO_OPERATION
            earlier = (step.key for step in reversed(before.steps) if step.key.operation == name)
            repeat = 1 + next((key.repeat for key in earlier), 0)
            step = Step(
                StepKey(name, repeat),
                operation.parameters if operation else {},
                tuple(sorted(ids[parent.key] for parent in parents[1:])),
            )
            known[model] = Recipe(before.root, (*before.steps, step))
    return [known[key] for key in keys]


def first_difference(recipes: Sequence[Recipe]) -> int | None:
    """Position of the first step that not all recipes share; None where they are all the same.

    0 is the root itself, 1 the first step after it.
    """
    if len({recipe.root for recipe in recipes}) > 1:
        return 0
    shortest = min(len(recipe.steps) for recipe in recipes)
    first = recipes[0].steps
    for position in range(shortest):
        if any(recipe.steps[position] != first[position] for recipe in recipes):
            return position + 1
    return None if all(len(recipe.steps) == shortest for recipe in recipes) else shortest + 1
