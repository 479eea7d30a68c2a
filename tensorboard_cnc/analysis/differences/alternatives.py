"""Steps that exclude each other, such as int8, palettization or low rank on the same parent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tensorboard_cnc.analysis.differences.recipes import Recipe, StepKey

# Looking for groups is quadratic in the number of kinds of steps.
_MOST_STEPS = 60


def alternatives_of(
    recipes: Sequence[Recipe], places: Mapping[StepKey, Mapping[int, int]]
) -> list[list[StepKey]]:
    """Groups of two or more steps of which no model has two, done after the same kind of step.

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
