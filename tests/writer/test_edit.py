"""What `edit` says of a model that is logged already, and metrics that are withdrawn."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import NOTE_CHARACTERS, TAG_CHARACTERS, TAGS
from tensorboard_cnc.records.models import ModelCard, Operation, Problems
from tensorboard_cnc.writer.policy import during
from tests.format.any_record import ANNOTATIONS
from tests.writer.logged import all_of, event_files, measured, only, values

WRONG: Any = 3.5


def test_a_change_says_only_what_is_given(tmp_path: Path) -> None:
    cnc_summary.edit(tmp_path, "m", note="two\nlines", tags=["b", "a", "b"])
    said = only(ModelCard, tmp_path)
    assert (said.id, said.note, said.tags, said.edits) == ("m", "two\nlines", ("b", "a"), True)
    assert said.says == {"note", "tags"}


def test_all_that_can_be_said(tmp_path: Path) -> None:
    cnc_summary.edit(
        tmp_path, "m", parents="a", operation="prune", description="d", checkpoint=Path("m.pt"),
        replicate_of="b", note="n", tags="t", hidden=True, renamed="M", status="failed",
        reason="diverged",
    )  # fmt: skip
    said = only(ModelCard, tmp_path)
    assert (said.parents, said.operation) == (("a",), Operation("prune"))
    assert (said.description, said.checkpoint, said.replicate_of) == ("d", "m.pt", "b")
    assert (said.note, said.tags, said.hidden, said.renamed) == ("n", ("t",), True, "M")
    assert (said.status, said.reason) == ("failed", "diverged")
    assert said.closed_us is not None


def test_all_that_can_be_cleared(tmp_path: Path) -> None:
    nothing: dict[str, Any] = {"note": None, "tags": (), "hidden": False, "renamed": None}
    cnc_summary.edit(tmp_path, "m", parents=(), operation=None, description="", **nothing)
    said = only(ModelCard, tmp_path)
    assert said.says == {"parents", "operation", "description", *ANNOTATIONS}
    assert (said.note, said.tags, said.hidden, said.renamed) == ("", (), False, "")


def test_each_change_is_a_record_of_its_own_and_no_file_is_touched(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m"):
        pass
    (first,) = event_files(tmp_path)
    before = first.read_bytes()
    cnc_summary.edit(tmp_path, "m", note="one")
    cnc_summary.edit(tmp_path, "m", note="two")
    assert first.read_bytes().startswith(before), "appended to by the process that wrote it"
    assert [card.note for card in all_of(ModelCard, tmp_path) if card.edits] == ["one", "two"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "No change of the model"),
        ({"note": WRONG}, "The note is 3.5 of type float"),
        ({"note": "n" * (NOTE_CHARACTERS + 1)}, "has 10,001 characters"),
        ({"tags": WRONG}, "tags= is 3.5"),
        ({"tags": ["a", WRONG]}, "tag 3.5 is of type float"),
        ({"tags": ["t" * (TAG_CHARACTERS + 1)]}, "has 101 characters"),
        ({"tags": ["a\u202eb"]}, r"contains '\\u202e'"),
        ({"tags": map(str, range(TAGS + 1))}, "There are 51 tags"),
        ({"hidden": 1}, "hidden= is 1 of type int"),
        ({"renamed": "a\x1b[31m"}, r"contains '\\x1b'"),
        ({"renamed": "x" * 1001}, "1,001 characters"),
        ({"status": "done"}, "A model is running, finished or failed"),
        ({"status": "finished", "reason": "x"}, "A reason says why a model failed"),
        ({"parents": "m"}, "names itself as its parent"),
    ],
)
def test_what_is_refused(said: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=message):
        cnc_summary.edit(tmp_path, "m", **said)
    assert all_of(ModelCard, tmp_path) == []


def test_with_warnings_the_good_part_is_said(tmp_path: Path) -> None:
    with during("warn"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cnc_summary.edit(tmp_path, "m", note="n", tags=["a", WRONG], hidden=WRONG)
    said = only(ModelCard, tmp_path)
    assert (said.note, said.tags) == ("n", ("a",))
    assert said.says == {"note", "tags"}
    assert len(only(Problems, tmp_path).problems) == 2


def test_a_metric_that_is_withdrawn(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as m:
        m.metrics({"typo": 3, "accuracy": 0.5})
        m.metrics({"typo": None})
        assert measured(tmp_path)["typo"].withdrawn
        assert values(tmp_path) == {"typo": (), "accuracy": (0.5,)}
        m.metrics({"typo": 4})
    assert values(tmp_path) == {"typo": (4.0,), "accuracy": (0.5,)}
