"""`tensorboard-cnc adopt`: runs without a line of ours become models."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.utils.tensorboard import SummaryWriter

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.cli import main
from tensorboard_cnc.edits.lineage_guess import guessed_parents
from tensorboard_cnc.writer.sinks.event_file import file_name, first_frame, framed
from tests.conftest import Serve
from tests.writer.logged import event_files

START = 1_700_000_000


def log(folder: Path, values: Iterable[float], start: int = START, tag: str = "val/acc") -> None:
    """An old run: one scalar, of known times."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = [first_frame()]
    for step, value in enumerate(values):
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        frames.append(framed(Event(wall_time=start + step, step=step, summary=summary)))
    (folder / file_name()).write_bytes(b"".join(frames))


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    log(folder / "dense", (0.5, 0.75, 0.25))
    log(folder / "dense-int8", (0.125, 0.5), START + 100)
    log(folder / "dense-int8-ft", (0.625,), START + 50)
    log(folder / "other", (1.0,), tag="loss")
    return folder


def adopt(logs: Path, *said: str) -> int:
    return main(
        ["adopt", str(logs), "--scalar", "accuracy=val/acc", "--goal", "accuracy=max", *said]
    )


def test_each_run_becomes_a_model(logs: Path, serve: Serve) -> None:
    before = {path: path.read_bytes() for path in event_files(logs)}
    assert adopt(logs, "--guess", "--summary", "accuracy=best") == 0
    assert all(path.read_bytes() == data for path, data in before.items())
    answer = serve(logs).models_when(
        lambda a: len(a["models"]) == 3 and all(m["metrics"] for m in a["models"])
    )
    ids = {model["key"]: model["id"] for model in answer["models"]}
    assert {m["id"]: [ids[key] for key in m["parents"]] for m in answer["models"]} == {
        "dense": [],
        "dense-int8": ["dense"],
        "dense-int8-ft": ["dense-int8"],
    }
    told = {m["id"]: m["metrics"]["accuracy"] for m in answer["models"]}
    assert [(told[of]["value"], told[of]["step"]) for of in ids.values()] == [
        (0.75, 1),
        (0.625, 0),
        (0.5, 1),
    ], "in the order of their first events"
    assert {m["created"] for m in answer["models"]} == {START, START + 50, START + 100}
    assert {m["status"] for m in answer["models"]} == {"finished"}
    assert answer["problems"] == []


def test_adopting_again_changes_nothing(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert adopt(logs) == 0
    once = {path: path.read_bytes() for path in event_files(logs)}
    capsys.readouterr()
    assert adopt(logs) == 0
    assert {path: path.read_bytes() for path in event_files(logs)} == once
    assert capsys.readouterr().out.splitlines() == [
        "3 runs are models already",
        "Nothing is new.",
    ]
    log(logs / "late", (0.5,))
    assert adopt(logs, "--parent", "dense") == 0
    models = tensorboard_cnc.read(logs).models
    assert (models["late"].parents, models["dense-int8"].parents) == (("dense",), ())
    assert adopt(logs, "--scalar", "loss=loss", "--goal", "loss=min") == 0
    assert {model.id: model.metrics.get("loss") for model in tensorboard_cnc.read(logs).models} == {
        "dense": None, "dense-int8": None, "dense-int8-ft": None, "late": None, "other": 1.0,
    }  # fmt: skip


def test_what_would_become_of_it(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = event_files(logs)
    assert adopt(logs, "--dry-run", "--map", "dense-int8=dense") == 0
    assert event_files(logs) == files
    assert capsys.readouterr().out.splitlines() == [
        "dense: val/acc (3)",
        "dense-int8 ← dense: val/acc (2)",
        "dense-int8-ft: val/acc (1)",
        "Names suggest dense-int8-ft ← dense-int8: --guess takes these, --map says others",
        "Nothing was written (--dry-run).",
    ]


def test_beside_models_that_were_logged(logs: Path) -> None:
    with SummaryWriter(logs / "ours") as writer, cnc_summary.model(writer, "teacher"):
        writer.add_scalar("val/acc", 0.875, 1)
    assert adopt(logs, "--parent", "teacher") == 0
    models = tensorboard_cnc.read(logs).models
    assert {m.id: m.parents for m in models if m.id != "teacher"} == {
        "dense": ("teacher",), "dense-int8": ("teacher",), "dense-int8-ft": ("teacher",),
    }  # fmt: skip
    assert models["teacher"].metrics == {"accuracy": 0.875}
    assert main(["edit", str(logs), "dense", "--note", "adopted", "--clear", "parents"]) == 0
    model = tensorboard_cnc.read(logs).models["dense"]
    assert (model.note, model.parents, model.created) == ("adopted", (), START)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (["--scalar", "a=none"], '"val/acc" (3), "loss" (1)'),
        ([], 'Scalars and how many runs have them: "val/acc" (3)'),
        (["--scalar", "val/acc"], "It has the form NAME=VALUE"),
        (["--scalar", "a=val/acc", "--scalar", "a=loss"], "for the second time"),
        (["--scalar", "a=val/acc", "--goal", "b=max"], 'about the metric "b", of which no scalar'),
        (["--scalar", "a=val/acc", "--goal", "a=up"], "A goal is"),
        (["--scalar", "a=val/acc", "--summary", "a=best"], "has no goal"),
        (["--scalar", "a=val/acc", "--parent", "dens"], 'Did you mean "dense"'),
        (["--scalar", "a=val/acc", "--map", "dense-int9=dense"], 'Did you mean "dense-int8"'),
        (
            ["--scalar", "a=val/acc", "--guess", "--map", "dense=dense-int8"],
            "would descend from itself",
        ),
    ],
)
def test_what_is_refused(
    said: list[str], message: str, logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = event_files(logs)
    assert main(["adopt", str(logs), *said]) == 2
    assert message in capsys.readouterr().err
    assert event_files(logs) == files


def test_an_empty_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert adopt(tmp_path) == 2
    assert "No run has any scalar" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["dense", "dense-int8", "dense_prune"], {"dense-int8": "dense", "dense_prune": "dense"}),
        (["a", "a/b", "a/b/c"], {"a/b": "a", "a/b/c": "a/b"}),
        (["dense", "dense-2", "dense-seed3", "dense_v2"], {}),
        (["dense", "denser", "dense8"], {}),
        (
            ["d/version_0", "d/version_1", "d-int8/version_1"],
            {"d-int8/version_1": "d/version_1"},
        ),
        (["d/version_0", "d-int8/version_7"], {"d-int8/version_7": "d/version_0"}),
        ([], {}),
    ],
)
def test_what_names_suggest(names: list[str], expected: dict[str, Any]) -> None:
    assert guessed_parents(names) == expected
