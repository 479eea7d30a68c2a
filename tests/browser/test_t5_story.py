"""Why a pruned T5 fails and what saves it, found in the page: by mouse, and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from tests.browser.axe import serious_violations
from tests.browser.conftest import FRAME, open_tab
from tests.browser.published import import_table
from tests.tensorboard_host import tensorboard_process

_AMOUNTS = ("0.1", "0.3", "0.5")
_BEST = "pruning0.3_restorelayernorms"
_MOST_TABS = 120


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logdir = import_table("t5_squad", tmp_path_factory.mktemp("t5"))
    with tensorboard_process("--logdir", str(logdir)) as server:
        yield server.url


def _map(frame: FrameLocator) -> Locator:
    return frame.get_by_role("region", name="Model Map")


def _node(frame: FrameLocator, model_id: str) -> Locator:
    name = re.compile(f"^{re.escape(model_id)},")
    return _map(frame).get_by_role("treeitem", name=name)


def _selected(frame: FrameLocator) -> Locator:
    return _map(frame).locator("[aria-selected=true]")


def _details(frame: FrameLocator) -> Locator:
    return frame.get_by_label("Details of the selection")


def _tradeoffs(frame: FrameLocator) -> Locator:
    return frame.get_by_role("region", name="Trade-offs")


def _heading(frame: FrameLocator, text: str) -> Locator:
    return _details(frame).get_by_role("heading", name=text, exact=True)


def _add_children(frame: FrameLocator) -> Locator:
    return frame.get_by_role("button", name="Add the children of the selected models")


def _contrast(frame: FrameLocator) -> Locator:
    return _details(frame).get_by_role("button", name="Restore layers without → layernorms")


def _best_within(frame: FrameLocator) -> Locator:
    """The best by the last goal, which is size."""
    return _tradeoffs(frame).get_by_role("button", name=_BEST, exact=True).last


def _expect_what_differs(frame: FrameLocator) -> None:
    """{prune 10, 30, 50 %} × {nothing, restore layernorms, query, decoder}."""
    expect(_selected(frame)).to_have_count(12)
    expect(_heading(frame, "12 models differ in sparsity × Restore layers")).to_be_visible()
    expect(_details(frame)).to_contain_text("of F1’s variance, adjusted")
    chart = _details(frame).get_by_role("img", name="F1 by sparsity and Restore layers")
    expect(chart).to_be_visible()
    row = _details(frame).get_by_role("row").filter(has_text="without → layernorms")
    expect(row).to_contain_text("+61.47")
    heat = _details(frame).get_by_role("row", name=re.compile("^layernorms"))
    expect(heat).to_contain_text("90.34")
    expect(heat).to_contain_text("89.89")
    expect(heat).to_contain_text("8.46")


def _expect_the_answer(frame: FrameLocator) -> None:
    """The smallest model that loses at most 1 % of the base's F1, and how it was made."""
    expect(_tradeoffs(frame)).to_contain_text(re.compile(r"best Model Size:\s+" + _BEST))
    expect(_heading(frame, _BEST)).to_be_visible()
    expect(_details(frame)).to_contain_text("base → Pruning 30\u202f% → Restore layernorms")
    expect(_node(frame, _BEST)).to_have_attribute("aria-selected", "true")


def _expect_the_link_restores(page: Page, browser: Browser) -> None:
    page.wait_for_url(re.compile(r"p\.cnc\.bud=.*-1"))
    with browser.new_page(viewport={"width": 1440, "height": 900}) as other:
        other.goto(page.url)
        frame = other.frame_locator(FRAME)
        _expect_the_answer(frame)
        expect(_selected(frame)).to_have_count(1)


def test_by_mouse(page: Page, url: str, browser: Browser) -> None:
    frame = open_tab(page, url)
    # A whole column is bad: pruning alone ruins the model, however little of it.
    _map(frame).get_by_role("button", name=re.compile("^Pruning")).click()
    expect(_heading(frame, "5 models differ in sparsity")).to_be_visible()
    _node(frame, f"pruning{_AMOUNTS[0]}").click()
    for amount in _AMOUNTS[1:]:
        _node(frame, f"pruning{amount}").click(modifiers=["Shift"])
    _add_children(frame).click()
    expect(_selected(frame)).to_have_count(15)
    for amount in _AMOUNTS:
        _node(frame, f"pruning{amount}_retrain").click(modifiers=["Shift"])
    _expect_what_differs(frame)
    _contrast(frame).hover()
    expect(_map(frame).locator("circle[data-passing]")).to_have_count(6)
    _contrast(frame).click()
    expect(_heading(frame, "6 models differ in sparsity × Restore")).to_be_visible()
    _tradeoffs(frame).get_by_role("button", name="Budgets").click()
    editor = frame.get_by_role("region", name="Budgets")
    editor.get_by_role("button", name="+ add a budget").click()
    budget = editor.get_by_role("group", name="Budget 1")
    budget.get_by_label("Metric").select_option("F1")
    budget.get_by_label("Value").fill("base - 1 %")
    budget.get_by_label("Value").press("Enter")
    page.keyboard.press("Escape")
    _best_within(frame).click()
    _expect_the_answer(frame)
    _expect_the_link_restores(page, browser)


def _tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Presses Tab until `target`, or something in it, has the focus."""
    expect(target).to_be_attached()
    for _ in range(_MOST_TABS):
        page.keyboard.press(key)
        if target.evaluate("element => element.contains(document.activeElement)"):
            return
    raise AssertionError(f"{target} is not reached by {key}")


def _press_until_focused(page: Page, key: str, target: Locator) -> None:
    for _ in range(12):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    expect(target).to_be_focused()


def test_by_keyboard_alone(page: Page, url: str, browser: Browser) -> None:
    frame = open_tab(page, url)
    tree = _map(frame).get_by_role("tree")
    expect(_node(frame, "base")).to_be_visible()
    frame.get_by_role("button", name="Overview").focus()
    # The search finds the first pruning, and Tab comes to it in the map.
    page.keyboard.press("/")
    page.keyboard.type("pruning0.1")
    page.keyboard.press("Enter")
    _tab_to(page, tree)
    expect(_node(frame, "pruning0.1")).to_be_focused()
    for amount in _AMOUNTS:
        _press_until_focused(page, "ArrowDown", _node(frame, f"pruning{amount}"))
        page.keyboard.press("Space")
    expect(_selected(frame)).to_have_count(3)
    _tab_to(page, _add_children(frame))
    page.keyboard.press("Enter")
    expect(_selected(frame)).to_have_count(15)
    _tab_to(page, tree, "Shift+Tab")
    for amount in reversed(_AMOUNTS):
        _press_until_focused(page, "ArrowUp", _node(frame, f"pruning{amount}"))
        page.keyboard.press("ArrowRight")
        _press_until_focused(page, "ArrowDown", _node(frame, f"pruning{amount}_retrain"))
        page.keyboard.press("Space")
        page.keyboard.press("ArrowLeft")
    _expect_what_differs(frame)
    _tab_to(page, _contrast(frame))
    page.keyboard.press("Enter")
    expect(_heading(frame, "6 models differ in sparsity × Restore")).to_be_visible()
    # Budgets ask among what the search finds.
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    _tab_to(page, _tradeoffs(frame).get_by_role("button", name="Budgets"))
    page.keyboard.press("Enter")
    editor = frame.get_by_role("region", name="Budgets")
    _tab_to(page, editor.get_by_role("button", name="+ add a budget"))
    page.keyboard.press("Enter")
    budget = editor.get_by_role("group", name="Budget 1")
    expect(budget.get_by_label("Value")).to_be_focused()
    _tab_to(page, budget.get_by_label("Metric"), "Shift+Tab")
    page.keyboard.type("F1")
    expect(budget.get_by_label("Metric")).to_have_value("F1")
    _tab_to(page, budget.get_by_label("Value"))
    page.keyboard.press("Control+a")
    page.keyboard.type("base - 1 %")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    _tab_to(page, _best_within(frame))
    page.keyboard.press("Enter")
    _expect_the_answer(frame)
    _expect_the_link_restores(page, browser)


@pytest.mark.parametrize("dark", ["false", "true"])
@pytest.mark.parametrize("opened", ["Budgets", "Filters", "Columns", "add", "Keys"])
def test_axe_finds_nothing_serious(dark: str, opened: str, page: Page, url: str) -> None:
    page.goto(f"{url}/?darkMode={dark}#cnc&p.cnc.tm=base")
    frame = page.frame_locator(FRAME)
    _map(frame).get_by_role("button", name=re.compile("^Restore")).click()
    expect(_details(frame).get_by_role("heading", name=re.compile("^11 models"))).to_be_visible()
    frame.get_by_role("button", name=re.compile(opened)).first.click()
    form = frame.get_by_role("dialog").or_(frame.get_by_role("region", name=opened))
    expect(form).not_to_be_empty()
    assert serious_violations(page) == []
