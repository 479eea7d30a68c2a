"""`tensorboard-cnc edit`: what it says, what it writes, what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.cli import main
from tensorboard_cnc.results.models import Model
from tests.writer.logged import event_files


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    with cnc_summary.model(tmp_path / "a", "dense", description="the first") as m:
        m.metrics({"accuracy": 0.921, "typo": 3})
    prune = cnc_summary.operation("prune", amount=0.5)
    for run, model_id in (("b/1", "prune-50"), ("b/2", "prune-90")):
        with cnc_summary.model(tmp_path / run, model_id, parents="dense", operation=prune) as m:
            m.metrics({"accuracy": 0.9})
    return tmp_path


def models(logs: Path) -> dict[str, Model]:
    return {model.id: model for model in tensorboard_cnc.read(logs).models}


def test_several_models_before_and_after(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["prune-50", "b/2/prune-90"]
    said = ["--note", "no  good\n(see https://x.y)", "--tag", "paper", "--tag", "v2", "--hide"]
    before = {path: path.read_bytes() for path in event_files(logs)}
    assert main(["edit", str(logs), *names, *said, "--dry-run"]) == 0
    assert {path: path.read_bytes() for path in event_files(logs)} == before
    told = capsys.readouterr().out.splitlines()
    assert told[:4] == [
        "prune-50 (run b/1)",
        '  note: none → "no  good\\n(see https://x.y)"',
        '  tags: none → "paper", "v2"',
        "  hidden: no → yes",
    ]
    assert told[-1] == "Nothing was written (--dry-run)."
    assert main(["edit", str(logs), *names, *said]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("2 models were changed")
    for name in ("prune-50", "prune-90"):
        model = models(logs)[name]
        assert (model.note, model.tags) == ("no  good\n(see https://x.y)", ("paper", "v2"))
        assert (model.hidden, model.parents, model.status) == (True, ("dense",), "finished")


def test_only_what_is_new_is_written(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["edit", str(logs), "dense", "--tag", "a", "--description", "the first"]) == 0
    files = event_files(logs)
    assert main(["edit", str(logs), "dense", "--tag", "a", "--description", "the first"]) == 0
    assert event_files(logs) == files
    assert capsys.readouterr().out.splitlines()[-1] == "  nothing to change"
    assert main(["edit", str(logs), "dense", "--tag", "b", "--untag", "a"]) == 0
    assert models(logs)["dense"].tags == ("b",)


def test_where_a_model_came_from(logs: Path) -> None:
    said = ["--parent", "prune-50", "--operation", "finetune", "epochs=3", "--checkpoint", "x.pt"]
    assert main(["edit", str(logs), "prune-90", *said]) == 0
    model = models(logs)["prune-90"]
    assert (model.parents, model.operation, model.parameters) == (
        ("prune-50",),
        "finetune",
        {"epochs": 3},
    )
    assert main(["edit", str(logs), "prune-90", "--clear", "parents", "--clear", "operation"]) == 0
    model = models(logs)["prune-90"]
    assert (model.parents, model.operation) == ((), "")
    assert model.said["checkpoint"] == "x.pt"


def test_a_job_that_was_killed(tmp_path: Path) -> None:
    handle = cnc_summary.model(tmp_path / "r", "m")
    said = ["--status", "failed", "--reason", "killed"]
    assert main(["edit", str(tmp_path), "m", *said]) == 0
    model = models(tmp_path)["m"]
    assert (model.status, model.said["reason"]) == ("failed", "killed")
    handle.close()
    assert models(tmp_path)["m"].status == "finished", "the last word counts"


def test_a_metric_that_is_withdrawn(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["edit", str(logs), "dense", "--withdraw", "typo"]) == 0
    assert "  typo: 3 → not logged" in capsys.readouterr().out.splitlines()
    assert models(logs)["dense"].metrics == {"accuracy": 0.921}


def test_a_display_name(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["edit", str(logs), "dense", "--rename", "Dense"]) == 0
    assert main(["show", str(logs), "Dense"]) == 0
    assert "shown as     Dense" in capsys.readouterr().out.splitlines()
    assert main(["show", str(logs), "dense"]) == 0
    for name in ("dense", "Dense"):
        required = ["--require", "accuracy >= 0.9"]
        assert main(["check", str(logs), "--model", name, *required]) == 0
    assert main(["edit", str(logs), "Dense", "--note", "found by its name"]) == 0
    assert main(["edit", str(logs), "dense", "--clear", "renamed"]) == 0
    model = models(logs)["dense"]
    assert (model.renamed, model.note) == ("", "found by its name")


def test_listed_with_tags_and_without_what_is_hidden(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["edit", str(logs), "prune-50", "--hide", "--tag", "old"]) == 0
    assert main(["edit", str(logs), "dense", "--hide", "--rename", "Dense"]) == 0
    capsys.readouterr()
    assert main(["list", str(logs)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Dense [dense] [hidden]: accuracy 0.921, typo 3",
        "  prune-90 (prune amount=0.5): accuracy 0.9",
        "1 hidden (--all lists them)",
    ]
    assert main(["list", str(logs), "--all", "--tag", "old"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line == "prune-50 (prune amount=0.5) [hidden] #old: accuracy 0.9"
    assert main(["list", str(logs), "--tag", "none"]) == 0
    assert capsys.readouterr().out == "No model has these tags.\n"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (["prune-50"], "No change is given"),
        (["prune-5", "--hide"], "No model is called 'prune-5'"),
        (["prune-50", "--rename", "dense"], "the id of another model"),
        (["prune-50", "prune-90", "--rename", "x"], "as is another model"),
        (["dense", "--parent", "prune-90"], '"prune-90" descends from "dense"'),
        (["dense", "--withdraw", "f1"], 'has no metric "f1". It has "accuracy", "typo"'),
        (["dense", "--note", "x", "--clear", "note"], "--clear note was given, and a value"),
        (["dense", "--status", "finished", "--reason", "x"], "A reason says why a model failed"),
        (["dense", "--tag", "x" * 101], "has 101 characters"),
        (["dense", "--operation", "prune", "half"], 'parameter "half" is not of the form'),
    ],
)
def test_what_is_refused(
    said: list[str], message: str, logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = event_files(logs)
    assert main(["edit", str(logs), *said]) == 2
    assert message in capsys.readouterr().err
    assert event_files(logs) == files


def test_names_in_a_circle(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cnc_summary.edit(logs / "a", "dense", renamed="prune-50")
    assert main(["edit", str(logs), "prune-50", "--rename", "dense"]) == 2
    assert "called after each other, in a circle" in capsys.readouterr().err


def test_a_parent_that_nobody_logged(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cnc_summary.model(logs / "c", "orphan", parents="gone").close()
    assert main(["edit", str(logs), "gone", "--hide"]) == 2
    assert 'Nobody has logged "gone"' in capsys.readouterr().err


def test_what_is_no_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["edit", str(tmp_path / "none"), "m", "--hide"]) == 2
    assert "is no directory here" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["edit", "m", "--hide"], ["adopt", "--scalar", "a=b"]])
def test_what_is_not_on_this_machine(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([command[0], "s3://bucket/runs", *command[1:]])
    assert "s3://bucket/runs is not on this machine" in capsys.readouterr().err
