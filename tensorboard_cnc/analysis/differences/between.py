"""The whole answer to "why do these models differ?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.differences.explanation import Explanation, explain, replicates
from tensorboard_cnc.analysis.differences.factorisation import variables_of
from tensorboard_cnc.analysis.differences.matched_pairs import MatchedPairs, matched_pairs
from tensorboard_cnc.analysis.differences.recipes import first_difference, recipes_of

# The squares of larger values, and of their differences, may be beyond a float's range.
_LARGEST = 1e150


@dataclass(frozen=True, slots=True)
class Differences:
    """What tells the models apart, which of it to show, and what each variable does."""

    explanation: Explanation
    replicates: list[list[int]]
    pairs: list[MatchedPairs]
    first_difference: int | None


def differences_between(catalog: Catalog, keys: Sequence[str]) -> Differences:
    """Explains any two or more models of the catalog, ghosts included. Never refuses."""
    recipes = recipes_of(catalog, keys)
    explanation = explain(variables_of(recipes))
    values = [
        {
            name: measured.value
            for name, measured in catalog.measured.get(key, {}).items()
            if abs(measured.value) < _LARGEST
        }
        for key in keys
    ]
    return Differences(
        explanation,
        replicates(explanation.variables, len(keys)),
        matched_pairs(explanation.variables, values),
        first_difference(recipes),
    )
