"""A long job never dies, hangs or loses the rest of a call for its log."""

from __future__ import annotations

import enum
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, CncError, CncWarning
from tensorboard_cnc.records.models import Metrics, Problems
from tests.writer.logged import all_of


class Broken:
    """What every conversion fails on, like a tensor of a device that has failed."""

    def tolist(self) -> Any:
        raise RuntimeError("device-side assert")

    def __repr__(self) -> str:
        raise RuntimeError("no repr either")


class BrokenError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text either")


ODD_VALUES = [
    torch.empty((), device="meta"),
    torch.eye(2).to_sparse(),
    10**5000,
    Broken(),
    [1.0, Broken()],
]


@pytest.fixture
def lenient() -> Iterator[None]:
    cnc_summary.on_error("warn")
    yield
    cnc_summary.on_error("raise")


@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: type(value).__name__)
def test_a_value_nobody_can_read_is_an_argument_error(value: Any, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model, pytest.raises(ArgumentError):
        model.metrics({"x": value})
    with pytest.raises(ArgumentError):
        cnc_summary.operation("o", x=value)


@pytest.mark.usefixtures("lenient")
@pytest.mark.filterwarnings("ignore::tensorboard_cnc.errors.CncWarning")
@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: type(value).__name__)
def test_the_rest_of_the_call_is_logged(value: Any, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m", operation=cnc_summary.operation("o", x=value)) as model:
        model.metrics({"bad": value, "good": 1.0})
    assert [m.name for m in all_of(Metrics, tmp_path)[-1].measurements] == ["good"]
    assert all_of(Problems, tmp_path)


@pytest.mark.usefixtures("lenient")
@pytest.mark.filterwarnings("ignore::tensorboard_cnc.errors.CncWarning")
def test_calls_at_the_wrong_time_only_warn(tmp_path: Path) -> None:
    def parents() -> Iterator[str]:
        yield "a"
        raise KeyError("b")

    model = cnc_summary.model(tmp_path, "m")
    model.metrics({"x": 1}, step=torch.empty((), device="meta"))  # type: ignore[arg-type]
    model.failed(BrokenError())
    model.close()
    model.metrics({"x": 2})
    model.failed("late")
    cnc_summary.model(tmp_path, "n", parents=parents()).close()
    for directory in ("nul\0", "\ud800", f"{tmp_path}/{'x' * 5000}"):
        cnc_summary.model(directory, "m").close()
    exec("m.metrics({'a': 'text'})", {"m": model, "__builtins__": {}})


@pytest.mark.usefixtures("lenient")
def test_a_warning_points_at_the_users_line(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model, pytest.warns(CncWarning) as caught:
        model.metrics({"x": "text at this line"})
    assert caught[0].filename == __file__


@pytest.mark.parametrize("directory", ["nul\0", "\ud800", "x" * 5000])
def test_a_path_that_is_none(directory: str) -> None:
    with pytest.raises(CncError, match="Pass another directory"):
        cnc_summary.model(directory, "m")


def test_a_directory_that_leads_to_itself(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(CncError, match="directory"):
        cnc_summary.model(tmp_path / "loop" / "x", "m")


def test_an_enumeration_member_is_its_text(tmp_path: Path) -> None:
    class Id(str, enum.Enum):  # noqa: UP042 - the kind that str() shows as its name
        DENSE = "dense"

    with cnc_summary.model(tmp_path, Id.DENSE) as model:
        assert model.id == "dense"


_PREEMPTED = """
    import os, signal, sys, threading
    from tensorboard_cnc import cnc_summary
    model = cnc_summary.model(sys.argv[1], "m")
    def preempted(*_):
        model.failed("preempted")
        os._exit(0)
    signal.signal(signal.SIGUSR1, preempted)
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
    while True:
        model.metrics({"a": 1.0})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_handler_may_log(tmp_path: Path) -> None:
    from tensorboard_cnc.records.models import ModelCard

    code = textwrap.dedent(_PREEMPTED)
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=120)
    card = all_of(ModelCard, tmp_path)[-1]
    assert (card.status, card.reason) == ("failed", "preempted")
