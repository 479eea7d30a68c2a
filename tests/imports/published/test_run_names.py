"""Directory names of models."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.format.tags import shown_run
from tensorboard_cnc.imports.run_names import run_names

ids = st.text(min_size=1, max_size=200)


@pytest.mark.parametrize(
    "model_id",
    ["base", "pruned0.5_restore-query", "résumé", "模型", "A+B=C@2", "x" * 120, "console", "mycnc"],
)
def test_safe_ids_are_their_own_names(model_id: str) -> None:
    assert run_names([model_id]) == {model_id: model_id}


@pytest.mark.parametrize(
    ("model_id", "readable"),
    [
        ("prune/50", "prune-50"),
        ("a b,c", "a-b-c"),
        ("..", "model"),
        ("../../etc", "etc"),
        ("a.", "a"),
        (".hidden", "hidden"),
        ("<script>", "script"),
        ("C:\\x", "C-x"),
        ("con", "model"),
        ("NUL.txt", "model"),
        ("cnc", "model"),
        ("///", "model"),
        ("e\u0301", "é"),
        ("x" * 1000, "x" * 120),
        ("é" * 100, "é" * 60),
    ],
)
def test_others_get_a_hash(model_id: str, readable: str) -> None:
    name = run_names([model_id])[model_id]
    assert name.rpartition("-")[0] == readable
    assert len(name.rpartition("-")[2]) == 8


def test_names_differ_where_case_does_not_count() -> None:
    names = run_names(["base", "Prune", "prune"])
    assert names["base"] == "base"
    assert names["Prune"].startswith("Prune-")
    assert names["prune"].startswith("prune-")


@given(st.lists(ids, unique=True, max_size=20))
def test_names_are_unique_and_safe(model_ids: list[str]) -> None:
    names = run_names(model_ids)
    assert list(names) == model_ids
    assert len({unicodedata.normalize("NFC", n).casefold() for n in names.values()}) == len(names)
    for name in names.values():
        assert 0 < len(name.encode()) <= 140
        assert not set(name) & set('/\\:*?"<>|\0 ')
        assert name[0] not in ".-"
        assert name[-1] not in ". "
        assert shown_run(f"{name}/cnc") == name


@given(st.lists(ids, unique=True, min_size=1, max_size=5))
def test_names_do_not_depend_on_the_order(model_ids: list[str]) -> None:
    assert run_names(reversed(model_ids)) == run_names(model_ids)
