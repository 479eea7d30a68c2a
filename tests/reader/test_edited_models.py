"""Models that were changed after they were logged, with both loaders and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.tensorboard import SummaryWriter

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.analysis.catalog import build_catalog, members_of
from tensorboard_cnc.records.models import Measurement, Metrics, ModelCard, Stored
from tests.conftest import Serve
from tests.writer.scripts import run_script


def named(answer: dict[str, Any], model_id: str) -> dict[str, Any]:
    (model,) = [m for m in answer["models"] if m["id"] == model_id and m["run"] is not None]
    return model  # type: ignore[no-any-return]


def test_what_is_said_afterwards(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / "a", "dense") as m:
        m.metrics({"accuracy": 0.9, "typo": 3})
    with cnc_summary.model(tmp_path / "b", "child", parents="dense"):
        pass
    host = serve(tmp_path)
    before = named(host.models_when(lambda a: len(a["models"]) == 2), "dense")
    cnc_summary.edit(tmp_path / "a", "dense", note="see https://x.y", tags=["paper"], hidden=True)
    cnc_summary.edit(tmp_path / "a", "dense", renamed="Dense", operation="train")
    with cnc_summary.attach(tmp_path / "a", "dense") as m:
        m.metrics({"typo": None})
    answer = host.models_when(
        lambda a: "renamed" in named(a, "dense") and "typo" not in named(a, "dense")["metrics"]
    )
    after = named(answer, "dense")
    assert (after["note"], after["tags"], after["hidden"]) == ("see https://x.y", ["paper"], True)
    assert (after["renamed"], after["operation"]["name"]) == ("Dense", "train")
    kept = ("key", "run", "created", "status", "parents")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert named(answer, "child")["parents"] == [after["key"]]
    assert "typo" not in {spec["name"] for spec in answer["metrics"]}
    assert answer["problems"] == []


def test_read_back(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path / "a", "dense") as m:
        m.metrics({"accuracy": 0.9, "typo": 3})
    cnc_summary.edit(tmp_path / "a", "dense", note="n", tags=["x", "y"], renamed="Dense")
    with cnc_summary.attach(tmp_path / "elsewhere", "dense") as m:
        m.metrics({"typo": None})
        m.failed("on the phone")
    runs = tensorboard_cnc.read(tmp_path)
    (row,) = runs.models.to_table()
    told = ("id", "renamed", "note", "tags", "hidden", "status", "accuracy")
    assert [row[name] for name in told] == ["dense", "Dense", "n", ("x", "y"), False, "failed", 0.9]
    assert "typo" not in row
    for name in ("dense", "Dense", "a/dense", row["key"]):
        assert runs.models[name].id == "dense"
    assert runs.models["dense"].said["reason"] == "on the phone"


def test_two_editors_and_a_job_that_still_runs(tmp_path: Path, serve: Serve) -> None:
    script = """
        import sys
        from tensorboard_cnc import cnc_summary
        cnc_summary.edit(sys.argv[1], "m", {said})
    """
    host = serve(tmp_path)
    with SummaryWriter(tmp_path / "r") as writer, cnc_summary.model(writer, "m") as m:
        run_script(script.format(said='note="first", tags=["a"]'), tmp_path / "r")
        run_script(script.format(said='note="second"'), tmp_path / "r")
        m.metrics({"accuracy": 0.5})
        writer.flush()
        answer = host.models_when(lambda a: a["models"] and a["models"][0].get("note") == "second")
        assert (answer["models"][0]["tags"], answer["models"][0]["status"]) == (["a"], "running")
    (model,) = host.models_when(lambda a: a["models"][0]["status"] == "finished")["models"]
    assert (model["note"], model["tags"]) == ("second", ["a"])


def test_an_edit_of_a_model_that_is_not_there_is_a_note(tmp_path: Path, serve: Serve) -> None:
    cnc_summary.model(tmp_path / "a", "dense").close()
    cnc_summary.edit(tmp_path / "a", "dnese", note="a typo")
    answer = serve(tmp_path).models_when(lambda a: a["problems"] and not a.get("incomplete"))
    assert [m["id"] for m in answer["models"]] == ["dense"]
    (problem,) = answer["problems"]
    assert 'A change was made to the model "dnese", which no run has logged' in problem["message"]


@pytest.mark.parametrize(
    ("names", "shown", "why"),
    [
        ({"a": "b"}, {}, "which is the id of another model"),
        ({"a": "b", "b": "a"}, {}, "which is the id of another model"),
        ({"a": "x", "b": "x"}, {}, "as is another model"),
        ({"a": "x", "b": "y"}, {"a": "x", "b": "y"}, ""),
        ({"a": "a"}, {}, ""),
    ],
)
def test_display_names_that_mislead(
    names: dict[str, str], shown: dict[str, str], why: str, tmp_path: Path, serve: Serve
) -> None:
    for model_id in ("a", "b"):
        cnc_summary.model(tmp_path / model_id, model_id).close()
    for model_id, name in names.items():
        cnc_summary.edit(tmp_path / model_id, model_id, renamed=name, note="read")
    answer = serve(tmp_path).models_when(
        lambda a: sum("note" in m for m in a["models"]) == len(names)
    )
    assert {m["id"]: m["renamed"] for m in answer["models"] if "renamed" in m} == shown
    assert len(answer["problems"]) == (len(names) if why else 0)
    assert all(why in problem["message"] for problem in answer["problems"])


def test_the_old_id_and_the_new_name_mean_the_model(tmp_path: Path, serve: Serve) -> None:
    cnc_summary.model(tmp_path / "a", "dense").close()
    cnc_summary.edit(tmp_path / "a", "dense", renamed="Dense, of May")
    for model_id, parent in (("old", "dense"), ("new", "Dense, of May")):
        cnc_summary.model(tmp_path / model_id, model_id, parents=parent).close()
    answer = serve(tmp_path).models_when(lambda a: len(a["models"]) == 3 and not a["problems"])
    key = named(answer, "dense")["key"]
    assert [named(answer, each)["parents"] for each in ("old", "new")] == [[key], [key]]


_TIMES = st.integers(1, 6)
_MEASURED = st.builds(
    Measurement, st.just("m"), st.sampled_from([(1.0,), (2.0,)]), logged_us=_TIMES
) | st.builds(Measurement, st.just("m"), st.just(()), logged_us=_TIMES, withdrawn=st.just(True))


@given(st.lists(_MEASURED, min_size=1, max_size=6, unique_by=lambda each: each.logged_us),
       st.randoms(use_true_random=False))  # fmt: skip
def test_the_last_word_on_a_metric_counts(said: list[Measurement], order: Any) -> None:
    """Be it a value or that there is none, from whatever handle, read in whatever order."""
    entries = [Stored("r", "card", 0, ModelCard("m"))]
    entries += [
        Stored("r", f"t{at}", at, Metrics("m", (each,))) for at, each in enumerate(said, start=1)
    ]
    order.shuffle(entries)
    catalog = build_catalog(entries, members_of(entries), {})
    (measured,) = catalog.measured.values()
    last = max(said, key=lambda each: each.logged_us)
    found = measured["m"].measurement.repeats if "m" in measured else ()
    assert found == last.repeats


def links(answer: dict[str, Any]) -> dict[str, tuple[list[str], Any]]:
    """Of each model its parents, and when it was created."""
    return {m["key"]: (m["parents"], m["created"]) for m in answer["models"]}


def test_a_re_run_of_a_parent_keeps_its_place_and_its_children(
    tmp_path: Path, serve: Serve
) -> None:
    def log(run: str, model_id: str, **said: Any) -> None:
        with cnc_summary.model(tmp_path / run, model_id, **said) as m:
            m.metrics({"accuracy": 0.5})

    for run in ("dense/v0", "dense/v1"):
        log(run, "dense")
    log("child/v0", "child", parents="dense")
    cnc_summary.edit(tmp_path / "dense/v1", "dense", tags=["kept"])
    host = serve(tmp_path)
    before = host.models_when(lambda a: len(a["models"]) == 3 and not a.get("incomplete"))
    script = """
        import sys
        from tensorboard_cnc import cnc_summary
        with cnc_summary.model(sys.argv[1], "dense", description="again") as m:
            m.metrics({"accuracy": 0.75})
    """
    for run in ("dense/v1", "dense/v0"):
        run_script(script, tmp_path / run)
    log("dense/v2", "dense")
    after = host.models_when(
        lambda a: len(a["models"]) == 4 and sum("description" in m for m in a["models"]) == 2
    )
    was = links(before)
    assert {key: links(after)[key] for key in was} == was
    assert [m["key"] for m in after["models"]][:3] == [m["key"] for m in before["models"]]
    v1 = next(m for m in after["models"] if m["run"] == "dense/v1")
    assert (v1["tags"], v1["metrics"]["accuracy"]["value"]) == (["kept"], 0.75)
    (child,) = [m for m in after["models"] if m["id"] == "child"]
    assert (child["parents"], child["assumed"]) == ([v1["key"]], [v1["key"]])
    assert after["problems"] == []


def test_a_nearer_parent_that_comes_later_is_told(tmp_path: Path, serve: Serve) -> None:
    cnc_summary.model(tmp_path / "dense", "dense").close()
    cnc_summary.model(tmp_path / "sweep/child", "child", parents="dense").close()
    cnc_summary.model(tmp_path / "sweep/dense", "dense").close()
    answer = serve(tmp_path).models_when(lambda a: len(a["models"]) == 3 and a["problems"])
    (problem,) = answer["problems"]
    assert 'is now that of the run "sweep/dense"' in problem["message"]
    assert named(answer, "child")["assumed"] == named(answer, "child")["parents"]
