"""What is read back, as users take it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import fsspec
import networkx
import pytest

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ReadError
from tensorboard_cnc.results.runs import Edge, Runs


def test_models_by_id(story: Runs) -> None:
    student = story.models["student"]
    assert student.parents == ("prune-50", "int8")
    assert student.recipe == (
        "dense → magnitude prune amount=0.5 scope=global big=1152921504606846976 → "
        "distill temperature=Infinity with int8"
    )
    assert student.parameters == {"temperature": math.inf}
    assert story.models["prune-50"].parameters["big"] == 2**60
    assert story.models[student.key] is student
    assert story.models["student/student"] is student
    assert [model.id for model in story.models[:2]] == ["dense", "dense-2"]
    assert story.models["nobody"].status == "missing"
    assert math.isnan(story.models["orphan"].metrics["accuracy"])
    assert story.models.base_of(student) is story.models["dense"]
    assert story.models.base_of(story.models["dense"]) is None


def test_names_that_mean_no_model(story: Runs, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"called 'studnt'\. .*student"):
        story.models["studnt"]
    for run in "ab":
        cnc_summary.model(tmp_path / run, "twice").close()
    runs = tensorboard_cnc.read(tmp_path)
    with pytest.raises(ReadError, match=r'2 models are called "twice".* a/twice, b/twice'):
        runs.models["twice"]
    assert runs.models["b/twice"].run == "b"
    with pytest.raises(ReadError, match="A model is named by 7"):
        runs.compare(7)  # type: ignore[arg-type]


def test_lineage(story: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = story.lineage()
    assert isinstance(graph, networkx.DiGraph)
    keys = {model.id: model.key for model in story.models}
    assert set(graph.predecessors(keys["student"])) == {keys["prune-50"], keys["int8"]}
    assert graph.edges[keys["prune-50"], keys["student"]] == {"main": True}
    assert graph.nodes[keys["int8"]]["operation"] == "quantize"
    monkeypatch.setitem(__import__("sys").modules, "networkx", None)
    edges = story.lineage()
    assert Edge(keys["int8"], keys["student"], main=False) in edges


def test_front(story: Runs) -> None:
    assert story.front_axes == ("size_bytes", "accuracy")
    front = {model.id: model.front for model in story.models}
    assert front == {
        "dense": False,
        "dense-2": False,
        "prune-50": True,
        "int8": True,
        "student": False,
        "trained": None,
        "orphan": None,
        "nobody": None,
    }


def test_tables(story: Runs) -> None:
    frame = story.models.to_pandas()
    assert list(frame["id"]) == [model.id for model in story.models]
    assert frame.set_index("id").loc["prune-50", "accuracy"] == 0.92
    assert frame.set_index("id").loc["prune-50", "parents"] == ("dense",)
    table = story.models.to_arrow()
    assert table.column_names == list(frame.columns)
    assert table["parents"].to_pylist()[4] == [*story.models[4].parents]
    slices = story.compare("dense", "int8").behaviors.slices("scan").to_pandas()
    assert set(slices["slice"]) == {"blurred", "sharp"}
    harmed = slices[(slices["model"] == "int8") & (slices["slice"] == "blurred")]
    assert harmed["change"].item() < -0.15


def test_a_metric_that_is_called_as_a_column(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"id": 3.0, "accuracy": 1.0})
    (row,) = tensorboard_cnc.read(tmp_path).models.to_table()
    assert (row["id"], row["metric id"], row["accuracy"]) == ("m", 3.0, 1.0)


def test_parquet(story: Runs, tmp_path: Path) -> None:
    import pyarrow.dataset

    out = tmp_path / "out"
    story.write_parquet(out)

    def rows(name: str) -> list[dict[str, Any]]:
        data = pyarrow.dataset.dataset(out / name, partitioning="hive")
        return list(data.to_table().to_pylist())

    assert [row["id"] for row in rows("models")] == [model.id for model in story.models]
    dense = story.models["dense"]
    (accuracy,) = (
        row for row in rows("metrics") if (row["key"], row["metric"]) == (dense.key, "accuracy")
    )
    assert (accuracy["value"], accuracy["low"], accuracy["goal"]) == (0.921, 0.911, "max")
    instances = [row for row in rows("instances") if row["model"] == dense.key]
    assert len(instances) == 2000
    summary = story.compare("dense", []).behaviors.summary["models"][0]
    assert summary["error"] == sum(not row["correct"] for row in instances) / 2000
    assert {row["dataset"] for row in instances} == {"test"}
    assert {row["attribute scan"] for row in instances} == {"sharp", "blurred"}
    layers = {row["name"]: row for row in rows("layers") if row["model"] == dense.key}
    assert layers["fc.weight"]["params"] == 1200
    with pytest.raises(ReadError, match="holds something"):
        story.write_parquet(out)


def test_without_the_extras(story: Runs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("pandas", "pyarrow"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(ReadError, match=r"pandas is not installed.*tensorboard-cnc\[pandas\]"):
        story.models.to_pandas()
    with pytest.raises(ReadError, match=r"pyarrow is not installed.*tensorboard-cnc\[arrow\]"):
        story.models.to_arrow()
    with pytest.raises(ReadError, match="pyarrow is not installed"):
        story.write_parquet(tmp_path / "out")
    assert len(story.models.to_table()) == 8


def test_data_sets_by_name(story: Runs) -> None:
    compared = story.compare("dense", ["int8"], data="test")
    key = compared.behaviors.summary["dataset"]
    assert compared.behaviors.summary == story.compare("dense", "int8").behaviors.summary
    assert story.compare("dense", "int8", data=key).behaviors.summary["dataset"] == key
    with pytest.raises(ReadError, match=r'data set "tset".* There are: test \('):
        story.compare("dense", "int8", data="tset").behaviors  # noqa: B018
    with pytest.raises(ReadError, match=r'nothing called "scna" .* "scan"'):
        compared.behaviors.slices("scna")
    with pytest.raises(ReadError, match=r"There is no measure none. Available: correct"):
        compared.behaviors.slices("scan", "none")
    with pytest.raises(ReadError, match="compared with no other"):
        story.compare("dense", []).differences  # noqa: B018
    with pytest.raises(ReadError, match="none"):
        compared.layers.row("none")


def test_several_directories(story_folder: Path, tmp_path: Path) -> None:
    cnc_summary.model(tmp_path / "story" / "x", "dense").close()
    runs = tensorboard_cnc.read(story_folder, tmp_path / "story")
    names = {story_folder.name, "story"}
    assert {model.run.split("/")[0] for model in runs.models if model.run} == names
    with pytest.raises(ReadError, match="2 models are called"):
        runs.models["dense"]
    assert runs.models["story/x/dense"].run == "story/x"
    with pytest.raises(ReadError, match="is named twice"):
        tensorboard_cnc.read(tmp_path, tmp_path)
    with pytest.raises(ReadError, match="No directory is named"):
        tensorboard_cnc.read()


def test_an_address_of_fsspec(story_folder: Path, story: Runs) -> None:
    memory = fsspec.filesystem("memory")
    memory.put(str(story_folder), "/elsewhere", recursive=True)
    try:
        runs = tensorboard_cnc.read("memory://elsewhere")
        assert [model.said for model in runs.models] == [model.said for model in story.models]
        assert runs.compare("dense", "int8").behaviors.summary == (
            story.compare("dense", "int8").behaviors.summary
        )
    finally:
        memory.rm("/elsewhere", recursive=True)
    with pytest.raises(ReadError, match="cannot be read: FileNotFoundError"):
        tensorboard_cnc.read("memory://elsewhere")
    with pytest.raises(ReadError, match="chain of addresses"):
        tensorboard_cnc.read("zip://x::memory://elsewhere")


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read: No such file"):
        tensorboard_cnc.read(tmp_path / "none")
    assert len(tensorboard_cnc.read(tmp_path).models) == 0
