"""Models that nothing but a seed tells apart, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.analysis.differences.replicates import (
    is_seed,
    replicate_groups,
    replicates_of,
)
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import ModelCard, Operation, Stored
from tests.analysis.differences.selections import Sweep, names


def groups(sweep: Sweep, *ids: str) -> list[list[str]]:
    """The groups among the models `ids`, or all, by id."""
    of_key = {model_key("r", name): name for name in sweep.ids}
    found = replicate_groups(sweep.catalog(), [model_key("r", name) for name in ids or sweep.ids])
    return [[of_key[key] for key in group] for group in found]


def test_a_recipe_follows_the_ancestry() -> None:
    sweep = Sweep()
    for seed in (0, 1):
        sweep.add(f"dense-{seed}", (), "train", epochs=3, seed=seed)
        sweep.add(f"p{seed}", f"dense-{seed}", "prune", amount=0.5)
    sweep.add("wide-0", (), "train", epochs=5, seed=0)
    sweep.add("w0", "wide-0", "prune", amount=0.5)
    sweep.add("p9", "dense-0", "prune", amount=0.9)
    assert groups(sweep) == [["dense-0", "dense-1"], ["p0", "p1"]]
    assert groups(sweep, "p1", "w0", "p0") == [["p1", "p0"]]
    assert groups(sweep, "p0", "p9", "w0") == []


def test_all_parents_count_by_their_recipes_and_only_the_main_one_by_its_place() -> None:
    sweep = Sweep()
    for name in ("s", "t", "u"):
        sweep.add(name)
    sweep.add("a", ("s", "t", "u"), "distill", alpha=1, beta=2, seed=0)
    sweep.add("b", ("s", "u", "t"), "distill", beta=2, alpha=1, seed=1)
    sweep.add("c", ("t", "s", "u"), "distill", alpha=1, beta=2, seed=2)
    assert groups(sweep) == [["a", "b"]]
    for seed in (0, 1):
        sweep.add(f"teacher-{seed}", (), "train", seed=seed)
        sweep.add(f"d{seed}", ("s", f"teacher-{seed}"), "distill")
    assert groups(sweep, "d0", "d1", "a", "b") == [["d0", "d1"], ["a", "b"]]
    assert sweep.differences("d0", "d1").explanation.variables == []


def test_equal_recipes_without_a_seed_that_differs_are_no_replicates() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for name in ("int8", "int4"):
        sweep.add(name, "dense", "quantize")
    for name, seed in (("a", 1), ("b", 1), ("c", None), ("d", None)):
        sweep.add(name, "dense", "prune", seed=seed)
    assert groups(sweep) == [["a", "c"]], "of one seed the first counts"
    # Nor is what was made of them, whatever its seed.
    sweep.add("int8-ft", "int8", "fine-tune", seed=0)
    sweep.add("int4-ft", "int4", "fine-tune", seed=1)
    assert groups(sweep, "int8-ft", "int4-ft") == []


def test_a_seed_that_one_of_them_was_not_given_says_nothing() -> None:
    sweep = Sweep()
    sweep.add("dense")
    sweep.add("a", "dense", "quantize")
    sweep.add("b", "dense", "quantize", seed=1)
    assert groups(sweep) == []


@pytest.mark.parametrize("ids", [("run1", "run2"), ("dense-seed1", "dense-seed2"), ("a", "b")])
def test_names_make_no_replicates(ids: tuple[str, ...]) -> None:
    sweep = Sweep()
    for number, name in enumerate(ids):
        sweep.add(name)
        sweep.add(f"{name}-p", name, "prune", amount=0.5, seed=number)
    assert groups(sweep) == []


@pytest.mark.parametrize("name", ["run", "trial", "rep", "repetition", "fold"])
def test_what_numbers_models_is_a_variable(name: str) -> None:
    sweep = Sweep()
    sweep.add("dense")
    for number in (1, 2):
        parameters: dict[str, Any] = {name: number}
        sweep.add(f"m{number}", "dense", "prune", **parameters)
    found = sweep.differences("m1", "m2")
    assert found.replicates == []
    assert names(found) == [name]


class TestSaid:
    """``replicate_of=`` says it of any models, and never breaks anything."""

    def test_of_roots_and_what_is_made_of_them(self) -> None:
        sweep = Sweep()
        sweep.add("run1")
        sweep.add("run2", replicate_of="run1")
        sweep.add("run3", replicate_of="run2")
        for number in (1, 2, 3):
            sweep.add(f"p{number}", f"run{number}", "prune", amount=0.5)
        assert groups(sweep) == [["run1", "run2", "run3"], ["p1", "p2", "p3"]]
        assert sweep.catalog().problems == ()
        assert sweep.differences("p1", "p2", "run1").replicates == [[0, 1]]
        assert sweep.differences("run1", "run2").explanation.variables == []

    def test_beside_seeds(self) -> None:
        sweep = Sweep()
        sweep.add("old", replicate_of="b")
        sweep.add("a", (), "train", epochs=3, seed=0)
        sweep.add("b", (), "train", epochs=3, seed=1)
        sweep.add("c", (), "train", epochs=4, seed=1)
        assert groups(sweep) == [["old", "a", "b"]]
        assert names(sweep.differences("old", "a", "c")) == ["epochs"]

    def test_of_a_model_that_nobody_logged(self) -> None:
        sweep = Sweep()
        sweep.add("dense")
        for name in ("a", "b"):
            sweep.add(name, replicate_of="densse")
        assert groups(sweep) == [["a", "b"]], "of one another all the same"
        first, _ = sweep.catalog().problems
        assert first.message == (
            'Model "a" is said to be a replicate of "densse", which no run has logged. '
            'There is a "dense".'
        )
        answer = models_response(sweep.catalog(), [])
        assert [model["id"] for model in answer["models"]] == ["dense", "a", "b"]
        assert "replicate_of" not in answer["models"][1]
        assert sweep.differences("a", "b", "dense").replicates == [[0, 1]]

    @pytest.mark.parametrize(
        ("links", "left_out"),
        [
            ({"a": "a"}, ["a"]),
            ({"a": "b", "b": "a"}, ["b"]),
            ({"a": "b", "b": "c", "c": "a"}, ["c"]),
            ({"a": "child"}, ["a"]),
            ({"a": "grandchild", "b": "a"}, ["a"]),
            ({"child": "a"}, ["child"]),
        ],
    )
    def test_in_a_circle(self, links: dict[str, str], left_out: list[str]) -> None:
        sweep = Sweep()
        for name in "abc":
            sweep.add(name, replicate_of=links.get(name, ""))
        sweep.add("child", "a", "prune", replicate_of=links.get("child", ""))
        sweep.add("grandchild", "child", "prune")
        catalog = sweep.catalog()
        assert [problem.model for problem in catalog.problems] == [key(name) for name in left_out]
        assert all("left out" in problem.message for problem in catalog.problems)
        assert len(models_response(catalog, [])["models"]) == 5
        together = [name for name in links if name not in left_out]
        found = {name for group in groups(sweep) for name in group}
        assert set(together) <= found


def test_a_model_of_the_same_id_in_another_run() -> None:
    entries = [
        Stored(run, "t", at, ModelCard("dense", created_us=at, replicate_of="dense"))
        for at, run in enumerate(("a", "b"))
    ]
    catalog = build_catalog(entries, members_of(entries), {})
    assert len(replicate_groups(catalog, [m.key for m in catalog.members])) == 1
    assert len(catalog.problems) == 1, "one of the two links leads back"


def test_children_whose_step_has_no_operation_are_no_replicates() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for name in ("a", "b"):
        sweep.add(name, "dense")
        sweep.add(f"{name}-p", name, "prune", seed=name)
    assert groups(sweep) == []


def test_a_model_that_nobody_logged_is_no_replicate() -> None:
    sweep = Sweep()
    sweep.add("a", "dense-seed1", "prune")
    sweep.add("dense-seed2")
    ghost = model_key("", "dense-seed1")
    assert replicate_groups(sweep.catalog(), [ghost, model_key("r", "dense-seed2"), "nobody"]) == []


def test_a_chain_of_any_length_is_walked_once() -> None:
    sweep = Sweep()
    for step in range(3000):
        sweep.add(str(step), str(step - 1) if step else (), "step")
    assert groups(sweep) == []


def test_the_models_response_numbers_the_groups_and_names_the_seeds() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for amount, seed in ((0.5, 0), (0.9, 0), (0.5, 1), (0.9, 1), (0.7, 0)):
        sweep.add(f"p{amount}-{seed}", "dense", "prune", amount=amount, torch_seed=seed)
    answer = models_response(sweep.catalog(), [])
    numbers = [model.get("replicate_group") for model in answer["models"]]
    assert numbers == [None, 0, 1, 0, 1, None]
    assert [operation["seeds"] for operation in answer["operations"]] == [["torch_seed"]]


@pytest.mark.parametrize(
    "name",
    ["seed", "torch_seed", "randomSeed", "data-seed", "random_state", "random-state", "Replicate"],
)
def test_a_parameter_that_is_a_seed(name: str) -> None:
    assert is_seed(name)


@pytest.mark.parametrize(
    "name",
    [
        *("amount", "epochs", "run", "run_id", "trial", "rep", "repetition", "fold", "replicates"),
        *("seeds_used", "seed_count", "replicate_id", "my_random_state"),
    ],
)
def test_a_parameter_that_is_none(name: str) -> None:
    assert not is_seed(name)


def catalog() -> Catalog:
    models = [
        ("dense-seed1", (), Operation("train", {"seed": 1})),
        ("dense-seed2", (), Operation("train", {"seed": 2})),
        ("other", (), None),
        ("p1", ("dense-seed1",), Operation("prune", {"amount": 0.5, "seed": 1})),
        ("p2", ("dense-seed2",), Operation("prune", {"amount": 0.5, "seed": 2})),
        ("p9", ("dense-seed1",), Operation("prune", {"amount": 0.9, "seed": 1})),
        ("student", ("other", "p9"), Operation("distill", {})),
    ]
    entries = [
        Stored("r", "t", at, ModelCard(name, parents, step, created_us=at))
        for at, (name, parents, step) in enumerate(models)
    ]
    return build_catalog(entries, members_of(entries), {})


def key(name: str) -> str:
    return model_key("r", name)


def test_replicates_differ_in_nothing_but_seeds() -> None:
    every = [member.key for member in catalog().members]
    assert replicates_of(catalog(), key("dense-seed1"), every) == [key("dense-seed2")]
    assert replicates_of(catalog(), key("p1"), every) == [key("p2")]
    assert replicates_of(catalog(), key("p9"), every) == []
    assert replicates_of(catalog(), key("p1"), [key("p9")]) == []
    assert replicates_of(catalog(), "nobody", every) == []
