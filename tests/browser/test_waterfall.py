"""The diff card: from a model's menu to what each step cost, saved, printed, and closed again."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.axe import serious_violations
from tests.browser.conftest import open_tab
from tests.browser.evaluated_digits import log_digits
from tests.browser.test_layers import key
from tests.browser.test_overview import node

ServeProcess = Callable[..., str]


def card(frame: FrameLocator, title: str) -> Locator:
    return frame.get_by_role("dialog", name=title, exact=True)


def link(first: str, second: str) -> str:
    return f"&p.cnc.dc={key(first)},{key(second)}"


def test_from_the_menu_to_each_steps_cost(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    digits = log_digits(tmp_path)
    frame = open_tab(page, serve_process(tmp_path))
    node(frame, "prune-90-ft,").click(button="right")
    frame.get_by_role("menuitem", name="Recipe against the base").click()
    opened = card(frame, "prune-90-ft against dense")
    expect(opened.get_by_text("Steps add up to the total.")).to_be_visible()
    picture = opened.get_by_role("img", name="prune-90-ft against dense, step by step")
    for text in ("magnitude prune 90", "fine-tune"):
        label = picture.locator("text").filter(has_text=re.compile(f"^{text}"))
        expect(label.first).to_be_visible()
    # Whom the first step broke and mended is what was logged.
    broke = int(digits.broken("prune-90").sum())
    mended = int((digits.right("prune-90") & ~digits.right("dense")).sum())
    row = opened.get_by_role("row").filter(has_text="+ magnitude prune")
    expect(row).to_contain_text(f"{broke} broke, {mended} mended of {len(digits.labels)}")
    expect(page).to_have_url(re.compile(r"p\.cnc\.dc="))
    assert serious_violations(page) == []
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    page.go_back()
    expect(opened).to_be_visible()


def test_two_recipes_and_their_files(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    digits = log_digits(tmp_path)
    frame = open_tab(page, serve_process(tmp_path), link("prune-50", "prune-90-ft"))
    opened = card(frame, "prune-90-ft against prune-50")
    expect(opened.get_by_role("button", name="Save the recipe as CSV")).to_be_visible()
    with page.expect_download() as download:
        opened.get_by_role("button", name="Save the recipe as CSV").click()
    lines = list(csv.DictReader(download.value.path().read_text("utf-8").splitlines()))
    assert [line["kind"] for line in lines] == [
        "from",
        "changed",
        "added",
        "interaction",
        "not measured on the way",
        "total",
        "to",
    ]
    name = next(head for head in lines[0] if head.startswith("accuracy"))
    accuracy = [float(line[name]) for line in lines]
    right = {model: float(digits.right(model).mean()) for model in digits.answers}
    assert accuracy[0] == pytest.approx(right["prune-50"])
    assert accuracy[-2] == pytest.approx(right["prune-90-ft"] - right["prune-50"])
    assert sum(accuracy[1:5]) == pytest.approx(accuracy[5], abs=1e-9)
    with page.expect_download() as download:
        opened.get_by_role("button", name=re.compile("as SVG")).click()
    saved = download.value.path().read_text("utf-8")
    for text in ("prune-90-ft against prune-50, step by step", "accuracy", "fine-tune", "better"):
        assert text in saved
    assert "var(--" not in saved
    opened.get_by_role("button", name="Swap").click()
    expect(card(frame, "prune-50 against prune-90-ft")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (800, 700)])
def test_it_is_printed_alone_and_on_one_page(
    width: int, height: int, tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_digits(tmp_path)
    page.set_viewport_size({"width": width, "height": height})
    frame = open_tab(page, serve_process(tmp_path), link("dense", "prune-90-ft"))
    opened = card(frame, "prune-90-ft against dense")
    expect(opened.get_by_role("row").filter(has_text="in all")).to_contain_text("broke")
    assert serious_violations(page) == []
    page.evaluate("document.body.classList.add('dark-mode')")
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    assert serious_violations(page) == []
    page.emulate_media(media="print")
    expect(opened.get_by_role("button", name="Print")).to_be_hidden()
    expect(frame.locator(".panel").first).to_be_hidden()
    expect(opened.get_by_text("Steps add up to the total.")).to_be_visible()
    # However low the window is, it begins with its title.
    page.set_viewport_size({"width": width, "height": 300})
    top = opened.get_by_role("heading").evaluate("title => title.getBoundingClientRect().top")
    assert 0 <= top < 8
    # A page of A4 or Letter at its full width is 1.29 times as high, less its margins.
    box = opened.bounding_box()
    assert box is not None
    assert box["height"] < 1.2 * width


def test_a_model_that_is_gone_and_the_same_twice(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    log_digits(tmp_path)
    url = serve_process(tmp_path)
    frame = open_tab(page, url, f"&p.cnc.dc={key('gone')},{key('dense')}")
    expect(frame.get_by_text("not in this log directory any more")).to_be_visible()
    frame.get_by_role("button", name="Close the card").click()
    expect(frame.get_by_role("dialog")).to_have_count(0)
