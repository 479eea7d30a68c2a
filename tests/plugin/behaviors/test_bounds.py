"""What grows with the square of what users log or ask for has an end."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_cnc.analysis.behaviors.harm import pairs
from tensorboard_cnc.plugin.behaviors import instance_detail
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Operation
from tests.plugin.behaviors.evaluated import Evaluated, keys

N = 4000
IDS = np.arange(N)
RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 2, N).astype(np.int32)


def log(*names: str, attributes: int = 0) -> Evaluated:
    """Models in one chain."""
    found = Evaluated()
    columns = {f"a{number}": RNG.normal(size=N) for number in range(attributes)}
    of = {"classes": ("a", "b"), "labels": LABELS, "attributes": columns}
    found.dataset(Dataset("test", IDS, "classes", "f", **of))  # type: ignore[arg-type]
    parents: tuple[str, ...] = ()
    for name in names:
        # Without training, so that slices are tested.
        found.model(name, *parents, operation=Operation("quantize", {"bits": 8}))
        parents = (name,)
        codes = RNG.integers(0, 2, N).astype(np.int32)
        found.predictions(Predictions(name, "test", IDS, "classes", ("a", "b"), predicted=codes))
    return found


def test_lineages_are_those_of_the_first_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_detail, "_MOST_LINEAGES", 3)
    names = [f"m{number}" for number in range(6)]
    found = log(*names)
    detail = found.ask(
        base=keys("m0"), models=keys("m5", "m1", "m2", "m3"), level="instance", id="7"
    )
    assert [each["key"] for each in detail["models"]] == keys("m0", "m5", "m1", "m2", "m3").split(
        ","
    )
    assert [(each["model"], len(each["steps"])) for each in detail["lineages"]] == [
        (keys("m0"), 1),
        (keys("m5"), 6),
        (keys("m1"), 2),
    ]


def test_so_many_pairs_of_dimensions_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    found = log("base", "model", attributes=4)
    asked = {"base": keys("base"), "models": keys("model"), "level": "harmed"}
    every = found.ask(**asked)["pair_tests"]
    monkeypatch.setattr(pairs, "_MOST_CROSSINGS", 3)
    cut = found.ask(**asked)
    assert 0 < cut["pair_tests"] < every
    # Of the label and four attributes: which are left out is said.
    assert cut["models"][0]["pairs_left_out"] == 5 * 4 // 2 - 3


def test_a_dimension_that_is_named_often_is_searched_once() -> None:
    found = log("base", "model", attributes=1)
    asked = {"base": keys("base"), "models": keys("model"), "level": "harmed"}
    once = found.ask(**asked, by=["label", "attribute/a0"])
    assert found.ask(**asked, by=["label", "attribute/a0"] * 400) == once
