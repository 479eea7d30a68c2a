"""The sentence above all, the budgets that can be dragged, and what stands docked or folded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tests.browser.conftest import open_tab, settled_box
from tests.browser.controls import MOST_CONTROLS, controls_at_rest
from tests.browser.test_tradeoffs import log_sizes

ServeProcess = Callable[..., str]


def decision(frame: FrameLocator) -> Locator:
    return frame.get_by_role("region", name="Decision")


def names(frame: FrameLocator) -> Locator:
    """The models of the table."""
    return frame.get_by_role("grid", name="Models").get_by_role("rowheader")


def test_the_decision_follows_search_and_budgets(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_sizes(tmp_path)))
    words = decision(frame)
    # Nothing is as accurate as dense; what comes nearest is named.
    expect(words).to_contain_text(
        "By the numbers, measured once, every model that is smaller than dense is worse by accuracy"
    )
    expect(words).to_contain_text("least so: prune-50, 55.4\u202fkB (−44.4\u202f%)")
    frame.get_by_label("Search models").fill("int8")
    expect(words).to_contain_text("prune-50-int8")
    expect(words).to_contain_text("Among 2 of 5: search “int8”")
    words.get_by_role("button", name="prune-50-int8").click()
    row = frame.get_by_role("row").filter(has_text="prune-50-int8")
    expect(row).to_have_attribute("aria-selected", "true")


def test_a_budget_is_a_line_that_can_be_dragged(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    url = serve_process(log_sizes(tmp_path))
    frame = open_tab(page, url, "&p.cnc.bud=%5B%5B%22size_bytes%22%2C%22%3C%3D%22%2C60000%5D%5D")
    line = frame.get_by_role("slider", name="Budget: size_bytes")
    verdict = frame.get_by_role("region", name="Trade-offs")
    expect(line).to_have_attribute("aria-valuetext", "size ≤ 60\u202fkB")
    expect(verdict).to_contain_text("4 of 5 pass")
    box = settled_box(line)
    page.mouse.move(box["x"] + 4, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] - 20 * step, box["y"] + 40)
    page.mouse.up()
    expect(line).not_to_have_attribute("aria-valuetext", "size ≤ 60\u202fkB")
    dragged = line.get_attribute("aria-valuetext")
    line.focus()
    page.keyboard.press("ArrowLeft")
    expect(line).not_to_have_attribute("aria-valuetext", dragged or "")
    # Each is one step of undo.
    page.keyboard.press("Control+z")
    expect(line).to_have_attribute("aria-valuetext", dragged or "")
    page.keyboard.press("Control+z")
    expect(line).to_have_attribute("aria-valuetext", "size ≤ 60\u202fkB")


def test_a_limit_stays_as_it_was_typed(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_sizes(tmp_path)))
    frame.get_by_role("button", name="Budgets").click()
    frame.get_by_role("button", name="+ add a budget").click()
    value = frame.get_by_role("group", name="Budget 1").get_by_label("Value")
    value.fill("95 % of base")
    value.press("Enter")
    expect(value).to_have_value("95 % of base")
    expect(frame.get_by_role("region", name="Trade-offs")).to_contain_text("size ≤ 95 % of base")
    page.wait_for_url(re.compile(r"p\.cnc\.bud=.*95%20"))
    page.reload()
    expect(value).to_have_value("95 % of base")


def test_the_table_folds_and_is_sorted_by_quality(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_sizes(tmp_path)))
    heads = frame.get_by_role("columnheader")
    sorted_by = heads.filter(has_text="accuracy")
    expect(sorted_by).to_have_attribute("aria-sort", "descending")
    expect(names(frame).first).to_have_text(re.compile("dense"))
    for name in ("front", "parents", "recipe"):
        expect(heads.filter(has_text=name)).to_have_count(1)
    frame.get_by_role("button", name="Table").click()
    expect(frame.get_by_role("grid", name="Models")).to_have_count(0)
    page.wait_for_url(re.compile(r"p\.cnc\.to=0"))
    frame.get_by_role("button", name="Table").click()
    expect(frame.get_by_role("grid", name="Models")).to_be_visible()


def test_the_trade_offs_take_two_fifths_and_filters_stand_beside_the_map(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_sizes(tmp_path)))
    whole = settled_box(frame.locator("main"))["width"]
    assert settled_box(frame.get_by_role("region", name="Trade-offs"))["width"] >= 0.4 * whole
    before = settled_box(frame.get_by_role("region", name="Model Map"))
    frame.get_by_role("button", name="Filters").click()
    filters = settled_box(frame.get_by_role("region", name="Filters"))
    beside = settled_box(frame.get_by_role("region", name="Model Map"))
    assert filters["x"] + filters["width"] <= beside["x"] + 1
    assert beside["width"] < before["width"]
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(frame.get_by_role("region", name="Filters")).to_have_count(0)


def test_selections_are_steps_of_back_and_all_that_is_shown_is_selected_by_a_key(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_sizes(tmp_path)))
    selected = frame.get_by_role("grid", name="Models").locator("[aria-selected=true]")
    names(frame).nth(1).click()
    expect(selected).to_have_count(1)
    page.keyboard.press("Control+a")
    expect(selected).to_have_count(5)
    expect(frame.get_by_text("5 models selected.")).to_be_attached()
    page.go_back()
    expect(selected).to_have_count(1)
    page.go_back()
    expect(selected).to_have_count(0)


def test_a_root_at_chance_is_not_the_base(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    for name, parent, accuracy in [("init", (), 0.1), ("net", "init", 0.95), ("cut", "net", 0.9)]:
        step = cnc_summary.operation("step") if parent else None
        with cnc_summary.model(tmp_path / name, name, parents=parent, operation=step) as m:
            m.metrics({"accuracy": accuracy, "size_bytes": 1000.0 * (1 + accuracy)})
    frame = open_tab(page, serve_process(tmp_path))
    expect(frame.get_by_role("group", name="net, base")).to_be_visible()
    details = frame.get_by_label("Details of the selection")
    expect(details).to_contain_text(
        "The base is net, the first that is not at chance by accuracy: init is"
    )
    # Looking at another model changes nothing.
    names(frame).filter(has_text="init").click()
    expect(frame.get_by_role("group", name="net, base")).to_be_visible()


def test_targets_are_large_enough(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(log_sizes(tmp_path)))
    frame.get_by_role("button", name="Budgets").click()
    frame.get_by_role("button", name="+ add a budget").click()
    names(frame).get_by_text("prune-50", exact=True).click()
    expect(frame.get_by_label("Details of the selection")).to_contain_text("Make base")
    # Links stand in the line of a sentence, heads and names of models in rows of 24 px.
    small = frame.locator("body").evaluate("""body => [...body.querySelectorAll(
      "header button:not(.link), .toolbar button, .toolbar select, .limit select, .limit button")]
      .map(element => [element.ariaLabel || element.textContent, element.getBoundingClientRect()])
      .filter(([, { width, height }]) => width > 0 && (width < 24 || height < 24))
      .map(([name, { width, height }]) => `${name.trim()}: ${width} × ${height}`)""")
    assert small == []


def test_few_controls_are_on_screen_at_rest(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(log_sizes(tmp_path)))
    for at in range(3):
        names(frame).nth(at + 1).click(modifiers=["Control"])
    expect(frame.get_by_text("3 selected")).to_be_visible()
    expect(frame.get_by_label("Details of the selection").get_by_role("table")).to_be_visible()
    found = controls_at_rest(page, frame)
    assert len(found) <= MOST_CONTROLS, found
    frame.get_by_role("button", name="Keys").click()
    keys = frame.get_by_role("dialog")
    for hidden in ("× of a chip", "⋮", "budget’s line", "Ctrl + A"):
        expect(keys).to_contain_text(hidden)
