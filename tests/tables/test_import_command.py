"""The command: what it writes, prints and returns."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc import __version__
from tensorboard_cnc.cli import main
from tensorboard_cnc.tables import write_table as writing
from tensorboard_cnc.tables.experiment_table import parse_table
from tensorboard_cnc.tables.report import with_progress
from tensorboard_cnc.tables.table_model import TableModel
from tensorboard_cnc.tables.write_table import Written, write_table
from tests.tables.example_table import model, table
from tests.tables.logged import logged_models


def run_import(document: Any, logdir: Path, source: Path) -> int:
    source.write_text(json.dumps(document), encoding="utf-8")
    return main(["import", str(source), "--logdir", str(logdir)])


def files(directory: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


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
        "Unusual, and what was done:\n"
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


@pytest.fixture
def no_space_at_third(monkeypatch: pytest.MonkeyPatch) -> None:
    write_model = writing._write_model
    calls = iter(range(100))

    def write(*arguments: Any) -> None:
        write_model(*arguments)
        if next(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_write_model", write)


@pytest.mark.usefixtures("no_space_at_third")
def test_a_full_disk_leaves_no_new_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, logdir = tmp_path / "t.json", tmp_path / "new" / "logs"
    document = table(*[model(f"m{i}") for i in range(5)])
    assert run_import(document, logdir, source) == 1
    error = capsys.readouterr().err
    assert f"No space left on device. Free some space for {logdir}" in error
    assert list(tmp_path.iterdir()) == [source]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    source, logdir = tmp_path / "t.json", tmp_path / "logs"
    source.write_text(json.dumps(table(model("m0"), model("m1"))), encoding="utf-8")
    code = "import sys; from tensorboard_cnc.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "import", str(source), "--logdir", str(logdir)]
    subprocess.run(command, check=True, capture_output=True)
    (logdir / "m3").mkdir()
    (logdir / "m3" / "notes.txt").write_text("mine")
    before = files(logdir)
    request.getfixturevalue("no_space_at_third")
    document = table(*[model(f"m{i}") for i in range(5)])
    assert run_import(document, logdir, source) == 1
    assert files(logdir) == before
    assert {path.name for path in logdir.iterdir()} == {"m0", "m1", "m3"}


def test_an_interrupted_import_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(models: Sequence[TableModel]) -> Iterator[TableModel]:
        yield models[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(parse_table(table()), tmp_path / "logs", interrupted)
    assert list(tmp_path.iterdir()) == []


def test_the_log_directory_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    before = files(tmp_path)
    assert run_import(table(), tmp_path / "file" / "logs", tmp_path / "t.json") == 1
    error = capsys.readouterr().err
    assert error.startswith("tensorboard-cnc: Nothing was imported. The directory")
    assert "Not a directory" in error
    (tmp_path / "t.json").unlink()
    assert files(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_event_files_that_cannot_grow_are_removed(tmp_path: Path) -> None:
    source, logdir = tmp_path / "t.json", tmp_path / "logs"
    long = model("m2", tag="".join(map(str, range(20_000))))
    source.write_text(json.dumps(table(model("m0"), model("m1"), long, model("m3"))))
    script = (
        "import resource, signal, sys\n"
        "from tensorboard_cnc.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", script, "import", str(source), "--logdir", str(logdir)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert "Nothing was imported: File too large." in finished.stderr
    assert "Traceback" not in finished.stderr
    assert list(tmp_path.iterdir()) == [source]


def test_control_c_says_that_nothing_was_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "_write_model", interrupted)
    assert run_import(table(), tmp_path / "logs", tmp_path / "t.json") == 1
    assert capsys.readouterr().err == "tensorboard-cnc: Nothing was imported: interrupted.\n"


@pytest.mark.parametrize("logdir", ["gs://bucket/logs", __file__])
def test_the_log_directory_is_none(logdir: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["import", "t.json", "--logdir", logdir])
    assert exited.value.code == 2
    assert f"argument --logdir: {logdir} is " in capsys.readouterr().err


def test_a_thousand_models_keep_few_files_open(
    tmp_path: Path, open_files: Callable[[], int]
) -> None:
    models = [model("m0"), *[model(f"m{i}", f"m{i - 1}") for i in range(1, 1000)]]
    most_open = 0

    def watched(models: Sequence[TableModel]) -> Iterable[TableModel]:
        nonlocal most_open
        for each in models:
            yield each
            most_open = max(most_open, open_files())

    before = open_files()
    written = write_table(parse_table(table(*models)), tmp_path / "logs", watched)
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
    "arguments", [[], ["export"], ["import"], ["import", "t.json"], ["import", "--logdir", "x"]]
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
