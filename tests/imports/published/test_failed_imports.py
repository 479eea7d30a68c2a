"""Imports that fail say why, leave nothing half-written, and never end in a traceback."""

from __future__ import annotations

import errno
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc.cli import main
from tensorboard_cnc.errors import ArgumentError, ClosedError, CncError
from tensorboard_cnc.imports import write_models as writing
from tensorboard_cnc.imports.imported import ImportedModel
from tensorboard_cnc.imports.published.experiment_table import parse_table
from tensorboard_cnc.imports.write_models import write_models
from tensorboard_cnc.writer.model_handle import ModelHandle
from tests.imports.published.example_table import model, table
from tests.imports.published.logged import logged_models
from tests.imports.published.test_import_command import run_import

RUN_MAIN = "import sys; from tensorboard_cnc.cli import main; sys.exit(main(sys.argv[1:]))"


def files(directory: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


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
    assert f"Nothing was imported: {logdir} cannot be written: No space left on device." in error
    assert list(tmp_path.iterdir()) == [source]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    source, logdir = tmp_path / "t.json", tmp_path / "logs"
    source.write_text(json.dumps(table(model("m0"), model("m1"))), encoding="utf-8")
    command = [sys.executable, "-c", RUN_MAIN, "import", str(source), "--logdir", str(logdir)]
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
    def interrupted(models: Sequence[ImportedModel]) -> Iterator[ImportedModel]:
        yield models[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_models(parse_table(table()), tmp_path / "logs", interrupted)
    assert list(tmp_path.iterdir()) == []


def test_the_log_directory_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    before = files(tmp_path)
    assert run_import(table(), tmp_path / "file" / "logs", tmp_path / "t.json") == 1
    error = capsys.readouterr().err
    assert error.startswith(f"tensorboard-cnc: Nothing was imported: {tmp_path / 'file'}")
    assert "cannot be written: Not a directory." in error
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
    assert "cannot be written: File too large." in finished.stderr
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


NO_DIRECTORIES = {
    "": "it is empty. Write . for the current directory.",
    "gs://bucket/logs": "gs://bucket/logs is not on this machine.",
    __file__: f"{__file__} is a file.",
    "logs\0": r"'logs\x00' is not a path: embedded null",
}


@pytest.mark.parametrize("logdir", NO_DIRECTORIES)
def test_the_log_directory_is_none(logdir: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["import", "t.json", "--logdir", logdir])
    assert exited.value.code == 2
    assert f"argument --logdir: {NO_DIRECTORIES[logdir]}" in capsys.readouterr().err


def test_the_log_directory_has_a_name_that_is_too_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, logdir = tmp_path / "t.json", tmp_path / ("x" * 5000)
    assert run_import(table(), logdir, source) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"tensorboard-cnc: Nothing was imported: {str(logdir)[:100]}… cannot")
    assert "or give another --logdir." in error
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("logdir", ["loopy", "loopy/logs", "missing/../loopy", "logs"])
def test_links_that_lead_to_themselves(
    logdir: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").mkdir()
    for loop in (tmp_path / "loopy", tmp_path / "logs" / "pruned"):
        try:
            loop.symlink_to(loop)
        except OSError:
            pytest.skip("this user may not make symbolic links")
    before = sorted(tmp_path.rglob("*"))
    source = tmp_path / "t.json"
    assert run_import(table(), tmp_path / logdir, source) == 1
    error = capsys.readouterr().err
    assert error.startswith("tensorboard-cnc: Nothing was imported")
    assert os.strerror(errno.ELOOP) in error
    source.unlink()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_log_directory_beside_one_that_is_missing(tmp_path: Path) -> None:
    assert run_import(table(), tmp_path / "missing" / ".." / "logs", tmp_path / "t.json") == 0
    assert len(logged_models(tmp_path / "logs")) == 2


def test_a_model_that_is_too_large_to_be_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, logdir = tmp_path / "t.json", tmp_path / "logs"
    large = {"name": "prune", "parameters": {f"p{i}": "x" * 1_000_000 for i in range(17)}}
    assert run_import(table(model("a"), model("b", "a", operation=large)), logdir, source) == 2
    assert capsys.readouterr().err.startswith(
        f'tensorboard-cnc: {source}: The model "b" cannot be stored. A ModelCard record has 17,000,'
    )
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(
    "error",
    [ArgumentError("An odd value", "It must be even", "Double it"), ClosedError("A", "B", "C")],
)
def test_whatever_the_writer_refuses_leaves_nothing(
    error: CncError,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(ModelHandle, "metrics", refused)
    source = tmp_path / "t.json"
    assert run_import(table(), tmp_path / "logs", source) == 2
    assert str(error) in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [source]


class Full(io.StringIO):
    """Takes some texts, then none."""

    def __init__(self, texts: int) -> None:
        super().__init__()
        self._left = texts

    def flush(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")


NOT_PRINTED = "standard output cannot be written: No space left on device. Redirect it elsewhere."


def test_what_was_read_cannot_be_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "t.json"
    monkeypatch.setattr(sys, "stdout", Full(0))
    assert run_import(table(), tmp_path / "logs", source) == 1
    assert capsys.readouterr().err == f"tensorboard-cnc: Nothing was imported: {NOT_PRINTED}\n"
    assert list(tmp_path.iterdir()) == [source]


def test_what_was_written_cannot_be_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logdir = tmp_path / "logs"
    monkeypatch.setattr(sys, "stdout", Full(1))
    assert run_import(table(), logdir, tmp_path / "t.json") == 0
    assert capsys.readouterr().err == (
        f"tensorboard-cnc: All models were imported into {logdir}, but {NOT_PRINTED}\n"
    )
    assert len(logged_models(logdir)) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is only there on Linux")
@pytest.mark.parametrize(
    ("redirected", "exit_code"),
    [(">/dev/full", 1), (">/dev/full 2>/dev/full", 1), (">&-", 0), ("2>&-", 0), (">&- 2>&-", 0)],
)
def test_streams_that_a_shell_has_taken_away(
    redirected: str, exit_code: int, tmp_path: Path
) -> None:
    source, logdir = tmp_path / "t.json", tmp_path / "logs"
    source.write_text(json.dumps(table()), encoding="utf-8")
    command = [sys.executable, "-c", RUN_MAIN, "import", str(source), "--logdir", str(logdir)]
    finished = subprocess.run(
        f"{shlex.join(command)} {redirected}",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == exit_code
    assert logdir.exists() == (exit_code == 0)
    assert "Traceback" not in finished.stderr
    assert "Exception ignored" not in finished.stderr
