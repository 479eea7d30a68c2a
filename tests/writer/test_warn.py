"""Under ``on_error("warn")`` what is wrong is left out, told once, and kept with the model."""

from __future__ import annotations

import errno
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, CncWarning, WriterError
from tensorboard_cnc.records.models import (
    Metrics,
    MetricSpecs,
    ModelCard,
    Operation,
    Problems,
)
from tensorboard_cnc.writer import policy
from tensorboard_cnc.writer.sinks.event_file import EventFile
from tests.writer.logged import all_of, latest, only, values

pytestmark = pytest.mark.usefixtures("lenient")


@contextmanager
def warned(*messages: str) -> Iterator[None]:
    """Exactly these warnings, by how they begin."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    found = [str(warning.message) for warning in caught]
    assert len(found) == len(messages), found
    assert all(map(str.startswith, found, messages)), found
    assert all(warning.category is CncWarning for warning in caught)


def problems(logdir: Path) -> list[str]:
    return [problem.message for problem in only(Problems, logdir).problems]


def test_the_good_part_of_a_call_is_logged(tmp_path: Path) -> None:
    with warned('The metric "b" is {}'), cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": 1, "b": {}, "c": 3})
    assert values(tmp_path) == {"a": (1.0,), "c": (3.0,)}
    (problem,) = only(Problems, tmp_path).problems
    assert problem.message.startswith('The metric "b" is {} of type dict. A metric is')
    assert problem.remedy == 'Log one metric per entry, for example "rouge/1".'
    assert only(ModelCard, tmp_path).created_us < problem.logged_us


def test_a_problem_shows_while_the_model_is_open(tmp_path: Path) -> None:
    with warned('The metric "a"'), cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": "0.5"})
        assert len(problems(tmp_path)) == 1
    assert all_of(Metrics, tmp_path) == []


def test_the_same_message_is_told_and_kept_once(tmp_path: Path) -> None:
    with warned('The metric "a"', 'The metric "b"'):
        with cnc_summary.model(tmp_path / "one", "m") as model:
            for _ in range(5):
                model.metrics({"a": "x"})
            model.metrics({"b": "x"})
        with cnc_summary.model(tmp_path / "two", "m") as model:
            model.metrics({"a": "x"})
    assert len(problems(tmp_path / "one")) == 2
    assert len(problems(tmp_path / "two")) == 1, "told once, but each model keeps its problems"


def test_a_loop_of_problems_ends_somewhere(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CncWarning)
        with cnc_summary.model(tmp_path, "m") as model:
            for number in range(150):
                model.metrics({f"a{number}": "x"})
    assert len(problems(tmp_path)) == 100


def test_a_step_that_is_none_costs_only_the_step(tmp_path: Path) -> None:
    step: Any = "third"
    with warned("The step is 'third'"), cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": 1}, step=step)
    (measurement,) = only(Metrics, tmp_path).measurements
    assert (measurement.repeats, measurement.step) == ((1.0,), None)


def test_a_model_keeps_what_is_right_about_it(tmp_path: Path) -> None:
    wrong: Any = {"parents": ["dense", 3, "m", "teacher"], "description": 5, "checkpoint": 6}
    operation = cnc_summary.operation("prune", amount=0.5, mask=object(), **{"a\nb": 1})
    metrics = [cnc_summary.metric("a", goal="max"), cnc_summary.metric("b", budget="cheap")]
    expected = (
        "A parent is 3",
        'The model "m" names itself',
        "The parameter mask is <object",
        "The parameter name",
        "The description is 5",
        "The checkpoint is 6",
        "The budget of \"b\" is 'cheap'",
    )
    with warned(*expected):
        cnc_summary.model(tmp_path, "m", operation=operation, metrics=metrics, **wrong).close()
    card = only(ModelCard, tmp_path)
    assert card.parents == ("dense", "teacher")
    assert card.operation == Operation("prune", {"amount": 0.5})
    assert (card.description, card.checkpoint) == ("", "")
    assert [spec.name for spec in only(MetricSpecs, tmp_path).specs] == ["a"]
    assert all(map(str.startswith, problems(tmp_path), expected))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"operation": 3}, "The operation is 3"),
        ({"operation": Operation("")}, "The operation name is empty"),
        ({"parents": 3}, "A parent is 3"),
        ({"parents": {"a", 3}}, "The parents are {"),
        ({"metrics": 3}, "Metrics are defined by 3"),
        ({"metrics": {"a": "up", "b": "max"}}, 'The goal of "a"'),
    ],
)
def test_a_wrong_argument_does_not_cost_the_model(
    arguments: Any, message: str, tmp_path: Path
) -> None:
    with warned(message), cnc_summary.model(tmp_path, "m", **arguments) as model:
        model.metrics({"a": 1})
    assert only(ModelCard, tmp_path).status == "finished"
    assert values(tmp_path) == {"a": (1.0,)}
    assert problems(tmp_path)[0].startswith(message)


def test_a_wrong_id_gives_a_handle_that_logs_nothing(tmp_path: Path) -> None:
    with warned("The model id is empty"):
        with cnc_summary.model(tmp_path, "", parents="a") as model:
            model.metrics({"a": 1})
            model.failed("no matter")
        with cnc_summary.attach(tmp_path, "") as attached:
            attached.metrics({"a": 1})
    assert latest(tmp_path) == {}


def test_a_wrong_writer_gives_a_handle_that_logs_nothing() -> None:
    wrong: Any = 3
    with warned("The writer is 3"):
        with cnc_summary.model(wrong, "m", metrics={"a": "max"}) as model:
            model.metrics({"a": 1})
        with cnc_summary.attach(wrong, "m") as attached:
            attached.metrics({"a": 1})
        cnc_summary.define_metrics(wrong, cnc_summary.metric("a"))


def test_definitions_on_their_own_leave_the_bad_ones_out(tmp_path: Path) -> None:
    wrong: Any = "best"
    with warned('The goal of "b"'):
        cnc_summary.define_metrics(
            tmp_path, cnc_summary.metric("a"), cnc_summary.metric("b", goal=wrong)
        )
    assert [spec.name for spec in only(MetricSpecs, tmp_path).specs] == ["a"]


def test_calls_in_the_wrong_order(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path / "run")) as writer:
        model = cnc_summary.model(writer, "m")
    with warned("The SummaryWriter has been closed"):
        model.metrics({"a": 1})
        model.close()
    with warned('The handle of the model "m" has been closed'):
        model.metrics({"a": 1})


def test_a_full_disk_does_not_end_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"a": 1})
        with monkeypatch.context() as patch, warned("The directory "):
            patch.setattr(EventFile, "append", full)
            model.metrics({"a": 2})
            model.metrics({"a": 3})
        model.metrics({"b": 4})
    assert values(tmp_path)["b"] == (4.0,)
    assert only(ModelCard, tmp_path).status == "finished"


def test_a_full_disk_is_an_error_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    cnc_summary.on_error("raise")
    with cnc_summary.model(tmp_path, "m") as model, monkeypatch.context() as patch:
        patch.setattr(EventFile, "append", full)
        with pytest.raises(WriterError, match="No space left"):
            model.metrics({"a": 2})


def test_a_warning_may_be_made_an_error(tmp_path: Path) -> None:
    model = cnc_summary.model(tmp_path, "m")
    with warnings.catch_warnings():
        warnings.simplefilter("error", CncWarning)
        with pytest.raises(CncWarning):
            model.metrics({"a": "x"})
    model.close()


def test_an_exception_in_the_block_is_still_raised(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), cnc_summary.model(tmp_path, "m"):
        _ = 1 // 0
    assert only(ModelCard, tmp_path).status == "failed"


@pytest.mark.parametrize("mode", ["ignore", "", None, 3])
def test_other_modes_are_refused_in_any_mode(mode: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r'The modes are "raise" and "warn"\. Write cnc_summary\.on'
    ):
        cnc_summary.on_error(mode)


def test_what_was_warned_about_does_not_fill_the_memory() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(3000):
            with policy.tolerate(policy.unreported):
                raise ArgumentError(f"Row {number}", "", "Mend it")
            assert f"Row {number}. Mend it." in policy._warned
    assert len(policy._warned) <= 1000
