"""What was said of models after they were logged: names, notes, tags, hidden ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tests.browser.conftest import open_tab

NOTE = "See https://example.org/issues/7, <b>not</b> javascript:alert(1)."


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    for model_id, parent in (("dense", ()), ("half", "dense"), ("old", "dense")):
        with cnc_summary.model(tmp_path / model_id, model_id, parents=parent) as m:
            m.metrics({"accuracy": 0.9})
    cnc_summary.edit(tmp_path / "half", "half", renamed="it's half", note=NOTE, tags=["paper"])
    cnc_summary.edit(tmp_path / "old", "old", hidden=True)
    return tmp_path


def row(frame: FrameLocator, name: str) -> Locator:
    return frame.get_by_role("grid", name="Models").get_by_role("rowheader", name=name)


def test_a_note_a_name_and_the_line_to_edit(
    logs: Path, page: Page, serve_process: Callable[..., str]
) -> None:
    frame = open_tab(page, serve_process(logs))
    row(frame, "it's half").click()
    details = frame.get_by_role("article")
    expect(details).to_contain_text(NOTE)
    link = details.get_by_role("link", name="https://example.org/issues/7")
    assert link.get_attribute("href") == "https://example.org/issues/7"
    assert link.get_attribute("rel") == "noopener noreferrer"
    expect(details.get_by_role("definition").first).to_have_text("half")
    details.get_by_text("Note, tag, rename or hide it").click()
    line = f"tensorboard-cnc edit {logs} half --note 'what you think of it'"
    expect(details.locator("pre")).to_have_text(line)


def test_tags_filter_and_hidden_models_come_back(
    logs: Path, page: Page, serve_process: Callable[..., str]
) -> None:
    frame = open_tab(page, serve_process(logs))
    expect(row(frame, "old")).to_have_count(0)
    banner = frame.get_by_role("banner")
    expect(banner).to_contain_text("2 models")
    banner.get_by_role("button", name="show").click()
    expect(row(frame, "old")).to_have_count(1)
    expect(banner).to_contain_text(re.compile("3 models.*1 hidden, shown"))
    page.wait_for_url(re.compile("p.cnc.sh=1"))
    page.reload()
    expect(row(frame, "old")).to_have_count(1)
    row(frame, "it's half").click()
    frame.get_by_role("article").get_by_role("button", name="paper").click()
    chips = frame.get_by_role("group", name="Active filters")
    expect(chips).to_contain_text("1 of 3")
    expect(chips).to_contain_text("tag: paper")
