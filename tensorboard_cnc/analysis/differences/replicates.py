"""Models that nothing but a seed tells apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.differences.recipes import Recipe, recipes_of
from tensorboard_cnc.analysis.differences.seeds import is_seed, without_seed
from tensorboard_cnc.analysis.differences.variables import parameter_level


def replicates_of(catalog: Catalog, key: str, among: Iterable[str]) -> list[str]:
    """Those of the models `among` that the recipe of the model `key` made, without itself."""
    logged = {member.key for member in catalog.members}
    keys = [key, *(other for other in among if other != key)]
    keys = [each for each in keys if each in logged]
    if keys[:1] != [key]:
        return []
    own, *others = map(_without_seeds, recipes_of(catalog, keys))
    return [other for other, recipe in zip(keys[1:], others, strict=True) if recipe == own]


def _without_seeds(recipe: Recipe) -> Hashable:
    return without_seed(recipe.root), tuple(
        (
            step.key,
            frozenset(
                (name, parameter_level(value))
                for name, value in step.parameters.items()
                if not is_seed(name)
            ),
            step.further_parents,
        )
        for step in recipe.steps
    )
