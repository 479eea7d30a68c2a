"""Every figure that docs/stories/language.md quotes, asked of the page after a run of the demo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.language.logbook import TEXT_RUN, language_story, stretches_to_plan_with
from demo.language.text import documentation
from demo.planning import PLANNED, UNIFORM
from tests.demo.quoted import Table, tables
from tests.demo.same_numbers import differing
from tests.demo.told import Page, agreement_of_methods, damages_of, dense_network, sums_off, told
from tests.tensorboard_host import LOADERS, Loader, serve_in_process

STORY = language_story()
PRUNED, MENDED, WEIGHTS, ACTIVATIONS, NORMS, ANSWERS, CHANGES, FURTHER, INT8, PLANS, PUBLISHED = (
    tables("language")
)
TOLERANCE = 0.08
DECIBELS = 1.0
OF_F1 = (PRUNED, MENDED, NORMS, FURTHER, INT8, PLANS)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told(STORY, tmp_path_factory.mktemp("language"))


@pytest.fixture(scope="module")
def page(logdir: Path) -> Iterator[Page]:
    with serve_in_process(logdir, "fast") as host:
        yield Page(host, len(STORY.steps))


def test_every_model_is_told_of() -> None:
    quoted = {row for table in OF_F1 for row, *_ in table.figures()}
    assert quoted == {step.id for step in STORY.steps}


@pytest.mark.parametrize("table", OF_F1, ids=lambda table: table.header[-1])
def test_f1(page: Page, table: Table) -> None:
    quoted_f1 = [(row, quoted) for row, column, quoted in table.figures() if column == "F1"]
    assert len(quoted_f1) == len(table.rows)
    for model, quoted in quoted_f1:
        assert page.metric(model, "F1") == pytest.approx(quoted, abs=TOLERANCE), model


def test_the_norms_are_to_blame(page: Page) -> None:
    f1 = {model: page.metric(model, "F1") for model in page.models}
    assert f1["all-10"] < f1["dense"] - 0.15
    assert f1["all-10-norms"] > f1["dense"] - 0.02
    for other in ("queries", "later-blocks"):
        assert f1[f"all-10-{other}"] < f1["all-10-norms"] - 0.1
    assert abs(f1["norms-10"] - f1["all-10"]) < 0.1
    assert f1["all-30-norms"] > f1["all-30"] + 0.4


def test_what_the_norms_allow(page: Page) -> None:
    f1 = {model: page.metric(model, "F1") for model in page.models}
    for percent in (30, 50, 70):
        change = page.against(f"attention-{percent}", f"ff-{percent}")["change"]
        assert change["low"] > 0, percent
        assert change.get("reason") is None, "nothing was trained"
    for name in ("dense", "all-10-norms", "all-30-norms", "ff-50"):
        assert abs(f1[f"{name}-int8"] - f1[name]) < 0.02
        outcomes = page.against(name, f"{name}-int8")["outcomes"]
        assert outcomes["negative"] + outcomes["positive"] + outcomes["changed_wrong"] < 10


@pytest.mark.parametrize(
    ("table", "view", "part"),
    [(WEIGHTS, "weights", "weight"), (ACTIVATIONS, "activations", "output")],
)
def test_the_layers(page: Page, table: Table, view: str, part: str) -> None:
    for layer, model, quoted in table.figures():
        found = page.layers("dense", model, view)[f"{layer}.{part}"]
        assert found == pytest.approx(quoted, abs=DECIBELS), (layer, model)


def test_nothing_comes_near_the_norms(page: Page) -> None:
    found = page.layers("dense", "all-10", "weights")
    weights = {
        name: value
        for name, value in found.items()
        if name.endswith(".weight") and value is not None
    }
    norms = [value for name, value in weights.items() if "norm" in name]
    others = [value for name, value in weights.items() if "norm" not in name]
    assert len(norms) == 9
    assert max(norms) < min(others) - 10


def test_the_answers(page: Page) -> None:
    for model, column, quoted in ANSWERS.figures():
        if column == "exact match":
            assert page.metric(model, "exact_match") == pytest.approx(quoted, abs=TOLERANCE)
        else:
            assert page.broken("dense", model) == pytest.approx(quoted, abs=TOLERANCE), model


def test_the_changes(page: Page) -> None:
    for model, column, quoted in CHANGES.figures():
        change = page.against("dense", model)["change"]
        named = {"change": "value", "from": "low", "to": "high"}[column]
        assert change[named] == pytest.approx(quoted, abs=TOLERANCE), (model, column)
        assert change.get("reason") is None, model
    assert page.against("dense", "all-10")["change"]["high"] < -0.1
    mended = page.against("dense", "all-10-norms")["change"]
    assert mended["low"] < 0 < mended["high"]
    for percent in (10, 30):
        retrained = page.against("dense", f"all-{percent}-retrained")["change"]
        assert "by how much is not known" in retrained["reason"]


def test_which_pages_are_hurt_is_not_known(page: Page) -> None:
    verdict = page.harmed("dense", "all-10")["model"]
    assert (verdict["tested"], verdict["harmed"], verdict["reason"]) == (7, 0, None)
    (median,) = verdict["could_see"]
    assert median["n"] == 36
    assert median["share"] == pytest.approx(0.57, abs=TOLERANCE)


def test_the_comparison_quotes_what_the_tables_do() -> None:
    """The last table rounds figures of those before it."""
    quoted = [value for table in OF_F1 for _, column, value in table.figures() if column == "F1"]
    last = " ".join(cells[-1] for cells in PUBLISHED.rows.values())
    said = [float(figure) for figure in re.findall(r"0\.\d\d", last)]
    assert len(said) == 10
    for figure in said:
        assert min(abs(figure - value) for value in quoted) < 0.0051, figure


@pytest.mark.parametrize("loader", LOADERS)
def test_all_models_are_logged_with_everything(logdir: Path, loader: Loader) -> None:
    with serve_in_process(logdir, loader) as served:
        page = Page(served, len(STORY.steps))
    assert page.problems == []
    assert page.datasets == [TEXT_RUN]
    assert list(page.models) == [step.id for step in STORY.steps]
    for step in STORY.steps:
        model = page.models[step.id]
        assert model["status"] == "finished"
        assert [page.models[parent]["key"] for parent in step.parents] == model["parents"]
        assert model["operation"]["parameters"] == step.recipe.parameters
        bears = {"sensitivity": True} if step.id == "dense" else {}
        assert model["logged"] == {
            "predictions": [TEXT_RUN],
            "weights": True,
            "activations": True,
            **bears,
        }
        measured = {"packed_bytes", "damage"}
        if step.recipe.operation not in (PLANNED, UNIFORM):
            measured = {"latency_ms", "macs"}
        assert {"F1", "exact_match", "loss", *measured} <= model["metrics"].keys()
    assert page.metric("all-10", "sparsity") == pytest.approx(0.1, abs=0.005)
    assert page.metric("dense-int8", "size_bytes") < page.metric("dense", "size_bytes") / 2


def test_the_plan_beats_one_format_in_the_same_bytes(page: Page, logdir: Path) -> None:
    damages = damages_of(page, PLANS)
    assert sums_off(logdir) == pytest.approx((1, 2), rel=0.15)
    assert damages["plan-620kB beside"]["interval"]["high"] < 0
    assert page.metric("plan-620kB", "packed_bytes") <= page.metric("all-int4", "packed_bytes")


def test_all_that_reads_back_says_the_same(logdir: Path, page: Page) -> None:
    models = ["all-10", "all-10-norms", "dense-int8"]
    assert differing(logdir, page.client, "dense", models) == []


def test_one_backward_pass_ranks_layers_as_all_runs_do(logdir: Path, tmp_path: Path) -> None:
    dense = dense_network(STORY, logdir)
    probe, _ = stretches_to_plan_with(documentation())
    assert agreement_of_methods(logdir, dense, probe, tmp_path) > 0.95
