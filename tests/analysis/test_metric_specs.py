"""Definitions of metrics, the newest of which counts."""

from __future__ import annotations

from tensorboard_cnc.analysis.metric_specs import (
    known_metrics,
    merge_specs,
    scalar_tags,
)
from tensorboard_cnc.records.models import MetricSpec, MetricSpecs, Stored


def defined(run: str, *specs: MetricSpec, order: int = 0) -> Stored:
    return Stored(run, "cnc/metric_specs/0", order, MetricSpecs(specs))


def test_the_same_definition_in_many_runs_is_no_problem() -> None:
    spec = [MetricSpec("accuracy", "max", "%", defined_us=at) for at in (1, 2, 3)]
    merged, problems = merge_specs(defined(f"run{n}", s) for n, s in enumerate(spec))
    assert merged == {"accuracy": spec[2]}
    assert problems == []


def test_the_newest_of_contradicting_definitions_wins_with_a_problem() -> None:
    old, new = MetricSpec("score", "min", defined_us=1), MetricSpec("score", "max", defined_us=2)
    merged, problems = merge_specs([defined("b", new), defined("a", old)])
    assert merged == {"score": new}
    assert len(problems) == 1
    told = ('"a"', '"b"', '"score"', "goal 'min', then 'max'")
    assert all(words in problems[0].message for words in told)


def test_what_one_run_leaves_open_another_may_say() -> None:
    imported = MetricSpec("F1", None, "%", ".2f", 0.0, 100.0, defined_us=2)
    stated = MetricSpec("F1", "max", defined_us=1)
    for order in ([imported, stated], [stated, imported]):
        merged, problems = merge_specs(defined(f"run{n}", s) for n, s in enumerate(order))
        assert problems == []
        assert merged["F1"] == MetricSpec("F1", "max", "%", ".2f", 0.0, 100.0, defined_us=2)


def test_a_run_may_change_its_mind() -> None:
    old, new = MetricSpec("score", "min", defined_us=1), MetricSpec("score", "max", defined_us=2)
    merged, problems = merge_specs([defined("a", new), defined("a", old)])
    assert (merged["score"].goal, problems) == ("max", [])


def test_metrics_keep_the_order_of_their_definition() -> None:
    specs = [MetricSpec(name, defined_us=5) for name in ("size", "accuracy", "latency")]
    merged, _ = merge_specs([defined("a", *specs)])
    assert list(merged) == ["size", "accuracy", "latency"]


def test_undefined_metrics_follow_with_a_guessed_goal() -> None:
    spec = MetricSpec("shade", None)
    metrics = known_metrics({"shade": spec}, ["val_loss", "shade", "colour"])
    assert [(m.spec.name, m.spec.goal, m.guessed) for m in metrics] == [
        ("shade", None, False),
        ("val_loss", "min", True),
        ("colour", None, False),
    ]


def test_a_defined_goal_is_never_overruled() -> None:
    (metric,) = known_metrics({"loss": MetricSpec("loss", "max")}, [])
    assert (metric.spec.goal, metric.guessed) == ("max", False)


def test_a_definition_without_a_goal_gets_a_guess_shown_as_one() -> None:
    (metric,) = known_metrics({"latency": MetricSpec("latency", None, "ms")}, [])
    assert (metric.spec.goal, metric.spec.unit, metric.guessed) == ("min", "ms", True)


def test_scalars_of_all_runs_are_read() -> None:
    old, new = MetricSpec("loss", scalar="val/loss"), MetricSpec("loss", scalar="test/loss")
    stored = [defined("a", old, MetricSpec("accuracy")), defined("b", new)]
    assert scalar_tags(stored) == {"val/loss", "test/loss"}


def test_a_suggestion_fills_what_nobody_said() -> None:
    """And is never a contradiction, whoever came first."""
    suggested = MetricSpec("size", "min", "B", primary=False, defined_us=99, suggested=True)
    stored = [defined("a", suggested), defined("b", MetricSpec("size", unit="kB", defined_us=1))]
    for in_any_order in (stored, stored[::-1]):
        merged, conflicts = merge_specs(in_any_order)
        assert conflicts == []
        assert (merged["size"].goal, merged["size"].unit) == ("min", "kB")
        assert merged["size"].primary
        assert not merged["size"].suggested


def test_what_was_only_suggested_comes_last() -> None:
    macs = MetricSpec("macs", "min", suggested=True)
    merged, _ = merge_specs([defined("a", macs), defined("b", MetricSpec("f1"))])
    known = known_metrics(merged, ["accuracy", "macs"])
    assert [metric.spec.name for metric in known] == ["f1", "accuracy", "macs"]
    assert [metric.guessed for metric in known] == [True, True, False]
