"""W&B's two ways to save runs as CSV, in the shape that its page and its guide write."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import tensorboard_cnc
from tensorboard_cnc.cli import main
from tensorboard_cnc.results.models import Models

# Of its table of runs: all cells in quotes, names beside ids, the newest first.
PAGE = """\
"Name","ID","State","Notes","User","Tags","Created","Runtime","Sweep","base","bits","layers",\
"method","optimizer.lr","training.max_epoch","_step","_timestamp","size_mb","val.acc","summary.note"
"fresh-9","gt0cuhih","running","-","ada","","2026-11-02T10:11:12.000Z","812","","dense","4",\
"[""fc1"",""fc2""]","quantize","","","19","1793614272.1","","",""
"daily-8","utt987hh","crashed","no memory","ada","a, b","2026-11-01T10:11:12.000Z","95","",\
"dense","8","","quantize","","","3","1793527872.5","3.1","0.88","best so far"
"dense","hct26mgt","finished","-","ada","a","2026-10-30T10:11:12.000Z","3600","","","","","train",\
"0.001","30","2999","1793355072.3","12.4","0.9125000238418579",""
"""
# Of its guide to the public API: mappings of Python in cells, and the index of pandas.
API = """\
,summary,config,name
0,"{'acc': 0.9, '_step': 9, '_wandb': {'runtime': 3}, 'best': {'acc': 0.91}, \
'hist': {'_type': 'histogram', 'bins': [0, 1]}}","{'lr': 0.001, 'betas': [0.9, 0.99]}",dense
1,"{'acc': nan, 'loss': -inf}","{'lr': 0.1, 'base': 'dense', 'method': 'quantize'}",it's int8
2,{},"{""lr"": 0.1, ""fp16"": true, ""opt"": {""name"": ""adam""}}",json
"""


def models_of(text: str, folder: Path) -> Models:
    source = folder / "runs.csv"
    source.write_text(text, encoding="utf-8")
    assert main(["import", str(source), "--logdir", str(folder / "logs")]) == 0
    return tensorboard_cnc.read(folder / "logs").models


def test_the_export_of_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = models_of(PAGE, tmp_path)
    dense, broken, running = (models[name] for name in ("hct26mgt", "utt987hh", "gt0cuhih"))
    assert len(models) == 3
    assert dense.parameters == {"optimizer.lr": 0.001, "training.max_epoch": 30}
    assert dense.metrics == {"size_mb": 12.4, "val.acc": 0.9125000238418579}
    assert [each.renamed for each in (dense, broken, running)] == ["dense", "daily-8", "fresh-9"]
    assert [*broken.parents, *running.parents] == ["hct26mgt", "hct26mgt"]
    assert running.parameters == {"bits": 4, "layers": ("fc1", "fc2")}
    assert [each.status for each in (dense, broken, running)] == ["finished", "failed", "running"]
    assert broken.said.get("reason") == "crashed"
    assert broken.said.get("description") == "no memory"
    assert "description" not in dense.said
    printed = capsys.readouterr().out
    assert "Column, guessed: name: Name" in printed
    assert "metric: size_mb, val.acc\n" in printed


def test_the_export_of_the_api(tmp_path: Path) -> None:
    models = models_of(API, tmp_path)
    dense, int8, json = (models[name] for name in ("dense", "it's int8", "json"))
    assert dense.metrics == {"acc": 0.9, "best.acc": 0.91}
    assert dense.parameters == {"lr": 0.001, "betas": (0.9, 0.99)}
    assert math.isnan(int8.metrics["acc"])
    assert int8.metrics["loss"] == -math.inf
    assert int8.parents == ("dense",)
    assert int8.recipe == "dense → quantize lr=0.1"
    assert json.parameters == {"lr": 0.1, "fp16": True, "opt.name": "adam"}


@pytest.mark.parametrize(
    "cell",
    [
        "{" * 300,
        "{'a': " * 90 + "1" + "}" * 90,
        "{'a': __import__('os')}",
        "{'a': open}",
        "{1: 2}",
        "{'a'",
        "{'a': " + "-" * 9999 + "1}",
    ],
)
def test_what_is_no_mapping_stays_a_text(cell: str, tmp_path: Path) -> None:
    (model,) = models_of(f'id,summary\na,"{cell}"\n', tmp_path)
    assert model.metrics == {}


def test_names_that_several_runs_have_are_none(tmp_path: Path) -> None:
    models = models_of("Name,ID,acc\nrun,a,1\nrun,b,2\n", tmp_path)
    assert [(each.id, each.renamed) for each in models] == [("a", ""), ("b", "")]
    assert models["a"].metrics == {"acc": 1}
