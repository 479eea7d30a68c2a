"""The chain of steps that made a model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.records.models import ParameterValue

# What a step without an operation is called; no operation has this name.
NO_OPERATION = ""
WITHOUT = "without"
WITH = "with"
NOT_GIVEN = "not given"


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
    """The name of the root, and the steps from it along the main parents."""

    root: str
    steps: tuple[Step, ...]


class Names(Protocol):
    """What models that are replicates are called together."""

    def root(self, key: str) -> str:
        """The name of a model that was made from no other; "" where its operation tells it."""
        ...

    def parent(self, key: str) -> str: ...


def recipes_of(catalog: Catalog, keys: Sequence[str], names: Names) -> list[Recipe]:
    """The recipes of the models `keys`; the step of each ancestor is made once.

    That of a model which is said to be a replicate is the other's.
    """
    said = catalog.lineage.replicate_of
    known: dict[str, Step] = {}
    found = []
    for key in keys:
        line = _line(catalog, key)
        repeats: dict[str, int] = {}
        steps = []
        for model in line:
            parents = catalog.lineage.parents.get(model, ())
            member = catalog.by_key.get(model)
            operation = member.card.operation if member else None
            if model in said or (not parents and operation is None):
                continue
            name = operation.name if operation else NO_OPERATION
            repeats[name] = repeats.get(name, 0) + 1
            if model not in known:
                known[model] = Step(
                    StepKey(name, repeats[name]),
                    operation.parameters if operation else {},
                    tuple(sorted(names.parent(parent.key) for parent in parents[1:])),
                )
            steps.append(known[model])
        found.append(Recipe(names.root(line[0]), tuple(steps)))
    return found


def _line(catalog: Catalog, key: str) -> list[str]:
    """The models from the root to `key`, by main parents and what they are said to be."""
    line = [key]
    while True:
        parents = catalog.lineage.parents.get(line[-1], ())
        before = catalog.lineage.replicate_of.get(line[-1]) or (parents[0].key if parents else None)
        if before is None:
            return line[::-1]
        line.append(before)


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


class Level(NamedTuple):
    """One value of a variable; `text` where the value alone does not tell."""

    value: ParameterValue
    text: str

    @property
    def absent(self) -> bool:
        """Whether it says that the model lacks the step or the parameter."""
        return self.value is None and self.text in (WITHOUT, NOT_GIVEN)


def parameter_level(value: ParameterValue) -> Level:
    """The level of a parameter that was given; 0.1 * 3 is 0.3, and NaN is NaN."""
    value = _canonical(value)
    return Level(value, text_of(value))


def text_of(value: ParameterValue) -> str:
    """A parameter's value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, tuple):
        return ", ".join(map(text_of, value))
    return "none" if value is None else str(value)


def _canonical(value: ParameterValue) -> ParameterValue:
    """`value` such that equal parameters are equal objects, whatever the rounding of floats."""
    if isinstance(value, tuple):
        return tuple(map(_canonical, value))
    if not isinstance(value, float):
        return value
    if math.isnan(value):
        # A dict finds NaN only as this one object.
        return math.nan
    value = float(f"{value:.12g}")
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
