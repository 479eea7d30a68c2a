"""Every figure that docs/stories/digits.md quotes, asked of the page after a run of the demo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from demo.checkpoints import Checkpoints
from demo.digits.data import handwritten_digits
from demo.digits.logbook import DATA_RUN, digits_story
from demo.digits.scans import CONTRAST
from demo.digits.sweep import PERCENTS
from tests.demo.quoted import Table, prose, tables
from tests.demo.told import Page, told
from tests.tensorboard_host import LOADERS, serve_in_process

STORY = digits_story()
SCANS = ("clean", "faint", "noisy", "turned")
ARCS, REPAIRS, SIZES, BEHAVIOURS, LAYERS, SPREADS, RESTORED = tables("digits")
# Half of the last digit quoted, and one image.
SAME = 0.002
# Int8 kernels are the processor's own: of clean scans, and of others.
INT8_CLEAN, INT8_OTHER = 0.005, 0.015
DECIBELS = 0.06
KILOBYTES = 0.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told(STORY, tmp_path_factory.mktemp("digits"))


@pytest.fixture(scope="module", params=LOADERS)
def page(folder: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    with serve_in_process(folder, request.param) as host:
        yield Page(host, len(STORY.steps))


def share(model: str, quoted: float, scan: str = "clean") -> Any:
    """Equal to the share of right answers that is quoted, as far as that is quoted."""
    of_int8 = INT8_CLEAN if scan == "clean" else INT8_OTHER
    return pytest.approx(quoted, abs=of_int8 if model.endswith("-int8") else SAME)


def test_everything_is_there(page: Page) -> None:
    assert page.problems == []
    assert page.datasets == [DATA_RUN]
    steps = STORY.steps
    assert len(steps) == int(re.findall(r"(\d+) models", prose("digits"))[0])
    for step in steps:
        model = page.models[step.id]
        assert [page.models[parent]["key"] for parent in step.parents] == model["parents"]
        if step.id != "one-shot-90-ft-too-hot":
            assert model["logged"] == {
                "predictions": [DATA_RUN],
                "weights": True,
                "activations": True,
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


def test_most_of_the_front_is_int8(page: Page) -> None:
    sized = {
        model: (page.metric(model, "accuracy"), page.metric(model, "compressed_bytes"))
        for model in page.models
        if model != "one-shot-90-ft-too-hot"
    }
    front = [
        model
        for model, (accuracy, size) in sized.items()
        if not any(
            a >= accuracy and s <= size and (a, s) != (accuracy, size) for a, s in sized.values()
        )
    ]
    assert sum(model.endswith("-int8") for model in front) > len(front) / 2, front


def test_what_a_model_with_the_same_recipe_breaks(page: Page) -> None:
    alike = page.broken("dense", "dense-seed1")
    for model in ("dense-int8", "iterative-80-int8"):
        assert page.broken("dense", model) < alike, model


def test_the_scans(page: Page) -> None:
    assert BEHAVIOURS.header == ("model", *SCANS)
    shown = {model: page.slices(model, "attribute/scan") for model in BEHAVIOURS.rows}
    for model, scan, quoted in BEHAVIOURS.figures():
        found = shown[model][scan]
        assert found == share(model, quoted, scan), (model, scan)
        if scan == "clean":
            assert found == pytest.approx(page.metric(model, "accuracy"), abs=1e-6), model


def test_the_faint_scans_pay(page: Page) -> None:
    def lost(model: str, scan: str) -> float:
        before, after = (page.slices(each, "attribute/scan") for each in ("dense", model))
        return before[scan] - after[scan]

    for model in ("one-shot-50", "one-shot-70", "one-shot-90-ft", "iterative-90-int8"):
        assert lost(model, "clean") < 0.025
        assert lost(model, "faint") > 2 * lost(model, "clean")
        assert lost(model, "faint") > 0.03
        slices = page.harmed("dense", model)["slices"]
        lifts = {(each["name"], each["text"]): each["lift"] for each in slices}
        assert lifts["scan", "faint"] > 1, model
    slices = page.harmed("dense", "one-shot-90-ft")["slices"]
    (faint,) = (each["flips"] / each["n"] for each in slices if each["text"] == "faint")
    broken = page.broken("dense", "one-shot-90-ft")
    assert faint > 2 * (4 * broken - faint) / 3, "a quarter of the scans is faint"
    pairs = page.harmed("dense", "one-shot-90-ft")["pairs"]
    most = max(pairs, key=lambda pair: pair["flips"] / pair["n"])
    assert most["names"] == ["label", "scan"]
    assert most["texts"][1] == "faint", "of one digit more than of others"
    assert lost("iterative-90-int8", "faint") > lost("channels-50-ft-int8", "faint") + 0.05
    assert abs(lost("dense-seed1", "faint")) < 0.01, "as many as dense"
    quantized = [model for model in page.models if model.endswith("-int8")]
    assert len(quantized) == 7
    for model in quantized:
        assert lost(model, "faint") < lost(model.removesuffix("-int8"), "faint") + 0.01, model


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
    of_all = sum(apart(BEHAVIOURS, scan, "dense", "one-shot-90-ft") for scan in SCANS) / len(SCANS)
    derived = {
        "3.8 points": 100 * of_all,
        "0.4 kB": apart(SIZES, "compressed", cut, pruned),
        "0.6 points": 100 * apart(BEHAVIOURS, "clean", pruned, cut),
        "8.7 points": 100 * apart(BEHAVIOURS, "faint", cut, pruned),
        "1.1 points": 100 * apart(BEHAVIOURS, "clean", "dense", "one-shot-70"),
        "7.7 points": 100 * apart(BEHAVIOURS, "turned", "dense-seed1", "dense"),
    }
    text = prose("digits")
    for said, follows in derived.items():
        assert said in text
        assert follows == pytest.approx(float(said.split()[0]), abs=0.06), said
    # No figure stands alone that nothing above holds.
    near = {f"{100 * INT8_CLEAN} points", f"{100 * INT8_OTHER} points"}
    assert set(re.findall(r"\d+\.\d+ \w+", text)) == derived.keys() | near
