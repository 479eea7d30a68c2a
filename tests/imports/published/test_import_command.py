"""The command: what it writes, prints and returns."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc import __version__
from tensorboard_cnc.cli import main
from tensorboard_cnc.imports.imported import ImportedModel
from tensorboard_cnc.imports.progress import with_progress
from tensorboard_cnc.imports.published.experiment_table import parse_table
from tensorboard_cnc.imports.write_models import Written, write_models
from tests.imports.published.example_table import model, table
from tests.imports.published.logged import logged_models


def run_import(document: Any, logdir: Path, source: Path) -> int:
    source.write_text(json.dumps(document), encoding="utf-8")
    return main(["import", str(source), "--logdir", str(logdir)])


def test_one_run_per_model_shown_under_its_id(tmp_path: Path) -> None:
    logdir = tmp_path / "logs"
    assert run_import(table(model("base"), model("a/b", "base")), logdir, tmp_path / "t.json") == 0
    models = logged_models(logdir)
    assert list(models) == ["base", "a/b"]
    assert models["base"].run == "base"
    assert models["a/b"].run.startswith("a-b-")
    assert models["a/b"].card.parents == ("base",)
    assert models["a/b"].metrics == {"F1": (90.5,)}


def test_the_whole_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, logdir = tmp_path / "t.json", tmp_path / "my logs é"
    untidy = table(model("base", tag=""), model("pruned", "base", metrics={"F1": None}))
    assert run_import(untidy, logdir, source) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out == (
        f"{source}: 2 models, 1 root\n"
        "  operations: prune 1\n"
        "  metrics: F1 1\n"
        "Import notes:\n"
        "  - Empty tag, imported without a description: base\n"
        "  - Metric that is null, imported as not logged: F1\n"
        f"Wrote 2 runs to {logdir}\n"
        f"Open them with: tensorboard --logdir '{logdir}'\n"
    )
    assert len(logged_models(logdir)) == 2


def test_names_that_the_console_cannot_show_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    assert run_import(table(model("模型", tag="")), tmp_path / "logs", tmp_path / "t.json") == 0
    sys.stdout.flush()
    assert rb"\u6a21\u578b" in shown.getvalue()


def test_importing_again_updates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logdir, source = tmp_path / "logs", tmp_path / "t.json"
    assert run_import(table(), logdir, source) == 0
    changed = table(
        model("base", tag="as trained"),
        model("pruned", "base", metrics={"F1": 12.5, "Size": 3}),
        model("tuned", "pruned"),
    )
    capsys.readouterr()
    assert run_import(changed, logdir, source) == 0
    assert "Wrote 3 runs" in (printed := capsys.readouterr().out)
    assert "2 runs of these existed before" in printed
    models = logged_models(logdir)
    assert list(models) == ["base", "pruned", "tuned"]
    assert [m.run for m in models.values()] == ["base", "pruned", "tuned"]
    assert models["base"].card.description == "as trained"
    assert models["pruned"].metrics == {"F1": (12.5,), "Size": (3.0,)}


def test_a_thousand_models_keep_few_files_open(
    tmp_path: Path, open_files: Callable[[], int]
) -> None:
    models = [model("m0"), *[model(f"m{i}", f"m{i - 1}") for i in range(1, 1000)]]
    most_open = 0

    def watched(models: Sequence[ImportedModel]) -> Iterable[ImportedModel]:
        nonlocal most_open
        for each in models:
            yield each
            most_open = max(most_open, open_files())

    before = open_files()
    written = write_models(parse_table(table(*models)), tmp_path / "logs", watched)
    assert written == Written(runs=1000, updated=0)
    assert most_open - before <= 5
    assert len(list((tmp_path / "logs").iterdir())) == 1000


@pytest.fixture
def open_files() -> Callable[[], int]:
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("/proc/self/fd, which lists the open files, is only there on Linux")
    return lambda: len(list(descriptors.iterdir()))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal() -> None:
    terminal = Terminal()
    assert list(with_progress("abcd", terminal)) == list("abcd")
    shown = terminal.getvalue().split("\r")
    assert shown[1] == "█" * 10 + "░" * 30 + " 1/4"
    assert shown[-1] == "█" * 40 + " 4/4\n"


def test_progress_is_silent_elsewhere() -> None:
    pipe = io.StringIO()
    assert list(with_progress("abcd", pipe)) == list("abcd")
    assert pipe.getvalue() == ""


@pytest.mark.parametrize(
    "arguments", [["export"], ["import"], ["import", "t.json"], ["import", "--logdir", "x"]]
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        main(arguments)
    assert exited.value.code == 2
    assert "usage: tensorboard-cnc" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["--version"])
    assert exited.value.code == 0
    assert capsys.readouterr().out == f"tensorboard-cnc {__version__}\n"
