"""What somebody meant is found among many ids, by comparing few."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.analysis.near_ids import NearIds
from tensorboard_cnc.analysis.nearest import Match, ModelIndex
from tensorboard_cnc.records.identity import model_key

MANY = [f"resnet50-prune-{number:05}" for number in range(10_000)]


@pytest.mark.parametrize(
    ("sought", "meant"),
    [
        ("resnet50-prune-0427", "resnet50-prune-04270"),
        ("resnet50_prune-04271", "resnet50-prune-04271"),
        ("Resnet50-prune-09999", "resnet50-prune-09999"),
        ("nothing like it", None),
        ("", None),
    ],
)
def test_the_id_that_was_meant(sought: str, meant: str | None) -> None:
    found = NearIds(MANY).near(sought)
    assert found == ([] if meant is None else found[:1])
    if meant:
        similar = difflib.SequenceMatcher(None, found[0], sought).ratio()
        assert similar >= difflib.SequenceMatcher(None, meant, sought).ratio()


def test_few_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def get_close_matches(_: str, among: list[str], **_options: Any) -> list[str]:
        compared.append(len(among))
        return []

    monkeypatch.setattr(difflib, "get_close_matches", get_close_matches)
    near_ids = NearIds(MANY)
    for number in range(40):
        near_ids.near(f"resnet50-prume-{number:05}")
    assert len(compared) == 20
    assert max(compared) <= 50


MODELS = st.lists(
    st.tuples(st.sampled_from(["a", "a/b", "c"]), st.just("m"), st.integers(0, 3)),
    max_size=6,
    unique_by=lambda model: model[0],
)


@given(MODELS, st.sampled_from(["a", "a/b", "a/c", "c"]))
def test_a_model_never_means_itself(models: list[tuple[str, str, int]], run: str) -> None:
    """Leaving a model out is looking among the others."""
    at = next((created for where, _, created in models if where == run), 0)
    found = ModelIndex(models).find("m", run=run, at_us=at, exclude=model_key(run, "m"))
    others = ModelIndex(each for each in models if each[0] != run)
    wanted: Match | None = others.find("m", run=run, at_us=at)
    assert found == wanted
