"""What lm-evaluation-harness writes, by its own evaluator and writer.

tests/fixtures/lm_eval was written by 0.4.13 with `written` below; only `pretty_env_info`, which
describes the machine, was emptied.
"""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

import tensorboard_cnc
from tensorboard_cnc.cli import main

KEPT = Path(__file__).parents[2] / "fixtures" / "lm_eval"
N = 8
# Which sums each model gets wrong, by one.
WRONG = {"org/dense": {4}, "org/int4": {4, 8}}
CHOICES = """\
task: sums
output_type: multiple_choice
doc_to_target: 0
doc_to_choice: "{{choices}}"
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}
"""
WRITTEN = r"""
task: sums_written
output_type: generate_until
doc_to_target: "{{a + b}}"
generation_kwargs: {until: ["\n"]}
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
filter_list:
  - {name: strict-match, filter: [{function: take_first}]}
  - name: flexible-extract
    filter: [{function: regex, regex_pattern: "(\\d+)"}, {function: take_first}]
"""
COMMON = """
dataset_path: json
dataset_kwargs: {{data_files: {{test: {documents}}}}}
test_split: test
doc_to_text: "{{{{a}}}} + {{{{b}}}} ="
metadata: {{version: 1.0}}
"""


def written(folder: Path) -> Path:
    """Has two models answer two tasks, and lm-eval write what came of it."""
    documents = folder / "docs.jsonl"
    sums = [
        {"a": n % 7, "b": n, "choices": [str(n % 7 + n + by) for by in range(3)]} for n in range(N)
    ]
    documents.write_text("\n".join(map(json.dumps, sums)))
    (folder / "tasks").mkdir()
    for name, task in (("sums", CHOICES), ("sums_written", WRITTEN)):
        text = task + COMMON.format(documents=documents)
        (folder / "tasks" / f"{name}.yaml").write_text(text)
    evaluator, loggers, tasks = (
        importlib.import_module(f"lm_eval.{name}") for name in ("evaluator", "loggers", "tasks")
    )
    for name, wrong in WRONG.items():
        tracker = loggers.EvaluationTracker(output_path=str(folder / "out"))
        results = evaluator.simple_evaluate(
            model=answering(wrong),
            tasks=["sums", "sums_written"],
            task_manager=tasks.TaskManager(include_path=str(folder / "tasks")),
            evaluation_tracker=tracker,
            log_samples=True,
            bootstrap_iters=100,
        )
        samples = results.pop("samples")
        tracker.general_config_tracker.model_name = name
        tracker.general_config_tracker.model_name_sanitized = name.replace("/", "__")
        tracker.save_results_aggregated(results=results, samples=samples)
        for task in results["configs"]:
            tracker.save_results_samples(task_name=task, samples=samples[task])
    return folder / "out"


def answering(wrong: set[int]) -> Any:
    """A model of lm-eval that adds, but for sums that it gets wrong."""
    base: Any = importlib.import_module("lm_eval.api.model").LM

    def answer(context: str) -> str:
        total = sum(map(int, re.findall(r"\d+", context.rpartition("\n")[2])))
        return str(total + (total in wrong))

    class Adding(base):  # type: ignore[misc]
        def loglikelihood(self, requests: Any, **_options: Any) -> Any:
            found = [
                (text.strip() == answer(context)) for context, text in (r.args for r in requests)
            ]
            return [(-0.5 if right else -4.0, right) for right in found]

        def generate_until(self, requests: Any, **_options: Any) -> Any:
            return [answer(request.args[0]) for request in requests]

        def loglikelihood_rolling(self, requests: Any, **_options: Any) -> Any:
            raise NotImplementedError

    return Adding()


@pytest.fixture(params=["kept", pytest.param("written", marks=pytest.mark.writers)])
def results(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "kept":
        return KEPT
    pytest.importorskip("lm_eval")
    return written(tmp_path)


@pytest.mark.filterwarnings("default")
def test_results_and_samples(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = tmp_path / "logs"
    assert main(["import", str(results), "--logdir", str(logs)]) == 0
    printed = capsys.readouterr().out
    assert "Samples of further filters, left out: sums_written: strict-match, flexible" in printed
    runs = tensorboard_cnc.read(logs)
    shares = {
        name: 1 - sum(n % 7 + n in wrong for n in range(N)) / N for name, wrong in WRONG.items()
    }
    names = ["acc", "acc_norm", "exact_match,strict-match", "exact_match,flexible-extract"]
    for name, share in shares.items():
        metrics = runs.models[name].metrics
        assert {*metrics.values()} == {share}
        assert {key.partition("/")[2] for key in metrics} == set(names)
    assert {spec["goal"] for spec in runs.metrics} == {"max"}
    assert runs.models["org/int4"].measurements["sums/acc"]["interval"] is not None
    for task, measure in (("sums", "score/acc"), ("sums_written", "score/exact_match")):
        behaviors = runs.compare("org/dense", ["org/int4"], data=task).behaviors
        assert behaviors.summary["measure"] == measure
        rows = [row for row in behaviors.instances if row["model"] == "org/int4"]
        assert [row["text"] for row in rows] == [f"{n % 7} + {n} =" for n in range(N)]
        assert [row["target"].strip() for row in rows] == [str(n % 7 + n) for n in range(N)]
        assert [row["value"] for row in rows] == [
            float(n % 7 + n not in WRONG["org/int4"]) for n in range(N)
        ]
