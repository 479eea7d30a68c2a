"""Models that nothing but a seed tells apart, whoever asks."""

from __future__ import annotations

import pytest

from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.analysis.differences.replicates import (
    is_seed,
    replicate_groups,
    replicates_of,
    without_seed,
)
from tensorboard_cnc.plugin.models_response import models_response
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import ModelCard, Operation, Stored
from tests.analysis.differences.selections import Sweep


def groups(sweep: Sweep, *ids: str) -> list[list[str]]:
    """The groups among the models `ids`, or all, by id."""
    of_key = {model_key("r", name): name for name in sweep.ids}
    found = replicate_groups(sweep.catalog(), [model_key("r", name) for name in ids or sweep.ids])
    return [[of_key[key] for key in group] for group in found]


def test_a_recipe_follows_the_ancestry() -> None:
    sweep = Sweep()
    for seed in (0, 1):
        sweep.add(f"dense-seed{seed}", (), "train", epochs=3, seed=seed)
        sweep.add(f"p{seed}", f"dense-seed{seed}", "prune", amount=0.5)
    sweep.add("wide-seed0", (), "train", epochs=3, seed=0)
    sweep.add("w0", "wide-seed0", "prune", amount=0.5)
    sweep.add("p9", "dense-seed0", "prune", amount=0.9)
    assert groups(sweep) == [["dense-seed0", "dense-seed1"], ["p0", "p1"]]
    assert groups(sweep, "p1", "w0", "p0") == [["p1", "p0"]]
    assert groups(sweep, "p0", "p9", "w0") == []


def test_the_main_parent_counts_by_its_recipe_and_further_ones_by_their_ids() -> None:
    sweep = Sweep()
    for name in ("s", "t"):
        sweep.add(name)
    sweep.add("a", ("s", "t"), "distill", alpha=1, beta=2)
    sweep.add("b", ("s", "t"), "distill", beta=2, alpha=1)
    sweep.add("c", ("t", "s"), "distill", alpha=1, beta=2)
    assert groups(sweep) == [["a", "b"]]


def test_children_whose_step_has_no_operation_are_no_replicates() -> None:
    sweep = Sweep()
    sweep.add("dense")
    for name in ("a", "b"):
        sweep.add(name, "dense")
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
    "name", ["seed", "torch_seed", "randomSeed", "random_state", "trial", "run_id", "Replicate"]
)
def test_a_parameter_that_is_a_seed(name: str) -> None:
    assert is_seed(name)


@pytest.mark.parametrize(
    "name", ["amount", "epochs", "runs_per_epoch", "dry_run", "seeds_used", "representation"]
)
def test_a_parameter_that_is_none(name: str) -> None:
    assert not is_seed(name)


@pytest.mark.parametrize(
    ("model_id", "rest"),
    [
        ("dense", "dense"),
        ("dense-seed3", "dense"),
        ("dense_seed=1", "dense"),
        ("dense.run-2", "dense"),
        ("seed0/dense", "/dense"),
        ("trial_7", ""),
        ("prune50", "prune50"),
        ("overrun2", "overrun2"),
    ],
)
def test_an_id_without_its_seed(model_id: str, rest: str) -> None:
    assert without_seed(model_id) == rest


def catalog() -> Catalog:
    models = [
        ("dense-seed1", (), None),
        ("dense-seed2", (), None),
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
