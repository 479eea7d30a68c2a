"""Turns what differs between recipes into variables with levels."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from tensorboard_cnc.analysis.differences.recipes import WITHOUT, Level, Recipe, StepKey
from tensorboard_cnc.records.models import ParameterValue

Kind: TypeAlias = Literal["parameter", "step", "alternatives", "parents", "order", "root"]
# Of joined variables, those of the first kinds give the name.
_KINDS: tuple[Kind, ...] = ("root", "order", "parameter", "alternatives", "step", "parents")

# More names than these do not fit into a heading.
_MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing that differs: `of` holds each model's index into `levels`."""

    kind: Kind
    name: str
    levels: tuple[Level, ...]
    of: tuple[int, ...]
    # All levels but the absent ones are numbers.
    numeric: bool
    # The step that it is about; several exclude each other.
    steps: tuple[StepKey, ...] = ()
    parameter: str = ""
    # The variable that says whether a model has the step at all, where this one needs it.
    nested_in: str = ""
    joined: tuple[str, ...] = field(default=())
    # The same in every answer that has this variable.
    id: str = field(init=False)

    def __post_init__(self) -> None:
        steps = "|".join(f"{step.operation}#{step.repeat}" for step in self.steps)
        parts = (part for part in (self.kind, steps, self.parameter) if part)
        object.__setattr__(self, "id", "/".join(parts))


def variable_of(
    kind: Kind,
    name: str,
    values: Sequence[Level],
    steps: tuple[StepKey, ...] = (),
    parameter: str = "",
    nested_in: str = "",
) -> Variable:
    """A variable from each model's level: absent ones first, then ascending numbers, then texts."""
    levels = tuple(sorted(dict.fromkeys(values), key=_rank))
    position = {level: index for index, level in enumerate(levels)}
    present = [level.value for level in levels if not level.absent]
    return Variable(
        kind,
        name,
        levels,
        tuple(position[level] for level in values),
        bool(present) and all(map(_is_number, present)),
        steps,
        parameter,
        nested_in,
    )


def step_name(step: StepKey) -> str:
    """How people call it: "fine-tune", "fine-tune (2nd)"; a nameless step is "continued"."""
    name = step.operation or "continued"
    return name if step.repeat == 1 else f"{name} ({_ordinal(step.repeat)})"


def steps_name(steps: Sequence[StepKey]) -> str:
    """The names of steps that exclude each other: "int8 | palettize", the first few of many."""
    shown = steps if len(steps) <= _MOST_NAMES else steps[: _MOST_NAMES - 1]
    names = [step_name(step) for step in shown]
    if len(shown) < len(steps):
        names.append(f"{len(steps) - len(shown)} more")
    return " | ".join(names)


def steps_by_key(recipes: Sequence[Recipe]) -> dict[StepKey, dict[int, int]]:
    """For each kind of step, by model index, its position in that model's recipe."""
    found: dict[StepKey, dict[int, int]] = defaultdict(dict)
    for model, recipe in enumerate(recipes):
        for position, step in enumerate(recipe.steps):
            found[step.key][model] = position
    return dict(found)


def joined(variables: Iterable[Variable]) -> list[Variable]:
    """The variables, those that always move together made one under the plainest one's name."""
    kept: dict[tuple[int, ...], list[Variable]] = defaultdict(list)
    for variable in sorted(variables, key=lambda v: (_KINDS.index(v.kind), not v.numeric, v.id)):
        alike = kept[_partition(variable.of)]
        for position, other in enumerate(alike):
            if _move_together(variable, other):
                alike[position] = replace(other, joined=(*other.joined, variable.name))
                break
        else:
            alike.append(variable)
    return [variable for alike in kept.values() for variable in alike]


def _move_together(one: Variable, other: Variable) -> bool:
    """Two numbers that differ in every model need not go together: theirs must have one order."""
    if not (one.numeric and other.numeric) or len(one.levels) < len(one.of) or len(one.of) == 2:
        return True
    pairs = sorted(zip(one.of, other.of, strict=True))
    second = [level for _, level in pairs]
    return second == sorted(second) or second == sorted(second, reverse=True)


def _partition(of: Sequence[int]) -> tuple[int, ...]:
    """`of` with the levels numbered in order of appearance: equal for equal partitions."""
    first: dict[int, int] = {}
    return tuple(first.setdefault(level, len(first)) for level in of)


def _rank(level: Level) -> tuple[int, float, str]:
    if level.absent:
        return (0 if level.text == WITHOUT else 1, 0.0, "")
    value = level.value
    if _is_number(value):
        assert isinstance(value, int | float)
        # Integers may be too large for a float.
        return (2, math.inf if isinstance(value, int) and value.bit_length() > 1000 else value, "")
    return (3, 0.0, level.text)


def _is_number(value: ParameterValue) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _ordinal(number: int) -> str:
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{suffix or 'th'}"
