"""Why models differ: how much each variable explains, and which two explain most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.differences.factorisation import variables_of
from tensorboard_cnc.analysis.differences.matched_pairs import MatchedPairs, matched_pairs
from tensorboard_cnc.analysis.differences.recipes import first_difference, recipes_of
from tensorboard_cnc.analysis.differences.replicates import recipe_classes
from tensorboard_cnc.analysis.differences.variables import Variable

# Pairs are looked for among the variables that explain most alone.
_MOST_TRIED = 16
# Below this gain a second variable only makes the picture harder to read.
_LEAST_GAIN = 0.01
# The squares of larger values, and of their differences, may be beyond a float's range.
_LARGEST = 1e150


class Explanation(NamedTuple):
    """Variables with the most telling first, and the one or two to show."""

    variables: list[Variable]
    explains: list[float]
    x: Variable | None
    colour: Variable | None
    together: float


def explain(variables: Sequence[Variable]) -> Explanation:
    """Ranks the variables by their share of the entropy of all of them together.

    The entropy of a variable is that of its levels' frequencies over the models; 1 says that
    the variable tells apart all that any variable tells apart.
    """
    if not variables:
        return Explanation([], [], None, None, 0.0)
    whole = _entropy(zip(*(variable.of for variable in variables), strict=True))
    share = {v.id: round(_entropy(v.of) / whole, 9) for v in variables}
    ranked = sorted(variables, key=lambda v: (-share[v.id], *_plainness(v)))
    x, colour = ranked[0], None
    together = share[x.id]
    best = (together + _LEAST_GAIN, 0)
    for one, other in combinations(ranked[:_MOST_TRIED], 2):
        both = round(_entropy(zip(one.of, other.of, strict=True)) / whole, 9)
        # Of equally telling pairs the one with the fewest cells.
        quality = (both, -len(one.levels) * len(other.levels))
        if quality > best:
            best, together = quality, both
            x, colour = sorted((one, other), key=_fitness_for_x)
    explains = [share[variable.id] for variable in ranked]
    return Explanation(ranked, explains, x, colour, together)


def _entropy(levels: Iterable[Hashable]) -> float:
    counts = Counter(levels).values()
    total = sum(counts)
    return sum(n / total * math.log2(total / n) for n in counts)


def _plainness(variable: Variable) -> tuple[bool, int, str]:
    return (not variable.numeric, len(variable.levels), variable.id)


def _fitness_for_x(variable: Variable) -> tuple[bool, int, str]:
    return (not variable.numeric, -len(variable.levels), variable.id)


@dataclass(frozen=True, slots=True)
class Differences:
    """What tells the models apart, which of it to show, and what each variable does."""

    explanation: Explanation
    # Groups of positions in `keys`.
    replicates: list[list[int]]
    pairs: list[MatchedPairs]
    first_difference: int | None


def differences_between(catalog: Catalog, keys: Sequence[str]) -> Differences:
    """Explains any two or more models of the catalog, ghosts included. Never refuses."""
    classes = recipe_classes(catalog)
    recipes = recipes_of(catalog, keys, classes)
    explanation = explain(variables_of(recipes))
    values = [
        {
            name: measured.value
            for name, measured in catalog.measured.get(key, {}).items()
            if abs(measured.value) < _LARGEST
        }
        for key in keys
    ]
    place = {key: position for position, key in enumerate(keys)}
    return Differences(
        explanation,
        [[place[key] for key in group] for group in classes.groups(keys)],
        matched_pairs(explanation.variables, values),
        first_difference(recipes),
    )
