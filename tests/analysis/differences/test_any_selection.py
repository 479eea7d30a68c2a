"""Always an answer, and always a true one, for any selection of any lineage."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.differences.explanation import Differences, differences_between
from tensorboard_cnc.analysis.differences.recipes import Recipe, recipes_of
from tensorboard_cnc.analysis.differences.replicates import RecipeClasses
from tensorboard_cnc.records.identity import model_key
from tests.analysis.differences.selections import Sweep, table

_VALUES = st.sampled_from([0, 1, 0.5, True, None, "a", (1, 2), float("nan"), 10**400])
_STEPS: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.tuples(
    st.sampled_from(["prune", "quantize", "fine-tune", ""]),
    st.dictionaries(st.sampled_from(["amount", "bits", "seed"]), _VALUES, max_size=3),
)


@st.composite
def lineages(draw: st.DrawFn) -> Sweep:
    """Up to 20 models in a DAG up to 12 deep, with several parents and missing ones."""
    sweep = Sweep()
    depth: dict[str, int] = {"nobody": 0}
    for number in range(draw(st.integers(2, 20))):
        above = [name for name, deep in depth.items() if deep < 12]
        parents = draw(st.lists(st.sampled_from(above), max_size=3, unique=True))
        operation, parameters = draw(_STEPS)
        name = sweep.add(f"m{number}", parents, operation, {"f1": float(number)}, **parameters)
        depth[name] = 1 + max((depth[parent] for parent in parents), default=0)
    return sweep


def check(sweep: Sweep, keys: list[str]) -> Differences:
    """Finds the differences, and holds them against the recipes."""
    catalog = sweep.catalog()
    found = differences_between(catalog, keys)
    recipes = recipes_of(catalog, keys, RecipeClasses(catalog))
    variables, explains, x, colour, together = found.explanation
    assert explains == sorted(explains, reverse=True)
    assert all(0 < share <= 1 for share in [*explains, *([together] if variables else [])])
    assert len({variable.id for variable in variables}) == len(variables)
    for variable in variables:
        assert len(variable.of) == len(keys)
        assert set(variable.of) == set(range(len(variable.levels))), "each level has a model"
        assert len(variable.levels) > 1
    if variables:
        assert x is not None
        assert together >= explains[0] - 1e-9
    assert colour is None or colour is not x
    for group in found.replicates:
        assert len({tuple(v.of[model] for v in variables) for model in group}) == 1
        assert len({_without_seeds(recipes[model]) for model in group}) == 1
        assert len({_last_without_operation(catalog, keys[model]) for model in group}) == 1
        assert len({_seeds(catalog, keys[model]) for model in group}) == len(group)
    for pairs in found.pairs:
        (variable,) = [v for v in variables if v.id == pairs.variable]
        # All else equal: as many sets of other levels as pairs, each with both of its levels.
        others = [v for v in variables if pairs.variable not in (v.id, v.nested_in)]
        cells: dict[tuple[int, ...], set[int]] = {}
        for model in pairs.models:
            rest = tuple(v.of[model] for v in others)
            cells.setdefault(rest, set()).add(variable.of[model])
        assert len(cells) == pairs.pairs
        assert all(levels == {pairs.before, pairs.after} for levels in cells.values())
    return found


def _last_without_operation(catalog: Catalog, key: str) -> str | None:
    """The nearest of the model and its main ancestors of which nobody said how it was made."""
    operations = {member.key: member.card.operation for member in catalog.members}
    while parents := catalog.lineage.parents.get(key):
        if operations[key] is None:
            return key
        key = parents[0].key
    return None


def _seeds(catalog: Catalog, key: str) -> str:
    """The seeds of a model and of all its ancestors."""
    operations = {member.key: member.card.operation for member in catalog.members}
    operation = operations.get(key)
    own = operation.parameters.get("seed", "none given") if operation else ""
    parents = [_seeds(catalog, parent.key) for parent in catalog.lineage.parents.get(key, ())]
    return repr((own, parents[:1], sorted(parents[1:])))


def _without_seeds(recipe: Recipe) -> str:
    steps = []
    for step in recipe.steps:
        given_ = sorted(
            (name, repr(1 if value == 1 and value is not True else value))
            for name, value in step.parameters.items()
            if name != "seed"
        )
        steps.append((step.key, given_, step.further_parents))
    return repr((recipe.root, steps))


@settings(max_examples=150)
@given(lineages(), st.randoms(use_true_random=False))
def test_generated_lineages(sweep: Sweep, chance: random.Random) -> None:
    keys = [model_key("r", name) for name in sweep.ids]
    chosen = chance.sample(keys, chance.randint(2, len(keys)))
    found = check(sweep, chosen)
    chance.shuffle(chosen)
    again = check(sweep, chosen)
    assert again.explanation.explains == pytest.approx(found.explanation.explains)
    assert [v.id for v in again.explanation.variables] == [
        v.id for v in found.explanation.variables
    ]
    assert again.first_difference == found.first_difference


@pytest.mark.parametrize("name", ["imagenet", "imagenet_tutorial", "t5_squad"])
def test_random_selections_of_the_published_tables(name: str) -> None:
    sweep = table(name)
    keys = [model_key("r", model_id) for model_id in sweep.ids]
    chance = random.Random(7)
    for _ in range(100):
        found = check(sweep, chance.sample(keys, chance.randint(2, min(65, len(keys)))))
        assert found.explanation.variables, "no two published models share a recipe"
