"""Models that nothing but a seed tells apart: one definition for every answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.differences.recipes import parameter_level
from tensorboard_cnc.records.models import Operation

# What repeats an experiment instead of changing it.
_SEED = r"(?:seed|random[_-]?state|run|trial|replicate|repetition|rep)"
_NAME = re.compile(rf"seed$|^{_SEED}(?:[_-]?(?:id|no|nr|number|index|idx))?$", re.IGNORECASE)
_IN_ID = re.compile(rf"(?:[-_. ]|(?<![a-z])){_SEED}[-_=]?\d+", re.IGNORECASE)


def replicate_groups(catalog: Catalog, keys: Iterable[str]) -> list[list[str]]:
    """Groups of two or more of the models `keys` that were made by one recipe, but for seeds.

    A recipe is the id of the root, and the steps from it along the main parents: operation,
    parameters, further parents. A model that nobody logged has no known recipe, and no replicates.
    """
    recipes = _Recipes(catalog)
    groups: dict[int, list[str]] = defaultdict(list)
    for key in dict.fromkeys(keys):
        if key in catalog.lineage.parents:
            groups[recipes.number(key)].append(key)
    return [group for group in groups.values() if len(group) > 1]


def replicates_of(catalog: Catalog, key: str, among: Iterable[str]) -> list[str]:
    """Those of the models `among` that the recipe of the model `key` made, without itself."""
    groups = replicate_groups(catalog, [key, *among])
    return next((group[1:] for group in groups if group[0] == key), [])


class _Recipes:
    """Numbers that are the same where recipes are, seeds apart; each ancestor is looked at once."""

    def __init__(self, catalog: Catalog) -> None:
        self._parents = catalog.lineage.parents
        self._cards = {member.key: member.card for member in catalog.members}
        self._ids = {key: card.id for key, card in self._cards.items()} | dict(
            catalog.lineage.ghosts
        )
        self._of_model: dict[str, int] = {}
        self._of_recipe: dict[Hashable, int] = {}

    def number(self, key: str) -> int:
        """The number of the recipe of the model `key`."""
        chain = [key]
        while chain[-1] not in self._of_model and (parents := self._parents.get(chain[-1])):
            chain.append(parents[0].key)
        for model in reversed(chain):
            if model not in self._of_model:
                self._of_model[model] = self._extended(model)
        return self._of_model[key]

    def _extended(self, key: str) -> int:
        """The recipe of the main parent, or the root, and the step that made the model `key`."""
        parents = self._parents.get(key, ())
        operation = self._cards[key].operation if key in self._cards else None
        if not parents:
            before = self._known(without_seed(self._ids[key]))
            if operation is None:
                return before
        else:
            before = self._of_model[parents[0].key]
            if operation is None:
                # Nobody said what was done to the parent: that may be anything.
                return self._known((before, key))
        further = tuple(sorted(self._ids[parent.key] for parent in parents[1:]))
        return self._known((before, *_step(operation), further))

    def _known(self, recipe: Hashable) -> int:
        return self._of_recipe.setdefault(recipe, len(self._of_recipe))


def _step(operation: Operation) -> tuple[str, Hashable]:
    return operation.name, frozenset(
        (name, parameter_level(value))
        for name, value in operation.parameters.items()
        if not is_seed(name)
    )


def is_seed(parameter: str) -> bool:
    """Whether a parameter of this name only tells replicates apart: "torch_seed", "trial_id"."""
    return _NAME.search(parameter) is not None


def without_seed(model_id: str) -> str:
    """The id without a seed in it: "dense-seed3" is "dense"."""
    return _IN_ID.sub("", model_id)
