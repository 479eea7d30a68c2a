"""A plugin that cannot be loaded says so in its tab."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import open_tab
from tests.tensorboard_host import tensorboard_process


def test_the_tab_says_what_is_wrong(tmp_path: Path, page: Page) -> None:
    (tmp_path / "site").mkdir()
    broken = "import sys; sys.modules['tensorboard_cnc.plugin.backend'] = None\n"
    (tmp_path / "site" / "sitecustomize.py").write_text(broken)
    (tmp_path / "logs").mkdir()
    env = {"PYTHONPATH": str(tmp_path / "site")}
    with tensorboard_process("--logdir", str(tmp_path / "logs"), env=env) as tensorboard:
        frame = open_tab(page, tensorboard.url)
        expect(frame.get_by_text("Compress & Compare cannot be shown")).to_be_visible()
        expect(frame.get_by_text("ModuleNotFoundError")).to_be_visible()
        expect(frame.get_by_text("pip install")).to_be_visible()
