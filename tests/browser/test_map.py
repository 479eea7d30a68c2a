"""The Model Map of a sweep too large for one node each: cells, search, selection, menu, colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.models import Operation
from tests.browser.axe import serious_violations
from tests.browser.conftest import FRAME, open_tab, settled_box
from tests.tensorboard_host import tensorboard_process

_PRUNED = 70


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = tmp_path_factory.mktemp("sweep")
    _log_sweep(logdir)
    with tensorboard_process("--logdir", str(logdir)) as server:
        yield server.url


def _log_sweep(logdir: Path) -> None:
    """Dense → 70 prunings, of which the last has three fine-tunings; a distillation of both."""
    _log(logdir, "dense", (), None, 0.95)
    for index in range(_PRUNED):
        amount = index / _PRUNED
        operation = cnc_summary.operation("magnitude prune", amount=amount)
        _log(logdir, f"prune-{index}", "dense", operation, 0.9 - amount / 2)
    for epochs in (1, 3, 10):
        operation = cnc_summary.operation("fine-tune", epochs=epochs)
        _log(logdir, f"tuned-{epochs}", f"prune-{_PRUNED - 1}", operation, 0.8 + epochs / 100)
    distill = cnc_summary.operation("distill")
    _log(logdir, "student", ("dense", "tuned-3"), distill, 0.7)


def _log(
    logdir: Path,
    model_id: str,
    parents: str | tuple[str, ...],
    operation: Operation | None,
    accuracy: float,
) -> None:
    with cnc_summary.model(logdir, model_id, parents=parents, operation=operation) as model:
        model.metrics({"accuracy": accuracy, "size_bytes": 1e6 * accuracy})


def _nodes(frame: FrameLocator) -> Locator:
    return frame.get_by_label("Model Map").get_by_role("treeitem")


def _node(frame: FrameLocator, label: str) -> Locator:
    """A node by the beginning of what a screen reader says."""
    return frame.get_by_label("Model Map").get_by_role(
        "treeitem", name=re.compile(f"^{re.escape(label)}")
    )


def _selected(frame: FrameLocator) -> Locator:
    return frame.get_by_label("Model Map").locator("[aria-selected=true]")


def _cell(frame: FrameLocator, amounts: str) -> Locator:
    return _node(frame, f"7 models by magnitude prune, {amounts}")


# Dense, ten cells of seven prunings, three tuned ones and a student.
_ITEMS = 15


def test_a_cell_opens_in_its_place_and_closes(page: Page, url: str) -> None:
    frame = open_tab(page, url)
    expect(_nodes(frame)).to_have_count(_ITEMS)
    cell = _cell(frame, "0 – 8.57")
    expect(cell).to_have_attribute("aria-expanded", "false")
    expect(cell).to_have_attribute("aria-label", re.compile("accuracy best 0.900"))
    before = settled_box(_cell(frame, "90"))
    cell.click()
    expect(_nodes(frame)).to_have_count(_ITEMS + 7)
    expect(cell).to_have_attribute("aria-expanded", "true")
    assert settled_box(_cell(frame, "90")) == before
    page.wait_for_url(re.compile(r"f=a"))
    page.reload()
    frame = page.frame_locator(FRAME)
    expect(_nodes(frame)).to_have_count(_ITEMS + 7)
    _node(frame, "prune-3,").focus()
    page.keyboard.press("-")
    expect(_nodes(frame)).to_have_count(_ITEMS)
    frame.get_by_role("button", name="Show every model by itself").click()
    expect(_nodes(frame)).to_have_count(75)
    frame.get_by_role("button", name="Fold models into cells").click()
    expect(_nodes(frame)).to_have_count(_ITEMS)


def test_nodes_say_what_they_are(page: Page, url: str) -> None:
    frame = open_tab(page, url)
    expect(_node(frame, "tuned-3, fine-tune epochs 3, accuracy 0.830, child of")).to_be_visible()
    expect(
        _node(frame, "student, distill, accuracy 0.700, child of dense and tuned-3")
    ).to_have_count(1)


def test_search_steps_through_hits_and_opens_what_hides_them(page: Page, url: str) -> None:
    frame = open_tab(page, url)
    expect(_nodes(frame)).to_have_count(_ITEMS)
    frame.get_by_role("heading", name="Trade-offs").click()
    page.keyboard.press("/")
    box = frame.get_by_role("searchbox", name="Search models")
    expect(box).to_be_focused()
    box.fill("prune-1")
    expect(frame.get_by_text("11 of 75 found")).to_be_visible()
    expect(_node(frame, "student")).to_have_attribute("opacity", re.compile(r"0\.\d+"))
    expect(_nodes(frame)).to_have_count(_ITEMS)
    box.press("Enter")
    expect(frame.get_by_text("1 of 11")).to_be_visible()
    expect(_node(frame, "prune-1,")).to_be_visible()
    box.press("Shift+Enter")
    expect(frame.get_by_text("11 of 11")).to_be_visible()
    page.wait_for_url(re.compile(r"q=prune-1"))
    box.press("Escape")
    expect(frame.get_by_text("11 of 11")).to_have_count(0)


def test_a_selection_grows_by_marquee_and_by_kin(page: Page, url: str) -> None:
    frame = open_tab(page, url)
    expect(_nodes(frame)).to_have_count(_ITEMS)
    first, last = (settled_box(_node(frame, f"tuned-{epochs},")) for epochs in (1, 10))
    page.keyboard.down("Shift")
    page.mouse.move(first["x"] - 20, first["y"] - 8)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"], last["y"] + last["height"], steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(_selected(frame)).to_have_count(3)
    frame.get_by_role("button", name="Add the parents of the selected models").click()
    expect(_selected(frame)).to_have_count(4)
    frame.get_by_role("button", name="Add the ancestors of the selected models").click()
    expect(_selected(frame)).to_have_count(5)
    expect(_node(frame, "dense")).to_have_attribute("aria-selected", "true")


def test_the_menu_of_a_model(page: Page, url: str) -> None:
    frame = open_tab(page, url)
    _node(frame, "tuned-3,").click(button="right")
    menu = frame.get_by_role("menu", name="tuned-3")
    expect(menu.get_by_role("menuitem", name="Make base")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem", name="Select only this")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    _node(frame, "tuned-3,").click(button="right")
    menu.get_by_role("menuitem", name="Select its 2 ancestors").click()
    expect(_selected(frame)).to_have_count(3)


def test_colour_by_change_has_its_own_legend(page: Page, url: str) -> None:
    frame = open_tab(page, url)
    frame.get_by_role("button", name="What the map shows").click()
    frame.get_by_role("radio", name="change").check(force=True)
    legend = frame.get_by_role("group", name="Legend")
    expect(legend).to_contain_text("accuracy vs parent")
    expect(legend).to_contain_text("← worse")
    expect(legend).to_contain_text("better →")
    expect(legend).to_contain_text("no parent")


def test_colours_are_even_or_finer_near_the_best(page: Page, url: str) -> None:
    frame = open_tab(page, url)
    legend = frame.get_by_role("group", name="Legend")
    other = {"even steps": "finer near the best", "finer near the best": "even steps"}
    switch = legend.get_by_role("button")
    before = switch.inner_text()
    switch.click()
    expect(switch).to_have_text(other[before])
    expect(page).to_have_url(re.compile(r"p\.cnc\.cr=(even|best)"))


def test_a_tooltip_makes_way_after_a_click(page: Page, url: str) -> None:
    frame = open_tab(page, url)
    tip = frame.get_by_role("tooltip")
    _node(frame, "tuned-3,").hover()
    expect(tip).to_contain_text("tuned-3")
    _node(frame, "tuned-3,").click()
    expect(tip).to_have_count(0)
    _node(frame, "dense").hover()
    expect(tip).to_contain_text("dense")
    # The star of a selected node is outside of its ring.
    _node(frame, "tuned-3,").locator("circle").hover()
    expect(tip).to_contain_text("tuned-3")


def test_ctrl_and_the_wheel_zoom_and_the_inset_moves(page: Page, url: str) -> None:
    frame = open_tab(page, url)
    dense = _node(frame, "dense")
    before = settled_box(dense)
    inset = frame.get_by_label("The whole map, and the part that is shown")
    expect(inset).to_have_count(0)
    page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    page.mouse.wheel(0, -600)
    expect(inset).to_have_count(0)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -600)
    page.keyboard.up("Control")
    expect(inset).to_be_visible()
    zoomed = settled_box(dense)
    assert abs(zoomed["x"] + zoomed["width"] / 2 - before["x"] - before["width"] / 2) < 8
    inset.click(position={"x": 120, "y": 40})
    frame.get_by_role("button", name="Show all models").click()
    expect(inset).to_have_count(0)


@pytest.mark.parametrize("dark", ["false", "true"])
def test_axe_finds_nothing_serious(dark: str, page: Page, url: str) -> None:
    page.goto(f"{url}/?darkMode={dark}#cnc&p.cnc.q=tuned&p.cnc.ch=1")
    frame = page.frame_locator(FRAME)
    expect(_nodes(frame)).to_have_count(_ITEMS)
    _node(frame, "tuned-3,").click(button="right")
    assert serious_violations(page) == []
