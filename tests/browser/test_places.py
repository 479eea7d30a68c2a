"""Walking between places, back, and taking back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.conftest import open_tab
from tests.browser.test_overview import log_sweep, node

ServeProcess = Callable[..., str]


def place(frame: FrameLocator, name: str) -> Locator:
    return frame.get_by_role("navigation", name="Views").get_by_role("button", name=name)


def test_the_back_button_walks_places_with_their_selection(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_sweep(tmp_path)
    frame = open_tab(page, serve_process(tmp_path))
    node(frame, "prune-50,").click()
    place(frame, "Behaviors").click()
    expect(place(frame, "Behaviors")).to_have_attribute("aria-current", "page")
    expect(page).to_have_url(re.compile(r"p\.cnc\.at=behaviors"))
    page.go_back()
    expect(place(frame, "Overview")).to_have_attribute("aria-current", "page")
    expect(node(frame, "prune-50,")).to_have_attribute("aria-selected", "true")
    page.go_forward()
    expect(place(frame, "Behaviors")).to_have_attribute("aria-current", "page")


def test_what_was_selected_can_be_taken_back(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_sweep(tmp_path)
    frame = open_tab(page, serve_process(tmp_path))
    selected = frame.get_by_label("Model Map").locator("[aria-selected=true]")
    node(frame, "prune-50,").click()
    node(frame, "prune-90,").click(modifiers=["Shift"])
    expect(selected).to_have_count(2)
    page.keyboard.press("Escape")
    expect(selected).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(selected).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(selected).to_have_count(1)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(selected).to_have_count(0)


def test_a_chip_makes_the_base_from_any_place(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_sweep(tmp_path)
    frame = open_tab(page, serve_process(tmp_path))
    node(frame, "prune-50,").click()
    node(frame, "prune-50-ft,").click(modifiers=["Shift"])
    place(frame, "Behaviors").click()
    chips = frame.get_by_role("group", name="Selected models")
    chips.get_by_role("button", name="prune-50", exact=True).click()
    menu = frame.get_by_role("menu", name="prune-50")
    menu.get_by_role("menuitem", name="Make base").click()
    expect(frame.get_by_role("group", name="prune-50, base")).to_be_visible()
    # The other models stay selected.
    expect(chips.get_by_role("button", name="prune-50-ft", exact=True)).to_be_visible()
    chips.get_by_role("button", name="prune-50-ft", exact=True).click()
    frame.get_by_role("menuitem", name="Show on the map").click()
    expect(place(frame, "Overview")).to_have_attribute("aria-current", "page")
    expect(node(frame, "prune-50-ft,")).to_be_in_viewport()
    chips.get_by_role("button", name="prune-50-ft", exact=True).click()
    frame.get_by_role("menuitem", name="Remove from the selection").click()
    expect(chips.get_by_role("button", name="prune-50-ft", exact=True)).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(chips.get_by_role("button", name="prune-50-ft", exact=True)).to_be_visible()
