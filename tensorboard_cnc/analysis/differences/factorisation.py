"""Finds the variables of a selection: what of its recipes differs, each thing once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tensorboard_cnc.analysis.differences.recipes import (
    NOT_GIVEN,
    WITH,
    WITHOUT,
    Level,
    Recipe,
    Step,
    StepKey,
    parameter_level,
    text_of,
)
from tensorboard_cnc.analysis.differences.replicates import is_seed
from tensorboard_cnc.analysis.differences.variables import (
    Kind,
    Variable,
    joined,
    step_name,
    steps_by_key,
    steps_name,
    variable_of,
)

# Looking for groups is quadratic in the number of kinds of steps.
_MOST_STEPS = 60
# What further parents are called where parameters have their names.
_PARENTS = "with"
_NOT_THERE: Any = object()
# By model index, what one kind of step was in that model.
Occurrences = dict[int, Step]


def alternatives_of(
    recipes: Sequence[Recipe], places: Mapping[StepKey, Mapping[int, int]]
) -> list[list[StepKey]]:
    """Groups of steps that exclude each other in every model, after the same kind of step.

    Taken greedily, the steps of most models first.
    """
    partial = [key for key, having in places.items() if len(having) < len(recipes)]
    partial.sort(key=lambda key: (-len(places[key]), key))
    before: dict[StepKey, set[StepKey | None]] = defaultdict(set)
    for key in partial:
        for model, place in places[key].items():
            before[key].add(recipes[model].steps[place - 1].key if place else None)
    groups: list[list[StepKey]] = []
    for key in partial[:_MOST_STEPS]:
        group = next((group for group in groups if _fits(key, group, places, before)), None)
        if group is None:
            groups.append([key])
        else:
            group.append(key)
    return [group for group in groups if len(group) > 1]


def _fits(
    key: StepKey,
    group: Sequence[StepKey],
    places: Mapping[StepKey, Mapping[int, int]],
    before: Mapping[StepKey, set[StepKey | None]],
) -> bool:
    return all(
        places[key].keys().isdisjoint(places[other]) and before[key] & before[other]
        for other in group
    )


def variables_of(recipes: Sequence[Recipe]) -> list[Variable]:
    """The variables of the selection; models of equal levels in all of them are replicates."""
    places = steps_by_key(recipes)
    groups = alternatives_of(recipes, places)
    grouped = {key for group in groups for key in group}
    found = [*_root(recipes), *_order(recipes)]
    for group in groups:
        found += _alternatives([_occurrences(recipes, places, key) for key in group], len(recipes))
    for key in places:
        if key not in grouped:
            found += _step(key, _occurrences(recipes, places, key), len(recipes))
    return joined(_named(found))


def _occurrences(
    recipes: Sequence[Recipe], places: dict[StepKey, dict[int, int]], key: StepKey
) -> Occurrences:
    return {model: recipes[model].steps[place] for model, place in places[key].items()}


def _root(recipes: Sequence[Recipe]) -> Iterator[Variable]:
    roots = [recipe.root for recipe in recipes]
    if len(set(roots)) > 1:
        levels = [Level(root, root) if root else Level(None, WITHOUT) for root in roots]
        yield variable_of("root", "root", levels)


def _step(key: StepKey, having: Occurrences, models: int) -> Iterator[Variable]:
    """Presence where nothing else of the step differs; else its parameters, which tell it too."""
    partial = len(having) < models
    own = list(_parameters(having))
    presence = f"step/{key.operation}#{key.repeat}"
    if partial and len(own) != 1:
        levels = [Level(True, WITH) if m in having else Level(None, WITHOUT) for m in range(models)]
        yield variable_of("step", step_name(key), levels, (key,))
    for parameter, levels_of in own:
        levels = [levels_of.get(model, Level(None, WITHOUT)) for model in range(models)]
        name = f"{step_name(key)} {parameter}" if partial else parameter
        nested = presence if partial and len(own) > 1 else ""
        kind: Kind = "parents" if parameter == _PARENTS else "parameter"
        yield variable_of(kind, name, levels, (key,), parameter, nested)


def _parameters(having: Occurrences) -> Iterator[tuple[str, dict[int, Level]]]:
    """The parameters in which these occurrences of a step differ, seeds left out."""
    # Models share the steps of the ancestors that they share.
    steps = {id(step): step for step in having.values()}
    if len(steps) == 1:
        return
    names = dict.fromkeys(name for step in steps.values() for name in step.parameters)
    for name in names:
        if is_seed(name):
            continue
        levels = {
            place: parameter_level(step.parameters[name])
            if name in step.parameters
            else Level(None, NOT_GIVEN)
            for place, step in steps.items()
        }
        if len(set(levels.values())) > 1:
            yield name, {model: levels[id(step)] for model, step in having.items()}
    if len({step.further_parents for step in steps.values()}) > 1:
        yield (
            _PARENTS,
            {
                model: Level(step.further_parents, text_of(step.further_parents) or WITHOUT)
                for model, step in having.items()
            },
        )


def _alternatives(group: Sequence[Occurrences], models: int) -> Iterator[Variable]:
    """One variable for steps that exclude each other, and one per parameter that they share.

    Where one parameter of a step differs, and no other step has it, its value is in the levels:
    "restore layernorms", "restore query", "retrain".
    """
    keys = tuple(next(iter(having.values())).key for having in group)
    own = [dict(_parameters(having)) for having in group]
    holders: dict[str, list[int]] = defaultdict(list)
    for index, having in enumerate(group):
        for name in dict.fromkeys(n for step in having.values() for n in step.parameters):
            holders[name].append(index)
    levels = [Level(None, WITHOUT)] * models
    for index, having in enumerate(group):
        text = step_name(keys[index])
        levels_of: dict[int, Level] = {}
        if len(own[index]) == 1 and len(holders[next(iter(own[index]))]) < 2:
            ((_, levels_of),) = own[index].items()
            own[index] = {}
        for model in having:
            level = f"{text} {levels_of[model].text}" if levels_of else text
            levels[model] = Level(level, level)
    presence = variable_of("alternatives", steps_name(keys), levels, keys)
    yield presence
    for name in dict.fromkeys(name for of_step in own for name in of_step):
        having_it = holders[name] or [i for i, of_step in enumerate(own) if name in of_step]
        values = [Level(None, WITHOUT)] * models
        for index in having_it:
            for model, step in group[index].items():
                given = step.parameters.get(name, _NOT_THERE)
                known = Level(None, NOT_GIVEN) if given is _NOT_THERE else parameter_level(given)
                values[model] = own[index].get(name, {}).get(model, known)
        steps = tuple(keys[index] for index in having_it)
        alone = len(steps) == 1
        label = f"{step_name(steps[0])} {name}" if alone else name
        yield variable_of("parameter", label, values, steps, name, presence.id if alone else "")


def _order(recipes: Sequence[Recipe]) -> Iterator[Variable]:
    """Steps that come in one order here and in the other there."""
    sequences = {tuple(step.key for step in recipe.steps) for recipe in recipes}
    by_content: dict[frozenset[StepKey], set[tuple[StepKey, ...]]] = defaultdict(set)
    for sequence in sequences:
        by_content[frozenset(sequence)].add(sequence)
    swapped: set[StepKey] = set()
    for alike in by_content.values():
        if len(alike) > 1:
            swapped |= _moved(list(alike))
    if swapped:
        levels = []
        for recipe in recipes:
            of_swapped = [step_name(step.key) for step in recipe.steps if step.key in swapped]
            text = " → ".join(of_swapped)
            levels.append(Level(text, text) if len(of_swapped) > 1 else Level(None, WITHOUT))
        yield variable_of("order", "order", levels)


def _moved(sequences: Sequence[tuple[StepKey, ...]]) -> set[StepKey]:
    """The steps between the first and the last place at which these sequences differ."""
    columns = list(zip(*sequences, strict=True))
    differing = [index for index, column in enumerate(columns) if len(set(column)) > 1]
    return {key for column in columns[differing[0] : differing[-1] + 1] for key in column}


def _named(variables: Sequence[Variable]) -> list[Variable]:
    """Bare parameter names get their operation where two variables would have the same name."""
    count: dict[str, int] = defaultdict(int)
    for variable in variables:
        count[variable.name] += 1
    return [
        replace(variable, name=f"{steps_name(variable.steps)} {variable.name}")
        if count[variable.name] > 1 and variable.parameter
        else variable
        for variable in variables
    ]
