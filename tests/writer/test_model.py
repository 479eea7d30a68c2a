"""What `model` says about a model, from its first moment to its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, ClosedError, CncWarning
from tensorboard_cnc.records.models import ALL_CARD_FIELDS, Metrics, ModelCard, Operation
from tensorboard_cnc.writer.policy import during
from tests.format.any_record import ANNOTATIONS
from tests.writer.logged import all_of, event_files, latest, logged, measured, only

WRONG: Any = {1: 2}


def card(logdir: Path) -> ModelCard:
    return only(ModelCard, logdir)


def test_a_model_shows_at_once_as_running(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "dense"):
        running = card(tmp_path)
    assert (running.id, running.status, running.closed_us) == ("dense", "running", None)
    assert running.created_us > 0


def test_a_finished_model(tmp_path: Path) -> None:
    operation = cnc_summary.operation("magnitude prune", amount=0.5)
    with cnc_summary.model(
        tmp_path,
        "prune-50",
        parents="dense",
        operation=operation,
        description="A first try.\nIn two lines.",
        checkpoint=Path("out") / "weights.pt",
    ):
        pass
    finished = card(tmp_path)
    assert finished == ModelCard(
        id="prune-50",
        parents=("dense",),
        operation=Operation("magnitude prune", {"amount": 0.5}),
        status="finished",
        description="A first try.\nIn two lines.",
        checkpoint=str(Path("out") / "weights.pt"),
        created_us=finished.created_us,
        closed_us=finished.closed_us,
        says=ALL_CARD_FIELDS - {"replicate_of"} - ANNOTATIONS,
    )
    assert finished.closed_us is not None
    assert finished.closed_us > finished.created_us


def test_several_parents_as_ids_and_handles(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path / "t", "teacher") as teacher:
        for number, parents in enumerate(
            [
                ("init", teacher),
                ["init", "teacher"],
                iter(["init", "teacher", "init"]),
                {"init": None, "teacher": None}.keys(),
            ]
        ):
            with cnc_summary.model(tmp_path / str(number), "student", parents=parents):
                pass
            assert card(tmp_path / str(number)).parents == ("init", "teacher")
    with cnc_summary.model(tmp_path / "one", "copy", parents=teacher):
        pass
    assert card(tmp_path / "one").parents == ("teacher",)


def test_an_operation_may_be_just_its_name(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "int8", operation="quantize"):
        pass
    assert card(tmp_path).operation == Operation("quantize", {})


@pytest.mark.parametrize(
    "model_id", ["x", "x" * 1000, "a/b", "<script>", "'\"", "é 漢字", "=", "%2F"]
)
def test_ids_that_are_fine(model_id: str, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, model_id) as handle:
        handle.metrics({"accuracy": 1})
    assert handle.id == card(tmp_path).id == only(Metrics, tmp_path).model_id == model_id


@pytest.mark.parametrize(
    ("model_id", "message"),
    [
        ("", "model id is empty. Names and ids have 1 to 1,000 printable characters. Give it"),
        ("x" * 1001, "has 1,001 characters. Names and ids .* Shorten it"),
        ("a\nb", r"'a\\nb' contains '\\n'. .* Remove line breaks"),
        ("a\udc80", r"contains '\\udc80'"),
        ("\x1b[0m", r"contains '\\x1b'"),
        (7, "model id 7 is of type int. .* Pass it as a text, for example with str"),
        (None, "model id None is of type NoneType"),
    ],
)
def test_ids_that_are_refused(model_id: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=message):
        cnc_summary.model(tmp_path, model_id)
    with pytest.raises(ArgumentError, match=message):
        cnc_summary.attach(tmp_path, model_id)
    assert list(tmp_path.iterdir()) == [], "nothing may be begun"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parents": "m"}, 'The model "m" names itself as its parent. .* an id of its own'),
        ({"parents": ["dense", "m"]}, "names itself"),
        ({"parents": 3}, "A parent is 3 of type int. .* Write parents="),
        ({"parents": ["dense", None]}, "A parent is None"),
        ({"parents": ""}, "parent's id is empty"),
        ({"parents": {"dense"}}, "parents are {'dense'} of type set. .* the main one first"),
        ({"parents": frozenset("ab")}, "of type frozenset. Their order says which is the main"),
        ({"operation": 3}, "The operation is 3 of type int. .* Write operation=cnc_summary.op"),
        ({"operation": Operation("")}, "operation name is empty"),
        ({"operation": Operation("prune", {"x": WRONG})}, "parameter x is {1: 2} of type dict"),
        ({"description": 3}, "The description is 3 of type int. A description is a text. Convert"),
        ({"checkpoint": 3}, "The checkpoint is 3 of type int. A checkpoint is a text"),
        ({"metrics": 3}, "Metrics are defined by 3"),
    ],
)
def test_arguments_that_are_refused(arguments: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=message):
        cnc_summary.model(tmp_path, "m", **arguments)
    assert list(tmp_path.iterdir()) == []


def test_none_is_no_parent_and_no_checkpoint(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m", parents=None, checkpoint=None, metrics=None):
        pass
    assert (card(tmp_path).parents, card(tmp_path).checkpoint) == ((), "")


def test_undecodable_texts_are_kept_as_escapes(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m", description="a\udc80", checkpoint="b\udcff") as handle:
        handle.failed("c\ud800")
    found = card(tmp_path)
    assert (found.description, found.checkpoint, found.reason) == (
        "a\\udc80",
        "b\\udcff",
        "c\\ud800",
    )


def test_an_exception_marks_the_model_as_failed(tmp_path: Path) -> None:
    def diverge() -> None:
        with cnc_summary.model(tmp_path, "m") as handle:
            handle.metrics({"loss": 1e9})
            raise ArithmeticError("the loss is NaN")

    with pytest.raises(ArithmeticError, match="the loss is NaN"):
        diverge()
    found = card(tmp_path)
    assert (found.status, found.reason) == ("failed", "ArithmeticError: the loss is NaN")
    assert found.closed_us is not None
    assert measured(tmp_path)["loss"].repeats == (1e9,)


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (KeyboardInterrupt(), "failed", "KeyboardInterrupt"),
        (SystemExit("no GPU"), "failed", "SystemExit: no GPU"),
        (SystemExit(2), "failed", "SystemExit: 2"),
        (SystemExit(0), "finished", ""),
        (SystemExit(), "finished", ""),
        (ValueError("x" * 5000), "failed", "ValueError: " + "x" * 987 + "…"),
    ],
)
def test_how_a_block_can_end(
    error: BaseException, status: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(type(error)), cnc_summary.model(tmp_path, "m"):
        raise error
    assert (card(tmp_path).status, card(tmp_path).reason) == (status, reason)


def test_a_model_that_was_marked_as_failed_may_be_measured_still(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as handle:
        handle.failed("diverged")
        failed = card(tmp_path)
        handle.metrics({"accuracy": 0.1})
    closed = card(tmp_path)
    assert (closed.status, closed.reason) == ("failed", "diverged")
    assert failed.closed_us is not None
    assert closed.closed_us is not None
    assert closed.closed_us > failed.closed_us
    assert measured(tmp_path)["accuracy"].repeats == (0.1,)


def test_the_first_reason_stands(tmp_path: Path) -> None:
    def fail() -> None:
        with cnc_summary.model(tmp_path, "m") as handle:
            handle.failed("diverged")
            raise RuntimeError("stop here")

    with pytest.raises(RuntimeError):
        fail()
    assert card(tmp_path).reason == "diverged"


def test_failed_takes_an_exception(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as handle:
        handle.failed(ValueError("bad batch"))
    assert card(tmp_path).reason == "ValueError: bad batch"


@pytest.mark.parametrize(
    "use", [lambda handle: handle.metrics({"a": 1}), lambda handle: handle.failed("late")]
)
def test_a_closed_handle_refuses(
    use: Callable[[cnc_summary.ModelHandle], None], tmp_path: Path
) -> None:
    handle = cnc_summary.model(tmp_path, "m")
    handle.close()
    handle.close()
    with pytest.raises(ClosedError, match=r'handle of the model "m" .* cnc_summary.attach\(writer'):
        use(handle)
    assert card(tmp_path).status == "finished"


def test_how_handles_show_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    finished, failed = (cnc_summary.model("runs/a", name) for name in ("prune-50", "int8"))
    assert repr(finished) == f"<model prune-50 in {Path('runs/a')}, running>"
    finished.close()
    failed.failed("diverged")
    assert repr(finished) == f"<model prune-50 in {Path('runs/a')}, finished>"
    assert repr(failed) == f"<model int8 in {Path('runs/a')}, failed>"
    failed.close()
    with cnc_summary.attach(tmp_path.parent / "elsewhere", "int8") as attached:
        assert repr(attached) == f"<model int8 in {tmp_path.parent / 'elsewhere'}, attached>"
    assert repr(attached).endswith(", closed>")


def test_an_attached_handle_writes_no_card(tmp_path: Path) -> None:
    with cnc_summary.attach(tmp_path, "m") as handle:
        handle.metrics({"latency_ms": [20, 21]})
    assert all_of(ModelCard, tmp_path) == []
    assert measured(tmp_path)["latency_ms"].repeats == (20.0, 21.0)


def test_an_attached_model_can_be_marked_as_failed(tmp_path: Path) -> None:
    with cnc_summary.attach(tmp_path, "m") as handle:
        handle.failed("slow")
    said = card(tmp_path)
    assert (said.status, said.reason, said.edits) == ("failed", "slow", True)
    assert said.says == {"status"}, "what it was made from is not known here"


def test_an_exception_beside_an_attached_model_says_nothing_of_the_model(tmp_path: Path) -> None:
    def measure() -> None:
        with cnc_summary.attach(tmp_path, "m") as handle:
            handle.metrics({"a": 1})
            raise RuntimeError("unplugged")

    with pytest.raises(RuntimeError):
        measure()
    assert [entry.record for entry in logged(tmp_path)] == [only(Metrics, tmp_path)]


def test_models_logged_one_after_the_other_get_later_times(tmp_path: Path) -> None:
    for number in range(200):
        cnc_summary.model(tmp_path, f"m{number}").close()
    cards = sorted(all_of(ModelCard, tmp_path), key=lambda c: c.created_us)
    assert [c.id for c in cards] == [f"m{number}" for number in range(200)]
    assert len({c.created_us for c in cards}) == 200
    assert len(event_files(tmp_path)) == 1


def test_each_handle_of_a_model_keeps_its_card_and_metrics(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m", description="first", parents="a") as handle:
        handle.metrics({"a": 1})
    with cnc_summary.model(tmp_path, "m", description="second") as handle:
        handle.metrics({"b": 2})
    first, second = all_of(ModelCard, tmp_path)
    assert (first.description, first.parents) == ("first", ("a",))
    assert first.says == {"parents", "description", "status"}
    assert second.description == "second"
    assert second.says == {"description", "status"}
    assert len(all_of(Metrics, tmp_path)) == 2


def test_what_was_left_out_is_not_said(tmp_path: Path) -> None:
    cnc_summary.model(tmp_path, "m").close()
    assert card(tmp_path).says == {"status"}


def test_none_and_empty_say_that_there_is_none(tmp_path: Path) -> None:
    with cnc_summary.model(
        tmp_path,
        "m",
        parents=(),
        operation=None,
        description="",
        checkpoint=None,
        replicate_of=None,
    ):
        pass
    assert card(tmp_path).says == ALL_CARD_FIELDS - ANNOTATIONS


def test_what_was_refused_is_not_said(tmp_path: Path) -> None:
    """With ``on_error("warn")`` a mistake must not erase what was said before."""
    wrong: Any = 3
    with (
        during("warn"),
        pytest.warns(CncWarning),
        cnc_summary.model(
            tmp_path,
            "m",
            parents=[wrong],
            operation=wrong,
            description=wrong,
            checkpoint=wrong,
            replicate_of=wrong,
        ),
    ):
        pass
    assert card(tmp_path).says == {"status"}


def test_a_card_too_large_to_be_read_is_refused(tmp_path: Path) -> None:
    huge = cnc_summary.operation("prune", mask="x" * (17 << 20))
    with pytest.raises(ArgumentError, match="At most 16,777,216"):
        cnc_summary.model(tmp_path, "m", operation=huge)
    assert latest(tmp_path) == {}


def test_a_description_of_ten_megabytes_is_cut_with_a_mark(tmp_path: Path) -> None:
    cnc_summary.model(tmp_path, "m", description="x" * 10_000_000).close()
    description = all_of(ModelCard, tmp_path)[-1].description
    assert description == "x" * 10_000 + "… [cut: 10,000,000 characters]"


def test_a_replicate_names_the_other_by_id_or_handle(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path / "a", "dense") as dense:
        pass
    for name, other in (("again", dense), ("once-more", "dense")):
        with cnc_summary.model(tmp_path / name, name, replicate_of=other):
            pass
        assert card(tmp_path / name).replicate_of == "dense"
    assert card(tmp_path / "a").replicate_of == ""


@pytest.mark.parametrize(
    ("other", "seen"),
    [
        ("m", "a replicate of itself.*ids of their own"),
        (["dense"], r"replicate_of= is \['dense'\] of type list"),
        ("", "replicate_of= is empty"),
        (7, "replicate_of= is 7 of type int"),
    ],
)
def test_no_replicate(other: Any, seen: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=seen):
        cnc_summary.model(tmp_path, "m", replicate_of=other)
    assert latest(tmp_path) == {}
