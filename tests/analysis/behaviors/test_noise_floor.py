"""The noise floor by hand, and who is a replicate."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_cnc.analysis.behaviors.noise_floor import noise_floor
from tensorboard_cnc.analysis.catalog import Catalog, build_catalog, members_of
from tensorboard_cnc.analysis.descendants import descendants_of
from tensorboard_cnc.analysis.differences.replicates import replicates_of
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.records.models import ModelCard, Operation, Stored
from tests.analysis.behaviors.evaluations import evaluation

LABELS = [0, 0, 0, 0]
ONE, TWO = evaluation([0, 0, 1, 1], LABELS), evaluation([0, 1, 0, 2], LABELS)
THREE = evaluation([0, 0, 1, -1], LABELS)
ALL = np.ones(4, bool)


def test_rates_are_means_over_the_pairs() -> None:
    found = noise_floor([ONE, TWO, THREE], ALL)
    assert found is not None
    # Other answers: 3 of 4, 0 of 3, 2 of 3; one way or the other: 2, 0 and 2 flips.
    assert found.changed == pytest.approx((3 / 4 + 0 + 2 / 3) / 3)
    assert found.negative == pytest.approx((2 / 8 + 0 + 2 / 6) / 3)


def test_without_labels_only_changes_are_known() -> None:
    found = noise_floor([evaluation([0, 1]), evaluation([0, 0])], np.ones(2, bool))
    assert found is not None
    assert (found.changed, found.negative) == (0.5, None)


def test_one_alone_has_no_noise() -> None:
    assert noise_floor([ONE], ALL) is None
    assert noise_floor([ONE, TWO], np.zeros(4, bool)) is None


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


def test_descendants_by_any_parent() -> None:
    found = descendants_of(catalog(), key("dense-seed1"))
    assert found == [key("p1"), key("p9"), key("student")]
    assert descendants_of(catalog(), key("student")) == []
