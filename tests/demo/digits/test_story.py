"""Every figure that docs/stories/digits.md quotes, asked of the page after a run of the demo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score

import tensorboard_cnc
from demo.checkpoints import Checkpoints
from demo.digits.data import handwritten_digits
from demo.digits.logbook import DATA_RUN, PROBE_IMAGES, digits_story
from demo.digits.scans import CONTRAST, scans_of
from demo.digits.sweep import PERCENTS
from tensorboard_cnc import cnc_summary
from tests.demo.quoted import Table, prose, tables
from tests.demo.same_numbers import differing
from tests.demo.told import Page, agreement_of_methods, damages_of, dense_network, sums_off, told
from tests.tensorboard_host import LOADERS, Loader, serve_in_process

STORY = digits_story()
SCANS = ("clean", "faint", "noisy", "turned")
ARCS, REPAIRS, SIZES, PRUNED, BEHAVIOURS, RETRAINED, LAYERS, SPREADS, RESTORED, PLANS = tables(
    "digits"
)
SEEDS = ("dense", "dense-seed1", "dense-seed2", "dense-seed3")
# Half of the last digit quoted, and one image.
SAME = 0.002
# Int8 kernels are the processor's own: of clean scans, and of others.
INT8_CLEAN, INT8_OTHER = 0.005, 0.015
DECIBELS = 0.06
# Half of the last digit of an interval of seeds, and one scan.
OF_SEEDS = 0.001
KILOBYTES = 0.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told(STORY, tmp_path_factory.mktemp("digits"))


@pytest.fixture(scope="module")
def page(folder: Path) -> Iterator[Page]:
    with serve_in_process(folder, "fast") as host:
        yield Page(host, len(STORY.steps))


def share(model: str, quoted: float, scan: str = "clean") -> Any:
    """Equal to the share of right answers that is quoted, as far as that is quoted."""
    of_int8 = INT8_CLEAN if scan == "clean" else INT8_OTHER
    return pytest.approx(quoted, abs=of_int8 if model.endswith("-int8") else SAME)


@pytest.mark.parametrize("loader", LOADERS)
def test_everything_is_there(folder: Path, loader: Loader) -> None:
    with serve_in_process(folder, loader) as served:
        page = Page(served, len(STORY.steps))
    assert page.problems == []
    assert page.datasets == [DATA_RUN]
    steps = STORY.steps
    assert len(steps) == int(re.findall(r"(\d+) models", prose("digits"))[0])
    for step in steps:
        model = page.models[step.id]
        assert [page.models[parent]["key"] for parent in step.parents] == model["parents"]
        if step.id != "one-shot-90-ft-too-hot":
            bears = {"sensitivity": True} if step.id == "dense" else {}
            assert model["logged"] == {
                "predictions": [DATA_RUN],
                "weights": True,
                "activations": True,
                **bears,
            }


def test_the_two_arcs(page: Page) -> None:
    assert list(ARCS.rows) == [f"{percent} %" for percent in PERCENTS]
    for zeros, way, quoted in ARCS.figures():
        model = f"{way}-{zeros.removesuffix(' %')}"
        assert page.metric(model, "accuracy") == share(model, quoted), model
    one_shot, iterative = (
        {percent: page.metric(f"{way}-{percent}", "accuracy") for percent in PERCENTS}
        for way in ("one-shot", "iterative")
    )
    dense = page.metric("dense", "accuracy")
    assert min(one_shot[percent] for percent in PERCENTS if percent <= 70) > dense - 0.015
    assert one_shot[80] < dense - 0.3, "behind the cliff"
    assert min(iterative[percent] for percent in PERCENTS if percent <= 95) > dense - 0.015
    assert iterative[99] < dense - 0.3, "behind the cliff"
    assert iterative[90] > iterative[80]


@pytest.mark.parametrize("table", [REPAIRS, RESTORED, SIZES])
def test_accuracies(page: Page, table: Table) -> None:
    checked = 0
    for model, column, quoted in table.figures():
        if column == "accuracy":
            assert page.metric(model, "accuracy") == share(model, quoted), model
            checked += 1
    assert checked == len(table.rows)


def test_sizes(page: Page) -> None:
    for model, column, quoted in SIZES.figures():
        if column == "compressed":
            found = page.metric(model, "compressed_bytes") / 1000
            assert found == pytest.approx(quoted, abs=KILOBYTES), model
    losses = [
        page.metric("dense", "accuracy") - page.metric(model, "accuracy") for model in SIZES.rows
    ]
    assert 0.01 < max(losses) < 0.015, "a point and a half"


def test_the_front(page: Page) -> None:
    sized = {
        model: (page.metric(model, "accuracy"), page.metric(model, "compressed_bytes"))
        for model in page.models
        if "compressed_bytes" in page.models[model]["metrics"] and model != "one-shot-90-ft-too-hot"
    }
    front = [
        model
        for model, (accuracy, size) in sized.items()
        if not any(
            a >= accuracy and s <= size and (a, s) != (accuracy, size) for a, s in sized.values()
        )
    ]
    quoted = [model for model, (star, *_) in SIZES.rows.items() if star == "★"]
    assert set(front) >= set(quoted)
    assert sum(model.endswith("-int8") for model in front) > len(front) / 2, front
    seeds = [page.metric(seed, "accuracy") for seed in SEEDS]
    assert min(seeds) == share("", 0.98)
    assert max(seeds) == share("", 0.994)


def test_the_scans(page: Page) -> None:
    assert BEHAVIOURS.header == ("model", *SCANS)
    shown = {model: page.slices(model, "attribute/scan") for model in BEHAVIOURS.rows}
    for model, scan, quoted in BEHAVIOURS.figures():
        found = shown[model][scan]
        assert found == share(model, quoted, scan), (model, scan)
        if scan == "clean":
            assert found == pytest.approx(page.metric(model, "accuracy"), abs=1e-6), model


def test_what_pruning_at_once_harms(page: Page) -> None:
    for model, column, quoted in PRUNED.figures():
        change = page.against("dense", model)["change"]
        named = {"change": "value", "from": "low", "to": "high"}[column]
        near = INT8_OTHER if model.endswith("-int8") else SAME
        assert change[named] == pytest.approx(quoted, abs=near), (model, column)
        assert change.get("reason") is None, model
        assert change["groups"] == 797
    for model, cells in PRUNED.rows.items():
        found = page.harmed("dense", model)
        verdict = found["model"]
        assert (verdict["retrained"], verdict["reason"]) == (False, None), model
        quoted_slices = cells[-1].split(", ") if cells[-1] else []
        assert [_slice(each) for each in found["slices"] if each["harmed"]] == quoted_slices, model
        assert verdict["harmed"] == len(quoted_slices)
        assert verdict["units"] == 797


def _slice(found: dict[str, Any]) -> str:
    """As the story names it: "faint", "digit 7", "slant 3.315 to 17.02"."""
    named = {"scan": "", "label": "digit "}.get(found["name"], f"{found['name']} ")
    return f"{named}{found['text']}"


def test_the_faint_scans_pay(page: Page) -> None:
    faint = page.harmed("dense", "one-shot-50")["slices"][0]
    assert (faint["text"], faint["harmed"]) == ("faint", True)
    assert (faint["n"], faint["rest"]["n"]) == (797, 2391)
    counts = faint["flips"], faint["mended"], faint["rest"]["flips"], faint["rest"]["mended"]
    assert counts == pytest.approx((97, 1, 70, 6), abs=1)
    assert faint["q"] < 0.001
    assert faint["kept"] < faint["rest_kept"]
    seen = {
        each["n"]: each["share"]
        for each in page.harmed("dense", "one-shot-30")["model"]["could_see"]
    }
    assert (seen[100], seen[500]) == pytest.approx((0.16, 0.04), abs=0.005)
    lost = [page.against("dense", f"one-shot-50{kind}")["change"]["value"] for kind in ("", "-bn")]
    assert lost[1] == pytest.approx(lost[0] / 2, abs=0.01), "recalibration halves it"
    wrong = [
        1 - page.slices(model, "attribute/scan")["faint"] for model in ("dense", "one-shot-50")
    ]
    assert 1.8 < wrong[1] / wrong[0] < 2, "nearly twice as many"


def test_nobody_knows_what_training_again_mends(page: Page) -> None:
    for model, column, quoted in RETRAINED.figures():
        named = {"change": "value", "from": "low", "to": "high"}[column]
        found = page.against("dense", model)["change"]
        assert found[named] == pytest.approx(quoted, abs=OF_SEEDS), (model, column)
        assert found["seeds"] == len(SEEDS)
    for model in RETRAINED.rows:
        verdict = page.harmed("dense", model)["model"]
        harmed = verdict["harmed"], verdict["pairs_harmed"]
        assert (verdict["retrained"], verdict["reason"], harmed) == (True, None, (0, 0)), model
        (seen,) = (each["share"] for each in verdict["could_see"] if each["n"] == 1000)
        assert seen > 0.5, model
    trained = [step.id for step in STORY.steps if "one-shot-90-ft-too-hot" != step.id != "dense"]
    changes = {model: page.against("dense", model)["change"] for model in trained}
    told = {model for model, found in changes.items() if "seeds" in found and found["p"] < 0.05}
    assert told == {"iterative-99", "small-init", "dense-seed3"}
    assert changes["dense-seed3"]["p"] == pytest.approx(0.047, abs=0.001)
    faint = {m: page.slices(m, "attribute/scan")["faint"] for m in ("dense-seed3", "one-shot-50")}
    assert faint["dense-seed3"] < faint["one-shot-50"] - 0.05
    seeds = page.seeds("dense", "dense-int8")
    assert len(seeds["models"]) == len(SEEDS)
    assert seeds["changed"] == pytest.approx(0.15, abs=0.005)
    outcomes = page.against("dense", "dense-int8")["outcomes"]
    assert (
        outcomes["n"] - outcomes["both_right"] - outcomes["both_wrong"] + outcomes["changed_wrong"]
        < 0.015 * outcomes["n"]
    )


def test_the_choice_is_open(page: Page) -> None:
    pruned, cut = "iterative-90-int8", "channels-50-ft-int8"
    change = page.against(pruned, cut)["change"]
    assert "by how much is not known" in change["reason"]
    assert page.harmed(pruned, cut)["model"]["reason"].startswith("Trained again")
    assert (
        page.slices(cut, "attribute/scan")["faint"]
        > page.slices(pruned, "attribute/scan")["faint"] + 0.05
    )


def test_int8_costs_little_anywhere(page: Page) -> None:
    quantized = [model for model in page.models if model.endswith("-int8")]
    assert len(quantized) == 7
    for model in quantized:
        parent = model.removesuffix("-int8")
        change = page.against(parent, model)["change"]
        assert -0.015 < change["low"] <= change["high"] < 0.015, model
        assert change.get("reason") is None, model
        verdict = page.harmed(parent, model)["model"]
        assert (verdict["harmed"], verdict["pairs_harmed"], verdict["reason"]) == (0, 0, None), (
            model
        )


@torch.no_grad()
def test_slices_are_counted_as_numpy_does(page: Page, folder: Path) -> None:
    """Of the networks themselves, with the labels of scikit-learn and quintiles by hand."""
    digits = handwritten_digits().test
    scans = scans_of(digits)
    labels = np.tile(load_digits().target[digits.ids.numpy()], len(SCANS))
    checkpoints = Checkpoints(folder, STORY.steps, STORY.modules)
    steps = {step.id: step for step in STORY.steps}
    right = []
    for model in ("dense", "one-shot-80"):
        net: Any = checkpoints.network(steps[model])
        answers = net(scans.images).argmax(1).numpy()
        assert page.mean(model) == pytest.approx(accuracy_score(labels, answers), rel=1e-5)
        right.append(answers == labels)
    lost, won = right[0] & ~right[1], right[1] & ~right[0]
    checked = set()
    for each in page.harmed("dense", "one-shot-80")["slices"]:
        if each["by"] == "label":
            here = each["level"] == labels
        elif each["name"] == "scan":
            here = each["text"] == np.array(scans.attributes["scan"])
        elif " to " in each["text"]:
            values = np.asarray(scans.attributes[each["name"]], float)
            inner = np.unique(np.quantile(values, [0.2, 0.4, 0.6, 0.8]))
            inner = inner[inner > values.min()]
            here = np.searchsorted(inner, values, side="right") == each["level"]
        else:
            continue
        counts = [np.count_nonzero(of & here) for of in (here, lost, won)]
        assert [each["n"], each["flips"], each["mended"]] == counts
        rest = [np.count_nonzero(of & ~here) for of in (~here, lost, won)]
        assert [each["rest"][of] for of in ("n", "flips", "mended")] == rest
        checked.add(each["name"])
    assert checked >= {"label", "scan", "slant"}


def test_recalibration_moves_no_weight_and_mends(page: Page) -> None:
    for percent in (80, 90):
        before, after = (
            page.metric(f"one-shot-{percent}{kind}", "accuracy") for kind in ("", "-bn")
        )
        assert after > before + 0.04
    weights = page.layers("one-shot-80", "one-shot-80-bn", "weights")
    changed = {name for name, value in weights.items() if name and value is not None}
    assert {name.split(".")[-1] for name in changed} <= {"running_mean", "running_var"}


def test_the_layers(page: Page) -> None:
    shown = {model: page.layers("dense", model, "activations") for model in LAYERS.header[1:]}
    for layer, model, quoted in LAYERS.figures():
        assert shown[model][f"{layer}.output"] == pytest.approx(quoted, abs=DECIBELS), layer

    def signal(model: str, layer: str) -> Any:
        return shown[model][f"{layer}.output"]

    broken = {name: v for name, v in shown["one-shot-80"].items() if name.endswith(".output")}
    assert min(broken, key=lambda name: broken[name] or 99) == "norm3.output"
    assert signal("one-shot-80-conv3", "pool2") == pytest.approx(signal("one-shot-80", "pool2"))
    for mended in ("one-shot-80-bn", "one-shot-80-conv3"):
        assert signal(mended, "norm3") > signal("one-shot-80", "norm3") + 2


@torch.no_grad()
def test_the_sums_of_conv3(folder: Path) -> None:
    """Standard deviations of the channels, divided by those that the norm behind expects."""
    checkpoints = Checkpoints(folder, STORY.steps, STORY.modules)
    steps = {step.id: step for step in STORY.steps}
    images = handwritten_digits().test.images
    scans = {"clean": images, "faint": CONTRAST * images}
    for scan, model, quoted in SPREADS.figures():
        net: Any = checkpoints.network(steps[model])
        sums = net[: list(dict(net.named_children())).index("norm3")](scans[scan])
        spread = (sums.var((0, 2, 3)) / net.norm3.running_var).sqrt().mean()
        assert spread.item() == pytest.approx(quoted, abs=0.006), (scan, model)


def test_conv3_is_to_blame(page: Page) -> None:
    conv2, conv3, hidden, pruned = (
        page.metric(f"one-shot-80{layer}", "accuracy")
        for layer in ("-conv2", "-conv3", "-hidden", "")
    )
    assert conv3 > conv2 > pruned + 0.1
    assert hidden < pruned + 0.02
    weights = page.layers("dense", "one-shot-80", "weights")
    assert weights["conv3.weight"] < weights["hidden.weight"]  # type: ignore[operator]


def test_prose_says_what_follows_from_the_tables() -> None:
    def quoted(table: Table, model: str, column: str) -> float:
        return {(row, name): value for row, name, value in table.figures()}[model, column]

    def apart(table: Table, column: str, model: str, other: str) -> float:
        return quoted(table, model, column) - quoted(table, other, column)

    pruned, cut = "iterative-90-int8", "channels-50-ft-int8"
    derived = {
        "5.0 points": -100 * quoted(PRUNED, "one-shot-50", "change"),
        "98.0 %": 100 * quoted(BEHAVIOURS, "dense-seed3", "clean"),
        "99.4 %": 100 * quoted(BEHAVIOURS, "dense-seed2", "clean"),
        "0.4 kB": apart(SIZES, "compressed", cut, pruned),
        "0.6 points": 100 * apart(BEHAVIOURS, "clean", pruned, cut),
        "8.7 points": 100 * apart(BEHAVIOURS, "faint", cut, pruned),
        "1.1 points": 100 * apart(BEHAVIOURS, "clean", "dense", "one-shot-70"),
    }
    text = prose("digits")
    for said, follows in derived.items():
        assert said in text
        assert follows == pytest.approx(float(said.split()[0]), abs=0.06), said
    # No figure stands alone that nothing above holds.
    near = {f"{100 * INT8_CLEAN} points", f"{100 * INT8_OTHER} points"}
    assert set(re.findall(r"\d+\.\d+ (?:\w+|%)", text)) == derived.keys() | near


def test_what_plans_promise_and_cost(page: Page, folder: Path) -> None:
    damages, weights = damages_of(page, PLANS), {}
    for model, column, quoted in PLANS.figures():
        if column == "weights":
            weights[model] = page.metric(model, "packed_bytes")
            assert weights[model] / 1e3 == pytest.approx(quoted, abs=0.05)
    assert weights["plan-14kB"] <= weights["all-int4"]
    assert sums_off(folder) == pytest.approx((1 / 3, 2), rel=0.25)
    assert damages["plan-14kB beside"]["interval"]["high"] < 0


def test_clean_scans_alone_do_not_tell_the_plan_from_one_format(folder: Path) -> None:
    dense = dense_network(STORY, folder)
    runs = tensorboard_cnc.read(folder)
    plan, uniform = runs.plan("dense", size="13.62 kB"), runs.uniform_plan("dense", "int4")
    clean = handwritten_digits().test.images[PROBE_IMAGES:]
    found = cnc_summary.damage(
        dense, plan.apply(dense), clean, score="kl", beside=uniform.apply(dense)
    )
    assert found.interval is not None
    assert found.interval[0] < 0 < found.interval[1]


def test_all_that_reads_back_says_the_same(folder: Path, page: Page) -> None:
    models = ["one-shot-50", "iterative-90", "dense-int8"]
    assert differing(folder, page.client, "dense", models) == []


def test_one_backward_pass_ranks_layers_as_all_runs_do(folder: Path, tmp_path: Path) -> None:
    probe = handwritten_digits().test.images[:PROBE_IMAGES]
    assert agreement_of_methods(folder, dense_network(STORY, folder), probe, tmp_path) > 0.95
