"""Results of lm-evaluation-harness, from its files to the map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc.cli import main
from tensorboard_cnc.imports.evaluations.results import evaluated_models

TIME = "2026-11-02T10-11-12.345678"
RESULTS: dict[str, Any] = {
    "results": {
        "arc": {
            "name": "arc",
            "alias": "arc",
            "sample_len": 2,
            "acc,none": 0.5,
            "acc_stderr,none": 0.1,
            "acc_norm,none": 0.75,
            "acc_norm_stderr,none": "N/A",
            "f1,none": 1.0,
            "f1_stderr,none": 0.0,
        },
        "gsm8k": {
            "alias": "gsm8k",
            "exact_match,strict-match": 0.25,
            "exact_match_stderr,strict-match": 0.05,
            "exact_match,flexible-extract": "N/A",
        },
        "wikitext": {"word_perplexity,none": 21.5, "word_perplexity_stderr,none": "N/A"},
    },
    "higher_is_better": {"arc": {"acc": True}, "wikitext": {"word_perplexity": False}},
    "config": {"model": "hf", "model_args": "pretrained=org/dense,dtype=float"},
    "model_name": "org/dense",
}
SAMPLES = [
    {
        "doc_id": 0, "doc": {"question": "Where?"}, "target": 1, "filter": "none",
        "arguments": {
            "gen_args_0": {"arg_0": "Where? A:", "arg_1": " here"},
            "gen_args_1": {"arg_0": "Where? A:", "arg_1": " there"},
        },
        "filtered_resps": [["-5.5", "False"], ["-1.5", "True"]], "metrics": ["acc"], "acc": 1.0,
    },
    {
        "doc_id": 1, "doc": {}, "target": "0", "filter": "none",
        "arguments": [["Who? A:", " you"], ["Who? A:", " me"]],
        "filtered_resps": [[-3.0, False], [-2.0, True]], "metrics": ["acc"], "acc": 0.0,
    },
]  # fmt: skip


def write(folder: Path, results: Any, samples: Any = None, time: str = TIME) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"results_{time}.json"
    path.write_text(json.dumps(results))
    if samples is not None:
        lines = "\n".join(json.dumps(sample) for sample in samples)
        (folder / f"samples_arc_{time}.jsonl").write_text(lines)
    return path


def test_metrics_with_their_standard_errors_as_intervals(tmp_path: Path) -> None:
    imported = evaluated_models(write(tmp_path, RESULTS), None)
    (model,) = imported.models
    assert (model.card.id, model.card.checkpoint) == ("org/dense", "org/dense")
    measured = {m.name: (m.repeats, m.interval) for m in model.measurements}
    assert set(measured) == {
        "arc/acc", "arc/acc_norm", "arc/f1",
        "gsm8k/exact_match,strict-match", "wikitext/word_perplexity",
    }  # fmt: skip
    values, interval = measured["arc/acc"]
    assert values == (0.5,)
    assert interval is not None
    assert interval == pytest.approx((0.304, 0.696, 0.95), abs=1e-4)
    assert measured["arc/acc_norm"] == ((0.75,), None)
    assert measured["arc/f1"] == ((1.0,), None)
    assert {spec.name: spec.goal for spec in imported.specs} == {
        "arc/acc": "max",
        "arc/acc_norm": None,
        "arc/f1": None,
        "gsm8k/exact_match,strict-match": None,
        "wikitext/word_perplexity": "min",
    }
    assert imported.notes == (
        "Metric without a number, imported as not logged: "
        "gsm8k/exact_match,flexible-extract",
    )  # fmt: skip


def test_samples_become_instances(tmp_path: Path) -> None:
    (model,) = (imported := evaluated_models(write(tmp_path, RESULTS, SAMPLES), None)).models
    (dataset,) = imported.datasets
    assert (dataset.name, dataset.ids) == ("arc", (0, 1))
    assert dataset.texts == ("Where? A:", "Who? A:")
    assert dataset.targets == ("there", "you")
    (predictions,) = model.predictions
    assert predictions.outputs == ("there", "me")
    assert predictions.scores == {"acc": (1.0, 0.0)}


def test_of_several_runs_of_a_model_the_newest(tmp_path: Path) -> None:
    later = {**RESULTS, "results": {"arc": {"acc,none": 0.9}}}
    write(tmp_path / "org__dense", later, time="2026-11-03T00-00-00")
    write(tmp_path / "org__dense", RESULTS)
    write(tmp_path / "org__int4", {**RESULTS, "model_name": "org/int4"})
    imported = evaluated_models(tmp_path, None)
    assert {model.card.id: len(model.measurements) for model in imported.models} == {
        "org/dense": 1,
        "org/int4": 5,
    }
    assert imported.notes[0] == f"Older results of a model, left out: results_{TIME}.json"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "out", RESULTS, SAMPLES)
    command = ["import", str(tmp_path / "out"), "--logdir", str(tmp_path / "logs"), "--id", "dense"]
    assert main(command) == 0
    assert "1 model, 1 root" in capsys.readouterr().out
    assert (tmp_path / "logs" / "dense").is_dir()


@pytest.mark.parametrize(
    ("results", "samples", "said"),
    [
        ([], None, "The table is a list. It must be an object"),
        ({}, None, "results is missing or null. It must be an object"),
        ({"results": {"arc": 3}}, None, 'results["arc"] is the number 3. It must be an object'),
        (RESULTS, [3], "Line 1 of samples_arc_2026-11-02T10-11-12.345678.jsonl is no sample"),
        (RESULTS, [{"doc_id": None}], "is no sample"),
    ],
)
def test_what_is_no_result(
    results: Any, samples: Any, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path, results, samples)
    assert main(["import", str(source), "--logdir", str(tmp_path / "logs")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "logs").exists()


def test_one_id_is_not_that_of_two_models(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a", RESULTS)
    write(tmp_path / "b", {**RESULTS, "model_name": "org/int4"})
    command = ["import", str(tmp_path), "--logdir", str(tmp_path / "logs"), "--id", "dense"]
    assert main(command) == 2
    assert 'There are results of 2 models, "org/dense", "org/int4"' in capsys.readouterr().err
