"""Models and ids that a seed alone tells apart; of ids as in the panel's replicates.ts."""

from __future__ import annotations

import pytest

from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.analysis.differences.recipes import replicates_of, without_seed
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import ModelCard, Operation, Stored


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
