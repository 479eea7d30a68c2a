"""Layers: from the worst weights of a compressed network to what it answers, by mouse and keys."""

from __future__ import annotations

import copy
import csv
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.identity import model_key
from tests.browser.axe import serious_violations
from tests.browser.compressed import DENSE, PRUNED, QUANTIZED, log_compressed
from tests.browser.conftest import open_tab, settled_box
from tests.browser.controls import MOST_CONTROLS, controls_at_rest
from tests.browser.test_overview import node
from tests.browser.test_places import place

ServeProcess = Callable[..., str]


def key(name: str) -> str:
    return model_key(name, name)


def link(*models: str, base: str = DENSE, **values: str) -> str:
    selected = ",".join(key(model) for model in models)
    state = {"at": "layers", "sel": selected, "base": key(base), **values}
    return "".join(f"&p.cnc.{name}={value}" for name, value in state.items())


def grid(frame: FrameLocator) -> Locator:
    return frame.get_by_role("treegrid", name="Layers")


def row(frame: FrameLocator, name: str) -> Locator:
    """The row whose head begins with `name`."""
    head = frame.get_by_role("rowheader", name=re.compile(rf"^{re.escape(name)}\b"))
    return grid(frame).get_by_role("row").filter(has=head)


def details(frame: FrameLocator, name: str) -> Locator:
    return frame.get_by_role("complementary", name=f"Details of {name}", exact=True)


def top_row(frame: FrameLocator) -> Locator:
    return frame.locator("#layer-0")


def test_from_the_worst_weights_to_their_activations(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_compressed(tmp_path)))
    node(frame, f"{DENSE},").click()
    node(frame, f"{PRUNED},").click(modifiers=["Shift"])
    node(frame, f"{QUANTIZED},").click(modifiers=["Shift"])
    place(frame, "Layers").click()
    expect(row(frame, "whole network")).to_be_visible()
    expect(row(frame, "conv1")).to_have_attribute("aria-expanded", "true")
    frame.get_by_role("button", name=f"sort by SQNR of {QUANTIZED}").click()
    # 90 % of all weights together is all of the widest layer.
    expect(top_row(frame)).to_contain_text("conv3.weight")
    expect(top_row(frame).get_by_role("gridcell").last).to_contain_text("−99")
    top_row(frame).click()
    opened = details(frame, "conv3.weight")
    expect(opened.get_by_role("img", name="Values of conv3.weight in all models")).to_be_visible()
    expect(opened).to_contain_text("zero after 100\u202f%")
    opened.get_by_role("button", name=QUANTIZED).click()
    expect(opened.get_by_role("heading", name=f"Values of {QUANTIZED} by")).to_be_visible()
    expect(opened).to_contain_text("8 bits · torch.ao per_channel_affine · per channel (axis 0)")
    frame.get_by_text("activations", exact=True).click()
    answers = details(frame, "conv3.output")
    expect(answers.get_by_role("region", name="All measures")).to_contain_text("Saturated units")
    selected = grid(frame).get_by_role("row", selected=True)
    expect(selected).to_contain_text("output")
    expect(frame.get_by_text("cumulative")).to_be_visible()
    expect(page).to_have_url(re.compile(r"p\.cnc\.lv=activations"))
    page.reload()
    expect(answers.get_by_text("Channels, from the first to the last")).to_be_visible()


def test_by_keyboard_alone(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    url = serve_process(log_compressed(tmp_path))
    frame = open_tab(page, url, link(PRUNED, QUANTIZED))
    grid(frame).focus()
    current = frame.locator(".current")
    expect(current).to_contain_text("whole network")
    page.keyboard.press("ArrowRight")
    expect(current).to_contain_text("conv1")
    page.keyboard.press("ArrowLeft")
    expect(row(frame, "conv1")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(current).to_contain_text("norm1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(details(frame, "conv1.weight")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(details(frame, "conv1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(details(frame, "conv1")).to_have_count(0)
    expect(grid(frame)).to_be_focused()
    # The selection outlives what was closed.
    expect(frame.get_by_role("columnheader")).to_have_count(4)
    page.keyboard.press("End")
    expect(current).to_contain_text("flatten_zero_point_0")
    expect(current).to_be_in_viewport()


def test_filters_brush_and_file(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    url = serve_process(log_compressed(tmp_path))
    frame = open_tab(page, url, link(PRUNED, QUANTIZED))
    search = frame.get_by_role("searchbox", name="Filter layers")
    search.fill("weight")
    expect(row(frame, "bias")).to_have_count(0)
    frame.get_by_role("button", name="Regular expression").click()
    search.fill("^conv.*(weight")
    expect(frame.get_by_role("status").filter(has_text="regular expression")).to_be_visible()
    search.fill("^conv.*weight$")
    expect(grid(frame)).to_have_attribute("aria-rowcount", "8")
    with page.expect_download() as download:
        frame.get_by_role("button", name="CSV").click()
    lines = list(csv.DictReader(download.value.path().read_text("utf-8").splitlines()))
    assert [line["name"] for line in lines] == ["conv1.weight", "conv2.weight", "conv3.weight"]
    assert float(lines[0][f"{PRUNED}: sqnr"]) == pytest.approx(18.4, abs=1)
    assert lines[1][f"{PRUNED}: certainty"] == "estimate"
    assert float(lines[1][f"{QUANTIZED}: stored bytes"]) == 4608 + 512
    search.fill("")
    brush = frame.get_by_role("slider", name="SQNR, dB along the network")
    brush.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(brush).to_have_attribute("aria-valuetext", re.compile("tensors 1 to 2 of"))
    expect(grid(frame)).to_have_attribute("aria-rowcount", "5")
    page.keyboard.press("Delete")
    expect(brush).to_have_attribute("aria-valuetext", "all tensors")
    box = settled_box(brush)
    page.mouse.move(box["x"] + 60, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 40)
    page.mouse.up()
    expect(brush).to_have_attribute("aria-valuetext", re.compile("tensors 1 to"))
    frame.get_by_role("button", name="show all").click()
    expect(brush).to_have_attribute("aria-valuetext", "all tensors")


def test_what_costs_much_and_saves_little(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_compressed(tmp_path)), link(PRUNED, lc="cost"))
    chart = frame.get_by_role("region", name="Bytes saved against SQNR")
    expect(chart.get_by_text(re.compile("is far from the base"))).to_be_visible()
    plot = chart.get_by_role("img", name=re.compile("Bytes saved against SQNR"))
    plot.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("complementary")).to_be_visible()
    with page.expect_download() as download:
        chart.get_by_role("button", name="Save bytes-and-error as SVG").click()
    saved = download.value.path().read_text("utf-8")
    assert "<path" in saved
    # What stands around the chart on the page stands in the file.
    for text in (f"against {DENSE}", PRUNED, "bytes saved at best", "SQNR, dB"):
        assert text in saved
    assert "is far from the base" not in saved


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (800, 700)])
def test_everybody_can_use_it(
    theme: str,
    width: int,
    height: int,
    tmp_path: Path,
    page: Page,
    serve_process: ServeProcess,
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    url = serve_process(log_compressed(tmp_path))
    frame = open_tab(page, url, link(PRUNED, QUANTIZED))
    expect(row(frame, "whole network")).to_be_visible()
    if theme == "dark":
        page.evaluate("document.body.classList.add('dark-mode')")
        expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    assert serious_violations(page) == []
    found = controls_at_rest(page, frame)
    assert len(found) <= MOST_CONTROLS, found
    row(frame, "conv1").click()
    expect(details(frame, "conv1")).to_contain_text("Storage and quantization")
    assert serious_violations(page) == []


def test_what_is_not_logged_says_how(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    with cnc_summary.model(tmp_path / "a", "a") as m:
        m.metrics({"accuracy": 0.9})
    with cnc_summary.model(tmp_path / "b", "b", parents="a") as m:
        m.weights({"head.weight": np.ones((4, 3), np.float32)})
    frame = open_tab(page, serve_process(tmp_path), link(base="a"))
    expect(frame.get_by_text("m.weights(net)")).to_be_visible()
    frame.get_by_text("activations", exact=True).click()
    expect(frame.get_by_text("m.activations(net, inputs)")).to_be_visible()
    frame.get_by_text("weights", exact=True).click()
    frame.get_by_role("button", name="Make b the base").click()
    expect(row(frame, "head")).to_be_visible()


def test_other_probe_inputs_are_refused_and_the_rest_is_shown(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    layer = torch.nn.Linear(6, 12, bias=False)
    net = torch.nn.Sequential(OrderedDict(enc=layer))
    half = copy.deepcopy(net)
    half.load_state_dict({"enc.weight": 0.5 * layer.weight.detach()})
    probe = torch.ones(4, 6)
    for name, own, inputs in (("a", net, probe), ("b", half, probe), ("c", net, 2 * probe)):
        with cnc_summary.model(tmp_path / name, name) as m:
            m.activations(own, inputs)
    frame = open_tab(page, serve_process(tmp_path), link("b", "c", base="a", lv="activations"))
    expect(frame.get_by_role("status").filter(has_text="probe")).to_contain_text("c:")
    expect(row(frame, "enc").first).to_contain_text("6.02")


def test_thousands_of_tensors_are_a_few_elements(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    rng = np.random.default_rng(6)
    names = [
        f"layer.{block}.{part}.weight" for block in range(500) for part in ("q", "k", "v", "o")
    ]
    dense = {name: rng.standard_normal((4, 4)).astype(np.float32) for name in names}
    for name, scale in (("a", 1.0), ("b", 0.9)):
        with cnc_summary.model(tmp_path / name, name) as m:
            m.weights({at: (scale * value).astype(np.float32) for at, value in dense.items()})
    frame = open_tab(page, serve_process(tmp_path), link("b", base="a", le="o"))
    expect(grid(frame)).to_have_attribute("aria-rowcount", str(2 + 1 + 500 + 2 * 2000))
    assert grid(frame).get_by_role("row").count() < 60
    grid(frame).focus()
    page.keyboard.press("End")
    expect(frame.locator(".current")).to_be_in_viewport()
    expect(frame.locator(".current")).to_contain_text("weight")
    assert grid(frame).get_by_role("row").count() < 60
