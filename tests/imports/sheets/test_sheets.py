"""Tables of one row a model, from the file to the map."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tensorboard_cnc.cli import main
from tensorboard_cnc.imports.sheets import sheet
from tensorboard_cnc.records.models import Operation
from tests.imports.published.logged import LoggedModel, logged_models

TRACKED = """\
Name,State,Created,Tags,params.lr,epochs,val_acc,Latency (ms) ↓,size,Notes,base,method
dense,finished,2026-01-02,"a,b",0.1,30,0.912,8.1,12 MB,as trained,,train
prune-50,finished,2026-01-03,,0.01,3,0.905,,6100 kB,,dense,"prune(amount=0.5, scope=global)"
prune-90,crashed,2026-01-04,,0.01,3,N/A,4.2,1200 kB,,dense,prune amount=0.9
merged,finished,2026-01-05,,,,0.91,4.4,6.1 MB,,prune-50; prune-90,merge
"""


def imported(text: str | bytes, tmp_path: Path, *options: str, name: str = "t.csv") -> int:
    source = tmp_path / name
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    return main(["import", str(source), "--logdir", str(tmp_path / "logs"), *options])


def models_of(text: str | bytes, tmp_path: Path, *options: str) -> dict[str, LoggedModel]:
    assert imported(text, tmp_path, *options) == 0
    return logged_models(tmp_path / "logs")


def test_an_export_of_a_tracker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = models_of(TRACKED, tmp_path)
    assert list(models) == ["dense", "prune-50", "prune-90", "merged"]
    dense, half, most, merged = models.values()
    assert dense.card.operation == Operation("train", {"lr": 0.1, "epochs": 30})
    assert dense.card.description == "as trained"
    assert half.card.parents == ("dense",)
    assert half.card.operation is not None
    assert half.card.operation.parameters == {
        "amount": 0.5, "scope": "global", "lr": 0.01, "epochs": 3,
    }  # fmt: skip
    assert half.metrics == {"val_acc": (0.905,), "size": (6_100_000.0,)}
    assert (most.card.status, most.card.reason) == ("failed", "crashed")
    assert "val_acc" not in most.metrics
    assert merged.card.parents == ("prune-50", "prune-90")
    assert dense.specs["Latency"].unit == "ms"
    assert dense.specs["Latency"].goal == "min"
    assert dense.specs["size"].unit == "B"
    printed = capsys.readouterr().out
    assert "Column, guessed: metric: val_acc, Latency (ms) ↓, size" in printed
    assert "Column, guessed: ignored: Created, Tags" in printed


def test_what_is_said_goes_before_what_is_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "name,code,bits,acc\nrun,a,8,0.9\nrun,b,4,0.8\n"
    options = ("--map", "id=code", "--map", "metric=bits", "--map", "ignored=name")
    models = models_of(text, tmp_path, *options)
    assert {name: model.metrics for name, model in models.items()} == {
        "a": {"bits": (8,), "acc": (0.9,)},
        "b": {"bits": (4,), "acc": (0.8,)},
    }
    assert "Column: metric: bits" in capsys.readouterr().out


def test_of_names_that_could_be_ids_one_whose_cells_differ(tmp_path: Path) -> None:
    assert list(models_of("model,run\nresnet,1\nresnet,2\n", tmp_path)) == ["1", "2"]


def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported(TRACKED, tmp_path, "--dry-run") == 0
    assert "4 models, 1 root" in capsys.readouterr().out
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", b"id;acc\na;0,91\nb;0,9\n"),
        ("t.csv", "\ufeffid,acc\r\na,0.91\r\n\r\nb,0.9\r\n".encode()),
        ("t.csv", "id,acc\na,0.91\nb,0.9".encode("utf-16")),
        ("t.tsv", b"id\tacc\na\t0.91\nb\t0.9\n"),
        ("t.csv", b"id|acc\na|.91\nb|.9\n"),
    ],
)
def test_dialects(name: str, data: bytes, tmp_path: Path) -> None:
    assert imported(data, tmp_path, name=name) == 0
    models = logged_models(tmp_path / "logs")
    assert [model.metrics["acc"] for model in models.values()] == [(0.91,), (0.9,)]


def test_lineage_is_as_it_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "id,parent,operation\nc,b,x\nb,a,x\na,c,x\nself,self,\nlost,gone,x\n"
    models = models_of(text, tmp_path)
    assert models["lost"].card.parents == ("gone",)
    assert models["self"].card.parents == ()
    printed = capsys.readouterr().out
    assert "descend from themselves; the page cuts the cycle: c from b from a from c" in printed
    assert "Base that is not in the source, shown as missing: gone" in printed


def test_numbers_that_are_not_finite_are_kept(tmp_path: Path) -> None:
    (model,) = models_of("id,loss\na,nan\n", tmp_path).values()
    assert math.isnan(model.metrics["loss"][0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,acc\na,1\na,2\n", 'Rows 1 and 2 have the id "a"'),
        ("id,acc\n,1\n", "Row 1 has no id"),
        ("acc,loss\n1,2\n", 'No column is an id: there are "acc", "loss"'),
        ("id,a,a\n1,2,3\n", 'Two columns have the name "a"'),
        ("id,a\nx,1,2\n", "Line 2 has 3 cells, and the header 2"),
        ("id,a\n", "The table has no row"),
        ("", "The table has no row"),
        ('id,a\nx,"1\n', "Line 2 cannot be read"),
        (b"id,a\n\xe9,1\n", "Line 2 is not UTF-8"),
        ("id,size\na,3 ms\nb,1 kB\n", 'The column "size" has ms in row 1 and kB in row 2'),
    ],
)
def test_what_cannot_be_read_says_where(
    text: str | bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported(text, tmp_path) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("id=nmae", 'no column "nmae". --map names a column of the table. Did you mean "name"'),
        ("what=name", '--map is "what=name"'),
        ("metric=name", 'Row 1 of the column "name" holds "a"'),
        ("metric=empty", 'The column "empty" holds no number'),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_fit(
    option: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported("id,name,empty\n1,a,\n", tmp_path, "--map", option) == 2
    assert said in capsys.readouterr().err


def test_a_table_of_too_many_rows_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 3)
    assert imported("id\n1\n2\n3\n4\n", tmp_path) == 2
    assert "The table has more than 3 rows" in capsys.readouterr().err


def test_texts_are_only_texts(tmp_path: Path) -> None:
    hostile = "</script><script>alert(1)</script>"
    models = models_of(f'id,notes,method\nx,"{hostile}",=cmd()\n', tmp_path)
    assert models["x"].card.description == hostile


def test_parquet_needs_pyarrow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    assert imported(b"PAR1", tmp_path, name="t.parquet") == 2
    assert 'pip install "tensorboard-cnc[arrow]"' in capsys.readouterr().err


def test_parquet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"id": [7, 8], "base": [None, "7"], "acc": [0.9, None], "nested": [[1], [2]]}
    parquet.write_table(arrow.table(columns), tmp_path / "t.parquet")
    assert main(["import", str(tmp_path / "t.parquet"), "--logdir", str(tmp_path / "logs")]) == 0
    models = logged_models(tmp_path / "logs")
    assert list(models) == ["7", "8"]
    assert models["8"].card.parents == ("7",)
    assert models["8"].metrics == {}
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and nothing more")
    assert main(["import", str(tmp_path / "t.parquet"), "--logdir", str(tmp_path / "x")]) == 2
    assert "The file cannot be read" in capsys.readouterr().err
