"""The scatter: who is on the front, who may be, and who keeps within the budgets."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tests.browser.axe import serious_violations
from tests.browser.conftest import open_tab, settled_box
from tests.browser.published import import_table, log_noisy_sweep

ServeProcess = Callable[..., str]


def tradeoffs(frame: FrameLocator) -> Locator:
    return frame.get_by_role("region", name="Trade-offs")


def open_view(frame: FrameLocator) -> None:
    """Opens what is behind the ⋮ of the trade-offs."""
    tradeoffs(frame).get_by_role("button", name="View of the trade-offs").click()


def point(frame: FrameLocator, model_id: str) -> Locator:
    return tradeoffs(frame).get_by_role("option", name=re.compile(f"^{re.escape(model_id)},"))


@pytest.mark.parametrize(
    ("table", "front"), [("imagenet", 12), ("imagenet_tutorial", 2), ("t5_squad", 12)]
)
def test_the_published_fronts(
    table: str, front: int, tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(import_table(table, tmp_path)), "&p.cnc.x=Model%20Size")
    expect(tradeoffs(frame).get_by_role("button", name=f"front {front}")).to_be_visible()
    expect(tradeoffs(frame).get_by_text("measured once, as exact")).to_be_visible()
    on_front = tradeoffs(frame).get_by_role("option", name=re.compile("on the front$"))
    expect(on_front).to_have_count(front)
    expect(frame.get_by_role("grid").get_by_label("on the front")).not_to_have_count(0)


def test_noise_and_budgets(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)))
    panel = tradeoffs(frame)
    # prune-50 is slower than prune-50-ft by less than the noise; prune-75 by more, in one process.
    expect(panel.get_by_role("button", name="tied within spread 1")).to_be_visible()
    expect(panel.get_by_role("button", name="noise unknown 1")).to_be_visible()
    expect(panel).to_contain_text(re.compile("6 of 7 pass\\s+latency ≤ 9"))
    expect(panel.get_by_text(re.compile("best accuracy: prune-50-ft"))).to_be_visible()
    panel.get_by_role("button", name="Budgets").click()
    editor = frame.get_by_role("region", name="Budgets")
    editor.get_by_role("button", name="+ add a budget").click()
    second = editor.get_by_role("group", name="Budget 2")
    second.get_by_label("Metric").select_option("accuracy")
    second.get_by_label("Bound").select_option("≥")
    second.get_by_label("Value").fill("0.9")
    second.get_by_label("Value").press("Enter")
    page.keyboard.press("Escape")
    expect(panel.get_by_text(re.compile("3 of 7 pass"))).to_be_visible()
    expect(panel.get_by_text(re.compile("best latency: prune-75-ft"))).to_be_visible()
    page.wait_for_url(re.compile(r"p\.cnc\.bud=.*0\.9"))
    page.wait_for_url(lambda address: "p.cnc.bo=" not in address)
    page.reload()
    expect(panel.get_by_text(re.compile("3 of 7 pass"))).to_be_visible()
    panel.get_by_role("button", name="Budgets").click()
    editor.get_by_role("button", name="as logged").click()
    expect(panel.get_by_text(re.compile("6 of 7 pass"))).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(panel.get_by_text(re.compile("3 of 7 pass"))).to_be_visible()


def log_sizes(logdir: Path) -> Path:
    """Dense, pruned ones, and their int8 versions, with sizes and no budget."""
    for name, accuracy, size_bytes in [
        ("dense", 0.99, 99_681),
        ("prune-50", 0.985, 55_426),
        ("prune-90", 0.98, 21_522),
        ("prune-50-int8", 0.984, 12_480),
        ("prune-90-int8", 0.97, 9_069),
    ]:
        parents = "dense" if name != "dense" else ()
        with cnc_summary.model(logdir / name, name, parents=parents) as m:
            m.metrics({"accuracy": accuracy, "size_bytes": size_bytes})
    specs = (
        cnc_summary.metric("accuracy", goal="max", format=".1%"),
        cnc_summary.metric("size_bytes", goal="min", unit="B", description="On disk."),
    )
    cnc_summary.define_metrics(logdir / "specs", *specs)
    return logdir


def test_a_budget_in_words(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(log_sizes(tmp_path)))
    panel = tradeoffs(frame)
    panel.get_by_role("button", name="Budgets").click()
    frame.get_by_role("button", name="+ add a budget").click()
    budget = frame.get_by_role("group", name="Budget 1")
    value = budget.get_by_label("Value")
    # Half of the base's size, in the unit that is shown.
    expect(budget.get_by_label("Metric")).to_have_value("size_bytes")
    expect(value).to_have_value("50\u202fkB")
    expect(value).to_be_focused()
    value.fill("10 parsecs")
    value.press("Enter")
    expect(budget.get_by_role("alert")).to_contain_text("“10 parsecs” is not a limit on size.")
    value.fill("60 % of base")
    value.press("Enter")
    expect(budget.get_by_role("alert")).to_have_count(0)
    expect(budget).to_contain_text("= 59.8\u202fkB")
    page.keyboard.press("Escape")
    best = "best accuracy: prune-50 98.5\u202f% · next prune-50-int8 98.4\u202f%"
    expect(panel).to_contain_text("4 of 5 pass size ≤ 60\u202f% of base")
    expect(panel).to_contain_text(best)
    # Without int8 another recipe is the best.
    frame.get_by_label("Search models").fill("-int8 -prune-50")
    expect(panel).to_contain_text("1 of 2 pass")
    assert serious_violations(page) == []
    expect(panel).to_contain_text("best accuracy: prune-90 98.0")


def test_a_budget_that_none_keeps_names_the_nearest(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    limit = "&p.cnc.bud=" + quote(json.dumps([["size_bytes", "<=", 8000]]))
    frame = open_tab(page, serve_process(log_sizes(tmp_path)), limit)
    panel = tradeoffs(frame)
    expect(panel).to_contain_text("0 of 5 pass size ≤ 8\u202fkB")
    expect(panel).to_contain_text("nearest: prune-90-int8 9.07\u202fkB, 13.4\u202f% over")
    panel.get_by_role("button", name="prune-90-int8").click()
    expect(point(frame, "prune-90-int8")).to_have_attribute("aria-selected", "true")


def test_two_that_cannot_be_told_apart(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)))
    point(frame, "prune-50").focus()
    names = frame.get_by_role("rowheader")
    names.get_by_text("prune-50", exact=True).click()
    names.get_by_text("prune-50-ft", exact=True).click(modifiers=["Control"])
    words = "Cannot tell prune-50-ft from prune-50 by latency (95 %)."
    expect(tradeoffs(frame).get_by_text(words)).to_be_visible()


def test_marquee_zoom_and_keyboard(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)), "&p.cnc.z=all")
    plot = tradeoffs(frame).get_by_role("listbox")
    expect(plot.get_by_role("option")).to_have_count(7)
    box = settled_box(plot)
    left, top, width, height = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(left + 50, top + 2)
    page.mouse.down()
    page.mouse.move(left + width / 2, top + height / 2)
    page.mouse.move(left + width - 2, top + height - 24)
    page.mouse.up()
    selected = plot.locator("[aria-selected=true]")
    expect(selected).to_have_count(7)
    page.keyboard.press("Escape")
    expect(selected).to_have_count(0)
    page.mouse.move(left + width / 2, top + height / 2)
    page.mouse.wheel(0, -300)
    page.wait_for_url(re.compile("p.cnc.z="))
    open_view(frame)
    tradeoffs(frame).get_by_role("button", name="all", exact=True).click()
    page.keyboard.press("Escape")
    plot.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(selected).to_have_count(2)
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(selected).to_have_count(1)
    expect(point(frame, "dense")).to_have_attribute("aria-selected", "true")


def test_the_view_opens_on_the_crowd_near_the_best(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    for number, accuracy in enumerate([0.99, 0.985, 0.98, 0.975, 0.99, 0.2]):
        with cnc_summary.model(tmp_path / str(number), f"m{number}") as m:
            m.metrics({"accuracy": accuracy, "size_bytes": 1000.0 * (number + 1)})
    frame = open_tab(page, serve_process(tmp_path))
    panel = tradeoffs(frame)
    panel.get_by_role("button", name="1 outside this view").click()
    expect(page).to_have_url(re.compile(r"p\.cnc\.z=all"))
    expect(panel.get_by_text("outside this view")).to_have_count(0)
    open_view(frame)
    panel.get_by_role("button", name="front", exact=True).click()
    expect(page).to_have_url(re.compile(r"p\.cnc\.z=\d"))
    expect(panel.get_by_role("listbox").get_by_text("m0", exact=True)).to_be_visible()


def test_a_metric_without_a_goal(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    for number in range(3):
        with cnc_summary.model(tmp_path / str(number), f"m{number}") as m:
            m.metrics({"accuracy": 0.9 + number / 100, "gizmo": float(number)})
    frame = open_tab(page, serve_process(tmp_path), "&p.cnc.x=gizmo")
    panel = tradeoffs(frame)
    expect(panel.get_by_text("No front: gizmo has no goal.")).to_be_visible()
    panel.get_by_role("button", name="lower is better").click()
    expect(panel.get_by_role("button", name="front 3")).to_be_visible()
    page.wait_for_url(re.compile("p.cnc.goal="))


def test_one_metric_is_no_trade_off(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    with cnc_summary.model(tmp_path / "m", "m") as m:
        m.metrics({"accuracy": 0.9})
    frame = open_tab(page, serve_process(tmp_path))
    expect(tradeoffs(frame)).to_contain_text("A trade-off needs two metrics; 1 metric logged")


def test_the_saved_picture_says_what_it_shows(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_noisy_sweep(tmp_path)))
    panel = tradeoffs(frame)
    expect(panel.get_by_role("listbox").get_by_role("option")).to_have_count(7)
    open_view(frame)
    frame.get_by_role("treeitem", name="dense").first.hover()
    expect(panel.locator(".ring")).to_have_count(1)
    with page.expect_download() as download:
        panel.get_by_role("button", name="Save trade-offs as SVG").press("Enter")
    assert download.value.suggested_filename == "trade-offs.svg"
    drawing = ElementTree.parse(Path(download.value.path())).getroot()
    texts = [text for element in drawing.iter() if (text := (element.text or "").strip())]
    assert texts.count("accuracy, % by latency, ms") == 1
    assert "dense (base)" in texts
    told = " ".join(texts)
    for words in ("→ latency, ms (lower is better)", "↑ accuracy, % (higher", "colour: accuracy, "):
        assert words in told
    circles = [e for e in drawing.iter() if e.tag.endswith("circle")]
    points = [e for e in circles if e.get("fill") != "none"]
    assert len({e.get("fill") for e in points}) > 3, "coloured by accuracy"
    names = {name for element in drawing.iter() for name in element.attrib}
    of_page = {name for name in names if re.match("class|role|tabindex|aria-|data-", name)}
    assert not of_page
    assert not [e for e in circles if e.get("r") == "9"], (
        "what the pointer lights stays on the page"
    )


def test_a_star_over_harmed_instances_is_marked(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    """Of twelve on the front the third breaks most of a class; at most eight are asked of."""
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if "level=harmed" in sent.url else None)
    chance = np.random.default_rng(4)
    labels = chance.integers(0, 10, 1000)
    right = chance.random(1000) < 0.9
    cnc_summary.dataset(tmp_path / "data", "test", range(1000), labels=labels)
    for at in range(12):
        broken = chance.random(1000) < np.where((at == 2) & (labels == 3), 0.6, 0.005)
        correct = right if at == 0 else right & ~broken
        name = f"m{at}"
        step = cnc_summary.operation("quantize", bits=16 - at) if at else None
        parents = "m0" if at else ()
        with cnc_summary.model(tmp_path / name, name, parents=parents, operation=step) as m:
            m.metrics({"accuracy": 0.9 - 0.01 * at, "size_bytes": 1000.0 - 50 * at})
            answers = np.where(correct, labels, (labels + 1) % 10)
            m.predictions("test", range(1000), predicted=answers)
    frame = open_tab(page, serve_process(tmp_path), "&p.cnc.x=size_bytes")
    caution = frame.get_by_role("img", name=re.compile("instances are harmed"))
    marked = frame.get_by_role("grid").get_by_role("row").filter(has=caution)
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("m2")
    expect(frame.get_by_role("treeitem").locator("[data-caution]")).to_have_count(1)
    words = tradeoffs(frame).get_by_role("button", name="1 of 12 on the front: some instances are")
    expect(words).to_be_visible()
    on_map = frame.get_by_role("treeitem").filter(has=frame.locator("[data-caution]"))
    expect(on_map).to_have_count(1)
    expect(on_map).to_have_accessible_name(re.compile(r"^m2\b"))
    assert len(asked) <= 2, asked
    assert all(len(parse_qs(urlsplit(url).query)["models"][0].split(",")) <= 8 for url in asked)
