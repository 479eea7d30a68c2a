"""Models that nothing but a seed tells apart: one definition for every answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from functools import lru_cache
from weakref import WeakKeyDictionary

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.differences.recipes import Level, parameter_level
from tensorboard_cnc.records.models import Operation

# Not "run", "trial" or "fold": these often number what differs.
_SEED = re.compile(r"seed$|^(?:random[_-]?state|replicate)$", re.IGNORECASE)


def replicate_groups(catalog: Catalog, keys: Iterable[str]) -> list[list[str]]:
    """Groups of two or more of the models `keys` that are replicates of each other.

    They were made by one recipe, in which only the values of seeds differ, or are said to be
    replicates. A recipe is the chain of steps from the root: operation, parameters, parents. What
    nobody said is not taken to be equal: a root or a step without an operation is like no other.
    """
    return recipe_classes(catalog).groups(keys)


def recipe_classes(catalog: Catalog) -> RecipeClasses:
    """The models of a catalog by recipe, found once."""
    found = _known.get(catalog)
    if found is None:
        found = _known[catalog] = RecipeClasses(catalog)
    return found


def replicates_of(catalog: Catalog, key: str, among: Iterable[str]) -> list[str]:
    """Those of the models `among` that are replicates of the model `key`, without itself."""
    groups = replicate_groups(catalog, [key, *among])
    return next((group[1:] for group in groups if group[0] == key), [])


@lru_cache(1000)
def is_seed(parameter: str) -> bool:
    """Whether a parameter of this name only tells replicates apart: "seed", "torch_seed"."""
    return _SEED.search(parameter) is not None


class RecipeClasses:
    """Every model of a catalog by its recipe, seeds apart; each is looked at once, oldest first.

    Of several with wholly equal recipes, seeds too, nobody can say what tells them apart. The first
    counts; the others are no replicates of anything, and nor is what was made from them.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._parents = {
            key: [parent.key for parent in parents]
            for key, parents in catalog.lineage.parents.items()
        }
        self._said = catalog.lineage.replicate_of
        self._operations = {member.key: member.card.operation for member in catalog.members}
        self._ids = {member.key: member.card.id for member in catalog.members}
        self._ids |= catalog.lineage.ghosts
        for member in catalog.members:
            if member.key in self._said:
                # Nobody may have logged that one.
                self._ids.setdefault(self._said[member.key], member.card.replicate_of)
        self._numbers: dict[Hashable, int] = {}
        # By model key: its class, and the seeds of its recipe.
        self._class: dict[str, int] = {}
        self._seeds: dict[str, int] = {}
        self._first: dict[int, str] = {}
        # By the first of them, the models of wholly equal recipes.
        self.equal: dict[str, list[str]] = {}
        # The first of each class that has such models.
        self._equals: set[str] = set()
        taken: dict[tuple[int, int], str] = {}
        for key in self._in_order():
            self._place(key, taken)
        # They hold every recipe there is, and have told all of them apart.
        self._numbers.clear()

    def groups(self, keys: Iterable[str]) -> list[list[str]]:
        """Groups of two or more of the models `keys` that are replicates of each other."""
        groups: dict[int, list[str]] = defaultdict(list)
        for key in dict.fromkeys(keys):
            if key in self._parents:
                groups[self._class[key]].append(key)
        return [group for group in groups.values() if len(group) > 1]

    def root(self, key: str) -> str:
        """What the root `key` is called in recipes; "" where its operation says all about it."""
        first = self._first[self._class[key]]
        told = self._operations.get(key) is not None and first not in self._equals
        return "" if told else self._ids[first]

    def parent(self, key: str) -> str:
        """What a parent is called in recipes: the id of the first of its replicates."""
        return self._ids[self._first[self._class[key]]]

    def _in_order(self) -> Iterator[str]:
        """All models, each after what its recipe is made of."""
        finished: set[str] = set()
        for start in self._parents:
            path = [start]
            while path:
                key = path[-1]
                needed = [self._said[key]] if key in self._said else self._parents.get(key, ())
                before = next((each for each in needed if each not in finished), None)
                if before is not None:
                    path.append(before)
                    continue
                path.pop()
                if key not in finished:
                    finished.add(key)
                    yield key

    def _place(self, key: str, taken: dict[tuple[int, int], str]) -> None:
        if key in self._said:
            recipe, seeds = self._class[self._said[key]], self._number(("said", key))
        else:
            recipe, seeds = self._recipe(key)
            first = taken.setdefault((recipe, seeds), key)
            if first != key:
                self.equal.setdefault(first, [first]).append(key)
                self._equals |= {self._first[recipe], key}
                recipe = self._number(("equal", key))
        self._class[key], self._seeds[key] = recipe, seeds
        self._first.setdefault(recipe, key)

    def _recipe(self, key: str) -> tuple[int, int]:
        """The class of a model by its own recipe, and its seeds."""
        operation = self._operations.get(key)
        if operation is None:
            return self._number(("unknown", key)), self._number(())
        parents = self._parents[key]
        # The main one is first, the others have no order.
        made_from = sorted((self._class[p], self._seeds[p]) for p in parents[1:])
        made_from = [(self._class[p], self._seeds[p]) for p in parents[:1]] + made_from
        parameters, seeds = _split(operation)
        recipe = (operation.name, parameters, tuple(each for each, _ in made_from))
        chosen = (seeds, tuple(each for _, each in made_from))
        return self._number(("made", recipe)), self._number(("seeds", chosen))

    def _number(self, value: Hashable) -> int:
        return self._numbers.setdefault(value, len(self._numbers))


def _split(operation: Operation) -> tuple[Hashable, frozenset[tuple[str, Level]]]:
    """The parameters with the names of the seeds, and the seeds."""
    parameters: list[tuple[str, Level]] = []
    seeds: list[tuple[str, Level]] = []
    for name, value in operation.parameters.items():
        # A tuple of 1 equals one of True.
        level = parameter_level(value) if isinstance(value, tuple) else _level(value)
        (seeds if is_seed(name) else parameters).append((name, level))
    return (frozenset(parameters), frozenset(name for name, _ in seeds)), frozenset(seeds)


_level = lru_cache(10_000, typed=True)(parameter_level)
_known: WeakKeyDictionary[Catalog, RecipeClasses] = WeakKeyDictionary()
